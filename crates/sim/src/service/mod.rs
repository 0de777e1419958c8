//! The simulated service: what pcscd and its client library do, with safe types.
//!
//! `handles` finds contexts and connections by the numbers that C programs hold; `world` is one service with its
//! readers. Everything else is a part of what the service does to one of them. The entry points in `table` turn C's
//! pointers into these types.
//!
//! Locks are taken in this order: a context's, a reader's, a waiter's. Code of a card or of a test runs with no lock of
//! a reader or its driver held, but with that of the context that it is called on, and a control handler with its own.

pub(crate) mod atr;
pub(crate) mod attribute;
pub(crate) mod availability;
pub(crate) mod card_slot;
pub(crate) mod code;
pub(crate) mod connecting;
pub(crate) mod connection;
pub(crate) mod context;
pub(crate) mod control;
pub(crate) mod disconnecting;
pub(crate) mod disposition;
pub(crate) mod driver;
pub(crate) mod lock;
pub(crate) mod memory;
pub(crate) mod power;
pub(crate) mod protocol;
pub(crate) mod reader;
pub(crate) mod reader_name;
pub(crate) mod sharing;
pub(crate) mod status;
pub(crate) mod status_change;
pub(crate) mod transaction;
pub(crate) mod transmit;
pub(crate) mod user;
pub(crate) mod waiter;
pub(crate) mod world;
