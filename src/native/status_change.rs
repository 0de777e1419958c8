//! `SCardGetStatusChange`.

use super::cancellation::Woken;
use super::comparison::{compare, compare_gone};
use super::connection::Connection;
use super::context::Context;
use super::readers::{self, Look};
use super::registry;
use super::result::code;
use crate::arguments::{dword, length, text};
use crate::*;
use pcsclite_wire::{ReaderState, message};
use std::time::{Duration, Instant};

/// The name that stands for readers that come and go; its letters may be of either case.
const PNP: &[u8] = br"\\?PnP?\Notification";

/// One structure of a call: what the program knows, and what it is told.
struct Query {
    name: Vec<u8>,
    current: DWORD,
    /// The state found; `None` where the call has not come so far.
    event: Option<DWORD>,
    /// The answer to reset found, empty without a card; `None` where it is left as it was.
    atr: Option<([u8; ReaderState::MAX_ATR], usize)>,
}

impl Query {
    fn is_ignored(&self) -> bool {
        self.current & SCARD_STATE_IGNORE != 0
    }

    fn is_pnp(&self) -> bool {
        self.name.eq_ignore_ascii_case(PNP)
    }

    /// Writes down what there is; true where it is news.
    fn answer(&mut self, look: &Look, readers_before: usize) -> bool {
        if self.is_ignored() {
            return false;
        }
        let (event, is_news) = match look.reader(&self.name) {
            Some(reader) => {
                let is_present = reader.state as DWORD & SCARD_PRESENT != 0;
                let atr = reader.atr().filter(|_| is_present).unwrap_or_default();
                self.atr = Some((reader.atr, atr.len()));
                compare(self.current, reader)
            }
            None if self.is_pnp() => self.answer_readers(look, readers_before),
            None => compare_gone(self.current),
        };
        self.event = Some(event);
        is_news
    }

    /// Whether readers came or went: since the call began, and where that is counted since the program's last one.
    fn answer_readers(&self, look: &Look, readers_before: usize) -> (DWORD, bool) {
        let known = self.current >> 16 & 0xFFFF;
        let events = DWORD::from(look.reader_events.unwrap_or(0)) & 0xFFFF;
        let is_counted = look.reader_events.is_some() && known != 0 && known != events;
        let is_news = is_counted || look.readers().count() != readers_before;
        let mark = if is_news {
            SCARD_STATE_CHANGED
        } else {
            SCARD_STATE_UNAWARE
        };
        (events << 16 | mark, is_news)
    }
}

pub(super) unsafe extern "system" fn get_status_change(
    context: SCARDCONTEXT,
    timeout: DWORD,
    states: *mut SCARD_READERSTATE,
    count: DWORD,
) -> LONG {
    let count = length(count);
    if states.is_null() && count > 0 {
        return SCARD_E_INVALID_PARAMETER;
    }
    // SAFETY: not null where there are any, and the C function's caller promises so many structures.
    let Some(mut queries) = (unsafe { queries(states, count) }) else {
        return SCARD_E_INVALID_VALUE;
    };
    if queries.iter().all(Query::is_ignored) {
        return SCARD_S_SUCCESS;
    }
    // INFINITE has 32 bits, and programs on 64-bit systems also write -1.
    let timeout =
        (timeout != INFINITE && timeout != DWORD::MAX).then(|| Duration::from_millis(length(timeout) as u64));
    let waited = registry::context(context)
        .and_then(|context| context.call(|connection| wait(&context, connection, timeout, &mut queries)));
    for (index, query) in queries.into_iter().enumerate() {
        // SAFETY: within the array that the C function's caller promises.
        let state = unsafe { states.add(index) };
        // SAFETY: as above, and its structures are writable.
        unsafe { tell(state, &query) };
    }
    code(waited)
}

/// Waits for news of one of the readers; for ever without a time.
fn wait(
    context: &Context,
    connection: &Connection,
    timeout: Option<Duration>,
    queries: &mut [Query],
) -> Result<(), LONG> {
    // Too far away to be told: for ever.
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let counts = queries.iter().any(|query| !query.is_ignored() && query.is_pnp());
    let look = readers::look(connection, counts)?;
    let is_known = |query: &Query| look.reader(&query.name).is_some() || query.is_pnp();
    if !queries.iter().all(is_known) {
        return Err(SCARD_E_UNKNOWN_READER);
    }
    let readers = look.readers().count();
    for query in &mut *queries {
        query.event = Some(0);
    }
    let mut answer = |look: &Look| {
        // All of them, not only up to the first that has news.
        let news = queries
            .iter_mut()
            .filter_map(|query| query.answer(look, readers).then_some(()));
        news.count() > 0
    };
    if answer(&look) {
        return Ok(());
    }
    if timeout == Some(Duration::ZERO) {
        return Err(SCARD_E_TIMEOUT);
    }
    let wait = context.cancellation.begin()?;
    loop {
        let look = readers::look_and_watch(connection, counts)?;
        if answer(&look) {
            return readers::stop_watching(connection).map(drop);
        }
        match wait.until(Some(connection.descriptor()), deadline) {
            Ok(Woken::Answered) => {
                let change = connection.receive::<message::Wait>()?;
                super::connection::check(change.code)?;
            }
            Ok(Woken::TimedOut) => {
                readers::stop_watching(connection)?;
                return Err(SCARD_E_TIMEOUT);
            }
            Err(code) => {
                readers::stop_watching(connection)?;
                return Err(code);
            }
        }
    }
}

/// Reads the array; `None` where a name is missing.
///
/// # Safety
/// `states` points to `count` structures with names that are null or null-terminated.
unsafe fn queries(states: *const SCARD_READERSTATE, count: usize) -> Option<Vec<Query>> {
    let query = |index| {
        // SAFETY: within the array that the caller promises.
        let state = unsafe { states.add(index) };
        // SAFETY: as above, the field is in it.
        let name = unsafe { &raw const (*state).szReader };
        // SAFETY: as above.
        let current = unsafe { &raw const (*state).dwCurrentState };
        // SAFETY: the caller promises that this field is initialised. C programs leave others without a value.
        let name = unsafe { name.read_unaligned() };
        // SAFETY: as above.
        let current = unsafe { current.read_unaligned() };
        // SAFETY: the caller promises that it is null or a null-terminated text.
        let name = unsafe { text(name.cast::<u8>()) }?;
        Some(Query {
            name,
            current,
            event: None,
            atr: None,
        })
    };
    (0..count).map(query).collect()
}

/// Writes the state found, and the answer to reset where there is one.
///
/// # Safety
/// `state` points to a writable structure.
unsafe fn tell(state: *mut SCARD_READERSTATE, query: &Query) {
    let Some(event) = query.event else { return };
    // SAFETY: the caller vouches for the structure, in which the field is.
    let place = unsafe { &raw mut (*state).dwEventState };
    // SAFETY: the caller vouches that it is writable.
    unsafe { place.write_unaligned(event) };
    let Some((atr, len)) = &query.atr else { return };
    // SAFETY: as for the event.
    let place = unsafe { &raw mut (*state).cbAtr };
    // SAFETY: as for the event.
    unsafe { place.write_unaligned(dword(*len)) };
    // SAFETY: as for the event.
    let place = unsafe { &raw mut (*state).rgbAtr };
    // SAFETY: the length is that of a part of the array, and the field has 33 bytes as that has.
    unsafe { place.cast::<u8>().copy_from(atr.as_ptr(), *len) };
}

const _: () = assert!(ReaderState::MAX_ATR <= MAX_ATR_SIZE);
