//! The conformance suite: what a session does, on each backend from the same code.
#[macro_use]
mod service;

mod card;
mod commands;
mod endings;
mod largest;
mod loss;
mod opening;
mod reader;
mod sharing;
mod transactions;
