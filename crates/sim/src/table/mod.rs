//! The entry points: C's pointers and numbers become the service's types, and no panic leaves them.
//!
//! `functions` makes the tables, one for each `slot`. A function finds the context or the connection of a number in `open`,
//! and goes by `calling`, where `interference` says what happens to the call besides. Each file has the functions of one
//! subject; `arguments` has the pointers. Where pcsc-lite would read through a null pointer, these functions return
//! `SCARD_E_INVALID_PARAMETER`.

mod calling;
mod card;
mod context;
pub(crate) mod endpoint;
#[cfg(windows)]
mod event;
mod exchange;
pub(crate) mod function;
pub(crate) mod functions;
pub(crate) mod handles;
pub(crate) mod interference;
mod lists;
pub(crate) mod open;
pub(crate) mod slot;
#[cfg(windows)]
mod started_event;
mod status;
mod status_change;
mod text;
