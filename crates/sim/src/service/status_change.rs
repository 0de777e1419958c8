//! `SCardGetStatusChange`: waiting until a reader is no longer as the program knows it.

use super::atr::Atr;
use super::code::Code;
use super::context::Context;
use super::reader::{Presence, Reader, ReaderState};
use super::sharing::Users;
use super::waiter::Woken;
use pcsc_sys::{
    DWORD, SCARD_E_CANCELLED, SCARD_E_TIMEOUT, SCARD_E_UNKNOWN_READER, SCARD_STATE_CHANGED,
    SCARD_STATE_EMPTY, SCARD_STATE_EXCLUSIVE, SCARD_STATE_IGNORE, SCARD_STATE_INUSE, SCARD_STATE_MUTE,
    SCARD_STATE_PRESENT, SCARD_STATE_UNAVAILABLE, SCARD_STATE_UNAWARE, SCARD_STATE_UNKNOWN,
    SCARD_W_SECURITY_VIOLATION,
};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The name that stands for readers that come and go; its letters may be of either case.
const PNP: &[u8] = br"\\?PnP?\Notification";

/// One reader of a call: what the program knows, and what it is told.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) name: Vec<u8>,
    pub(crate) current: DWORD,
    /// The state found; `None` where the call has not come so far.
    pub(crate) event: Option<DWORD>,
    /// The ATR found, empty without a card; `None` where it is left as it was.
    pub(crate) atr: Option<Atr>,
}

impl Query {
    pub(crate) fn is_ignored(&self) -> bool {
        self.current & SCARD_STATE_IGNORE != 0
    }
}

/// What a query watches.
enum Watched {
    Nothing,
    Reader(Arc<Reader>),
    Readers,
}

/// Waits for one of the readers to change, for so many milliseconds at most, or for ever.
///
/// Blocks the context; cancelling alone ends it earlier.
pub(crate) fn wait(context: &Arc<Context>, timeout: Option<u64>, queries: &mut [Query]) -> Result<(), Code> {
    let _call = context.begin_call()?;
    context.ask_service()?;
    let watched = watch_list(context, queries)?;
    let readers = context.world.reader_count();
    for query in &mut *queries {
        query.event = Some(0);
    }
    if look(context, readers, &watched, queries) {
        // What a service that was started again has is not for programs of the one before.
        return context.ask_service();
    }
    if timeout == Some(0) {
        return Err(SCARD_E_TIMEOUT);
    }
    // Too far away to be told: for ever.
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(Duration::from_millis(timeout)));
    let waiter = &context.waiter;
    waiter.begin();
    let _watch = Watch::begin(context, &watched);
    loop {
        context.await_service()?;
        // Once more before the first wait: it may have changed before it was watched.
        if look(context, readers, &watched, queries) {
            return context.await_service();
        }
        match waiter.wait(deadline) {
            Woken::Changed => {}
            Woken::Cancelled => return Err(SCARD_E_CANCELLED),
            Woken::TimedOut => return Err(SCARD_E_TIMEOUT),
        }
    }
}

/// Cancels a wait that is under way on this context; where there is none it does nothing, and succeeds.
///
/// To the service who cancels is a program of its own, which it does not serve where it serves as many as it takes.
pub(crate) fn cancel(context: &Context) -> Result<(), Code> {
    if context.waiter.cancel_unless(|| context.world.is_full()) {
        Ok(())
    } else {
        Err(SCARD_W_SECURITY_VIOLATION)
    }
}

fn watch_list(context: &Context, queries: &[Query]) -> Result<Vec<Watched>, Code> {
    let watched = |query: &Query| match context.world.reader(&query.name) {
        Some(_) if query.is_ignored() => Ok(Watched::Nothing),
        Some(reader) => Ok(Watched::Reader(reader)),
        None if !query.name.eq_ignore_ascii_case(PNP) => Err(SCARD_E_UNKNOWN_READER),
        None if query.is_ignored() => Ok(Watched::Nothing),
        None => Ok(Watched::Readers),
    };
    queries.iter().map(watched).collect()
}

