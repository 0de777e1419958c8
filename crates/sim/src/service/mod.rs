//! The simulated service: what pcscd and its client library do, with safe types.
//!
//! `world` is one service with its readers; a reader knows the connections to it by numbers of its own, and nothing of
//! what is above it. A `context` is of a world, a `connection` of a context and a reader. The other files are what the
//! service does to one of them. No number that C programs hold comes here: the entry points in `table` turn those, and C's
//! pointers, into these types.
//!
//! `context` tells the order in which all locks of the simulator are taken.

pub(crate) mod atr;
pub(crate) mod attempt;
pub(crate) mod attribute;
pub(crate) mod availability;
pub(crate) mod card_slot;
pub(crate) mod client;
pub(crate) mod clients;
pub(crate) mod code;
pub(crate) mod connecting;
pub(crate) mod connection;
pub(crate) mod context;
pub(crate) mod control;
pub(crate) mod disconnecting;
pub(crate) mod disposition;
pub(crate) mod driver;
pub(crate) mod grace_period;
pub(crate) mod lock;
pub(crate) mod memory;
pub(crate) mod power;
pub(crate) mod power_off;
pub(crate) mod protocol;
pub(crate) mod reader;
pub(crate) mod reader_name;
pub(crate) mod sharing;
pub(crate) mod status;
pub(crate) mod status_change;
pub(crate) mod supply;
pub(crate) mod transaction;
pub(crate) mod transmit;
pub(crate) mod user;
pub(crate) mod waiter;
pub(crate) mod world;
