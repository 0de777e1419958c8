//! The conformance suite: what a session does, on each backend from the same code.
#[macro_use]
mod assert_error;

#[macro_use]
mod service;

mod blocking;
mod card;
mod channels;
mod choosing;
mod commands;
mod ef_atr;
mod endings;
mod equipped;
mod exchange;
mod field_files;
mod field_rules;
mod file_ends;
mod files;
mod get_response;
mod largest;
mod long_commands;
mod looks;
mod loss;
mod monitoring;
mod opening;
mod opening_later;
mod own_lengths;
mod pin;
mod process;
mod properties;
mod reader;
mod reader_limits;
mod recording;
mod recovering;
mod recovering_services;
mod recovering_transactions;
mod recovering_waits;
mod sharing;
mod streaming;
mod transactions;
mod unplugging;
mod waiting;
mod watched;