/// Writes down the state of each reader; true where one is not as the program knows it.
fn look(context: &Context, readers: usize, watched: &[Watched], queries: &mut [Query]) -> bool {
    let mut changed = false;
    for (watched, query) in watched.iter().zip(queries) {
        let (found, is_news) = match watched {
            Watched::Nothing => continue,
            Watched::Readers if context.world.reader_count() != readers => (SCARD_STATE_CHANGED, true),
            Watched::Readers => (0, false),
            Watched::Reader(reader) => {
                let state = reader.lock();
                if state.plugged {
                    query.atr = Some(if state.available { state.atr } else { Atr::NONE });
                    compare(query.current, &state)
                } else if query.current & SCARD_STATE_UNKNOWN == 0 {
                    (
                        SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE | SCARD_STATE_CHANGED,
                        true,
                    )
                } else {
                    (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE, false)
                }
            }
        };
        query.event = Some(found);
        changed |= is_news;
    }
    changed
}

/// The state of a reader, marked as changed or not, and whether a program that knows `current` of it has not known that.
///
/// As pcsc-lite does, this looks at some bits only: a shared card that comes into use is no news to a program that does
/// not know of another use. And some news are not marked: those before a reader is found to be unavailable.
fn compare(current: DWORD, state: &ReaderState) -> (DWORD, bool) {
    let knows = |mask| current & mask != 0;
    let count = current >> 16 & 0xFFFF;
    let is_news = knows(SCARD_STATE_UNKNOWN) || (count != 0 && count != DWORD::from(state.events));
    let (mut found, mut news, unmarked) = if state.available {
        let away = knows(SCARD_STATE_UNAVAILABLE);
        (DWORD::from(state.events) << 16, is_news || away, false)
    } else {
        (SCARD_STATE_UNAVAILABLE, !knows(SCARD_STATE_UNAVAILABLE), is_news)
    };
    let present = state.available && state.presence != Presence::Absent;
    if present {
        found |= SCARD_STATE_PRESENT;
        let mute = state.presence == Presence::Mute;
        if mute {
            found |= SCARD_STATE_MUTE;
        }
        news |= knows(SCARD_STATE_EMPTY) || knows(SCARD_STATE_MUTE) != mute;
    } else if state.available {
        found |= SCARD_STATE_EMPTY;
        news |= knows(SCARD_STATE_PRESENT);
    }
    match state.sharing.users() {
        Users::Exclusive => {
            found |= SCARD_STATE_EXCLUSIVE;
            news |= knows(SCARD_STATE_INUSE);
        }
        Users::Shared(0) => news |= knows(SCARD_STATE_INUSE | SCARD_STATE_EXCLUSIVE),
        Users::Shared(_) if present => {
            found |= SCARD_STATE_INUSE;
            news |= knows(SCARD_STATE_EXCLUSIVE);
        }
        Users::Shared(_) => {}
    }
    news |= current == SCARD_STATE_UNAWARE;
    if news {
        found |= SCARD_STATE_CHANGED;
    }
    (found, news || unmarked)
}

/// A wait, which ends with this value.
struct Watch<'a> {
    context: &'a Context,
    watched: &'a [Watched],
}

impl<'a> Watch<'a> {
    fn begin(context: &'a Context, watched: &'a [Watched]) -> Self {
        // Always: the service's end is told to those who watch the list of readers.
        context.world.watch(&context.waiter);
        for watched in watched {
            if let Watched::Reader(reader) = watched {
                reader.watch(&context.waiter);
            }
        }
        Self { context, watched }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.context.waiter.end();
        self.context.world.unwatch(&self.context.waiter);
        for watched in self.watched {
            if let Watched::Reader(reader) = watched {
                reader.unwatch(&self.context.waiter);
            }
        }
    }
}
