//! What a scripted service is like.

use pcsc_sys::{Functions, LONG, SCARDCONTEXT};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// How the service treats the reader that stands for those which come and go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum PnpReader {
    /// As pcsc-lite up to 2.2: it tells that the number of readers changes while the call waits.
    ComparesTheirNumber,
    /// As Windows and newer pcsc-lite: it tells that the count is another one than the program's.
    Counts,
    /// It always has news.
    AlwaysChanged,
    /// There is no such reader.
    NoSuchReader,
    /// There is none, says its state.
    UnknownState,
}

/// How the service behaves.
#[derive(Clone)]
pub(in super::super) struct Habits {
    pub(in super::super) pnp: PnpReader,
    /// The events of each reader are counted.
    pub(in super::super) is_counting: bool,
    /// Without a reader there is no service.
    pub(in super::super) needs_a_reader: bool,
    /// A reader without a card is called unavailable.
    pub(in super::super) says_unavailable: bool,
    pub(in super::super) most_names: usize,
    pub(in super::super) tells: Tells,
    /// How long a cancel takes, as with a service that does not answer.
    pub(in super::super) cancel_takes: Duration,
}

/// What the service tells of a reader.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Tells {
    What,
    /// Success, and no state.
    Nothing,
    /// That the time is over, and no state.
    ThatTimeIsOver,
}

impl Default for Habits {
    fn default() -> Habits {
        Habits {
            pnp: PnpReader::ComparesTheirNumber,
            is_counting: true,
            needs_a_reader: false,
            says_unavailable: false,
            most_names: usize::MAX,
            tells: Tells::What,
            cancel_takes: Duration::ZERO,
        }
    }
}

/// The service.
#[derive(Default)]
pub(in super::super) struct World {
    pub(in super::super) habits: Habits,
    /// A reader that is listed and not known.
    pub(in super::super) ghost: Option<&'static str>,
    pub(in super::super) tells_nonsense: bool,
    pub(in super::super) more_flags: u16,
    pub(in super::super) readers: Vec<Reader>,
    /// How many readers have come and gone.
    pub(in super::super) count: u16,
    pub(in super::super) after_list: Option<fn(&mut World)>,
    pub(in super::super) calls: u64,
    pub(in super::super) open_contexts: usize,
    pub(in super::super) is_cancelled: bool,
    pub(in super::super) is_waiting: bool,
    pub(in super::super) is_down: bool,
    /// The context that is of no more use: its calls read what others are sent.
    pub(in super::super) mixed_up: Option<SCARDCONTEXT>,
    /// What so many waits to come return, each of which mixes its context up.
    pub(in super::super) mixes_up: Option<LONG>,
    pub(in super::super) mix_ups: u32,
    /// The next wait that ends well is followed by something that no call has asked for.
    pub(in super::super) mixes_up_after: bool,
    /// A reader that the next answer tells to be gone, as another thread was told.
    pub(in super::super) told_gone: Option<&'static str>,
    /// What happens right after.
    pub(in super::super) after_mix_up: Option<fn(&mut World)>,
    /// How many more contexts are refused.
    pub(in super::super) refuses: u32,
    /// The last context of a service that has ended; another one runs since.
    pub(in super::super) ended: SCARDCONTEXT,
    /// How many contexts were opened.
    pub(in super::super) contexts: SCARDCONTEXT,
}

pub(in super::super) struct Reader {
    pub(in super::super) name: String,
    pub(in super::super) count: u16,
    /// The answer to reset of the card in it.
    pub(in super::super) card: Option<Vec<u8>>,
    pub(in super::super) is_silent: bool,
    /// A card and a count that are told once more.
    pub(in super::super) told_late: Option<(Option<Vec<u8>>, u16)>,
}

impl World {
    pub(in super::super) fn plug(&mut self, name: &str) {
        self.count += 1;
        self.readers.push(Reader {
            name: name.to_owned(),
            count: 0,
            card: None,
            is_silent: false,
            told_late: None,
        });
    }

    pub(in super::super) fn unplug(&mut self, name: &str) {
        self.count += 1;
        self.readers.retain(|reader| reader.name != name);
    }

    pub(in super::super) fn insert(&mut self, name: &str, atr: &[u8]) {
        let reader = self.find(name).unwrap();
        reader.card = Some(atr.to_vec());
        reader.count = reader.count.wrapping_add(1);
    }

    pub(in super::super) fn answer(&mut self, name: &str, atr: &[u8]) {
        self.find(name).unwrap().card = Some(atr.to_vec());
    }

    /// The reader does not answer its driver, or does again, which counts as an event.
    pub(in super::super) fn set_silent(&mut self, name: &str, is_silent: bool) {
        let reader = self.find(name).unwrap();
        reader.is_silent = is_silent;
        reader.count = reader.count.wrapping_add(u16::from(!is_silent));
    }

    pub(in super::super) fn set_runs(&mut self, runs: bool) {
        self.is_down = !runs;
    }

    pub(in super::super) fn remove(&mut self, name: &str) {
        let reader = self.find(name).unwrap();
        reader.card = None;
        reader.count = reader.count.wrapping_add(1);
    }

    pub(in super::super) fn set_count(&mut self, name: &str, count: u16) {
        self.find(name).unwrap().count = count;
    }

    pub(in super::super) fn find(&mut self, name: &str) -> Option<&mut Reader> {
        self.readers.iter_mut().find(|reader| reader.name == name)
    }

    pub(in super::super) fn runs(&self) -> bool {
        !self.is_down && (!self.habits.needs_a_reader || !self.readers.is_empty())
    }
}

/// What the functions of one number belong to.
pub(in super::super) struct Place {
    pub(in super::super) world: Mutex<Option<World>>,
    pub(in super::super) changed: Condvar,
    pub(in super::super) table: OnceLock<Functions>,
    pub(in super::super) fill: fn() -> Functions,
}

impl Place {
    pub(in super::super) fn lock(&self) -> MutexGuard<'_, Option<World>> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
