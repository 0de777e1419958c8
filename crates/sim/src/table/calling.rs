//! How each C function makes its call: on the value of its number, counted, with what interferes, and without a panic.

use super::function::Function;
use super::interference::Answer;
use super::open::{CONNECTIONS, CONTEXTS, OpenConnection, OpenContext};
use pcsc_sys::{LONG, SCARD_F_INTERNAL_ERROR, SCARD_S_SUCCESS, SCARDCONTEXT, SCARDHANDLE};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Runs a call on a context, counted and with its faults; `None` for a number that is no open context.
pub(super) fn on_context(
    handle: SCARDCONTEXT,
    function: Function,
    call: impl FnOnce(Option<&Arc<OpenContext>>) -> LONG,
) -> LONG {
    without_panic(|| {
        let Some(context) = CONTEXTS.get(handle) else {
            return call(None);
        };
        match context.endpoint.interference.enter(function, context.number) {
            None => call(Some(&context)),
            Some(due) => due.run(|_| call(Some(&context))),
        }
    })
}

/// Runs a call on a connection, counted and with its faults; `None` for a number that is no open connection.
#[inline]
pub(super) fn on_connection(
    handle: SCARDHANDLE,
    function: Function,
    call: impl FnOnce(Option<&OpenConnection>, Answer) -> LONG,
) -> LONG {
    without_panic(|| {
        let Some(connection) = CONNECTIONS.get(handle) else {
            return call(None, Answer::Own);
        };
        let endpoint = &connection.context.endpoint;
        match endpoint.interference.enter(function, connection.number) {
            None => call(Some(&connection), Answer::Own),
            Some(due) => due.run(|answer| call(Some(&connection), answer)),
        }
    })
}

/// Turns a panic into an error code: C has no way to go on after one.
#[inline]
pub(super) fn without_panic(call: impl FnOnce() -> LONG) -> LONG {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(SCARD_F_INTERNAL_ERROR)
}

/// The code of a result.
#[inline]
pub(super) fn code(result: Result<(), LONG>) -> LONG {
    result.err().unwrap_or(SCARD_S_SUCCESS)
}
