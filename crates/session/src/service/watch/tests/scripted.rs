//! A service that behaves as a test says, behind a table of C functions.

use crate::ffi::StateFlags;
use pcsc_sys::{
    DWORD, Functions, INFINITE, LONG, LPCSTR, LPSTR, Provider, SCARD_E_CANCELLED, SCARD_E_INVALID_PARAMETER,
    SCARD_E_NO_READERS_AVAILABLE, SCARD_E_NO_SERVICE, SCARD_E_TIMEOUT, SCARD_E_UNKNOWN_READER,
    SCARD_READERSTATE, SCARD_S_SUCCESS, SCARDCONTEXT,
};
use std::ffi::{CStr, c_void};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// How many scripts run at the same time.
const SCRIPTS: usize = 32;

/// How the service treats the reader that stands for those which come and go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PnpReader {
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
pub(super) struct Habits {
    pub(super) pnp: PnpReader,
    /// The events of each reader are counted.
    pub(super) is_counting: bool,
    /// Without a reader there is no service.
    pub(super) needs_a_reader: bool,
    /// A reader without a card is called unavailable.
    pub(super) says_unavailable: bool,
    pub(super) most_names: usize,
    pub(super) tells_nothing: bool,
}

impl Default for Habits {
    fn default() -> Habits {
        Habits {
            pnp: PnpReader::ComparesTheirNumber,
            is_counting: true,
            needs_a_reader: false,
            says_unavailable: false,
            most_names: usize::MAX,
            tells_nothing: false,
        }
    }
}

/// The service.
#[derive(Default)]
pub(super) struct World {
    habits: Habits,
    /// A reader that is listed and not known.
    pub(super) ghost: Option<&'static str>,
    pub(super) tells_nonsense: bool,
    pub(super) more_flags: u16,
    readers: Vec<Reader>,
    /// How many readers have come and gone.
    count: u16,
    after_list: Option<fn(&mut World)>,
    calls: u64,
    open_contexts: usize,
    is_cancelled: bool,
    is_waiting: bool,
}

struct Reader {
    name: String,
    count: u16,
    /// The answer to reset of the card in it.
    card: Option<Vec<u8>>,
}

impl World {
    pub(super) fn plug(&mut self, name: &str) {
        self.count += 1;
        self.readers.push(Reader {
            name: name.to_owned(),
            count: 0,
            card: None,
        });
    }

    pub(super) fn unplug(&mut self, name: &str) {
        self.count += 1;
        self.readers.retain(|reader| reader.name != name);
    }

    pub(super) fn insert(&mut self, name: &str, atr: &[u8]) {
        let reader = self.find(name).unwrap();
        reader.card = Some(atr.to_vec());
        reader.count = reader.count.wrapping_add(1);
    }

    pub(super) fn answer(&mut self, name: &str, atr: &[u8]) {
        self.find(name).unwrap().card = Some(atr.to_vec());
    }

    pub(super) fn remove(&mut self, name: &str) {
        let reader = self.find(name).unwrap();
        reader.card = None;
        reader.count = reader.count.wrapping_add(1);
    }

    pub(super) fn set_count(&mut self, name: &str, count: u16) {
        self.find(name).unwrap().count = count;
    }

    fn find(&mut self, name: &str) -> Option<&mut Reader> {
        self.readers.iter_mut().find(|reader| reader.name == name)
    }

    fn runs(&self) -> bool {
        !self.habits.needs_a_reader || !self.readers.is_empty()
    }
}

/// A running script; its end takes its place away from the table's functions.
pub(super) struct Script {
    place: &'static Place,
}

/// What the functions of one number belong to.
struct Place {
    world: Mutex<Option<World>>,
    changed: Condvar,
    table: OnceLock<Functions>,
    fill: fn() -> Functions,
}

impl Place {
    fn lock(&self) -> MutexGuard<'_, Option<World>> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Script {
    pub(super) fn new(habits: Habits) -> Script {
        for place in &PLACES {
            let mut free = place.lock();
            if free.is_none() {
                *free = Some(World {
                    habits,
                    count: 1,
                    ..World::default()
                });
                return Script { place };
            }
        }
        panic!("more scripts at the same time than there are places");
    }

    pub(super) fn provider(&self) -> Provider {
        let table = self.place.table.get_or_init(self.place.fill);
        // SAFETY: the functions keep to what their namesakes promise, within the lengths that they are given; those that
        // are not here only say so.
        unsafe { Provider::new(table) }
    }

    /// Changes the service, and tells the calls that wait.
    pub(super) fn change(&self, change: impl FnOnce(&mut World)) {
        let mut world = self.place.lock();
        change(world.as_mut().unwrap());
        drop(world);
        self.place.changed.notify_all();
    }

    /// Changes the service, and tells nobody.
    pub(super) fn change_silently(&self, change: impl FnOnce(&mut World)) {
        change(self.place.lock().as_mut().unwrap());
    }

    /// Changes the service after the next list of readers, which does not show it.
    pub(super) fn after_list(&self, change: fn(&mut World)) {
        self.place.lock().as_mut().unwrap().after_list = Some(change);
    }

    /// Returns the number of calls so far.
    pub(super) fn calls(&self) -> u64 {
        self.place.lock().as_ref().unwrap().calls
    }

    /// Waits until so many calls were made.
    pub(super) fn wait_for_calls(&self, calls: u64) {
        let world = self.place.lock();
        let waited = self
            .place
            .changed
            .wait_timeout_while(world, super::DEADLINE, |world| {
                world.as_ref().is_some_and(|world| world.calls < calls)
            });
        assert!(!waited.unwrap().1.timed_out());
    }

    pub(super) fn open_contexts(&self) -> usize {
        self.place.lock().as_ref().unwrap().open_contexts
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let world = self.place.lock().take();
        let open = world.map_or(0, |world| world.open_contexts);
        assert!(std::thread::panicking() || open == 0, "{open} contexts are left");
    }
}

macro_rules! places {
    ($($number:literal)*) => { [$(Place {
        world: Mutex::new(None),
        changed: Condvar::new(),
        table: OnceLock::new(),
        fill: table::<$number>,
    }),*] };
}

static PLACES: [Place; SCRIPTS] = places! {
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
};

fn table<const N: usize>() -> Functions {
    let mut table = Functions::UNSUPPORTED;
    table.SCardEstablishContext = establish::<N>;
    table.SCardReleaseContext = release::<N>;
    table.SCardListReaders = list::<N>;
    table.SCardGetStatusChange = get_status_change::<N>;
    table.SCardCancel = cancel::<N>;
    table
}

/// Runs a call; without a service it fails.
fn call<const N: usize>(run: impl FnOnce(&mut World) -> LONG) -> LONG {
    let mut world = PLACES[N].lock();
    let code = match world.as_mut() {
        Some(world) => {
            world.calls += 1;
            if world.runs() {
                run(world)
            } else {
                SCARD_E_NO_SERVICE
            }
        }
        None => SCARD_E_NO_SERVICE,
    };
    drop(world);
    PLACES[N].changed.notify_all();
    code
}

unsafe extern "system" fn establish<const N: usize>(
    _: DWORD,
    _: *const c_void,
    _: *const c_void,
    context: *mut SCARDCONTEXT,
) -> LONG {
    call::<N>(|world| {
        world.open_contexts += 1;
        // SAFETY: the caller's promise.
        unsafe { *context = 7 };
        SCARD_S_SUCCESS
    })
}

unsafe extern "system" fn release<const N: usize>(_: SCARDCONTEXT) -> LONG {
    if let Some(world) = PLACES[N].lock().as_mut() {
        world.open_contexts -= 1;
    }
    SCARD_S_SUCCESS
}

unsafe extern "system" fn list<const N: usize>(
    _: SCARDCONTEXT,
    _: LPCSTR,
    names: LPSTR,
    len: *mut DWORD,
) -> LONG {
    call::<N>(|world| {
        if world.readers.is_empty() {
            return SCARD_E_NO_READERS_AVAILABLE;
        }
        let mut list: Vec<u8> = Vec::new();
        for reader in &world.readers {
            list.extend(reader.name.bytes().chain([0]));
        }
        list.push(0);
        // SAFETY: the caller's promise: the buffer has this length.
        let room = usize::try_from(unsafe { *len }).unwrap();
        assert!(
            list.len() <= room,
            "the session's buffer holds a script's readers"
        );
        // SAFETY: as above.
        unsafe {
            names
                .cast::<u8>()
                .copy_from_nonoverlapping(list.as_ptr(), list.len())
        };
        // SAFETY: as above.
        unsafe { *len = list.len() as DWORD };
        if let Some(change) = world.after_list.take_if(|_| !world.readers.is_empty()) {
            change(world);
        }
        SCARD_S_SUCCESS
    })
}

unsafe extern "system" fn cancel<const N: usize>(_: SCARDCONTEXT) -> LONG {
    if let Some(world) = PLACES[N].lock().as_mut() {
        // As with C: one that comes before the wait does nothing.
        world.is_cancelled = world.is_waiting;
    }
    PLACES[N].changed.notify_all();
    SCARD_S_SUCCESS
}

unsafe extern "system" fn get_status_change<const N: usize>(
    _: SCARDCONTEXT,
    timeout: DWORD,
    states: *mut SCARD_READERSTATE,
    len: DWORD,
) -> LONG {
    // SAFETY: the caller's promise: so many structures.
    let states = unsafe { std::slice::from_raw_parts_mut(states, usize::try_from(len).unwrap()) };
    let end =
        (timeout != INFINITE).then(|| Instant::now() + Duration::from_millis(u64::from(timeout as u32)));
    let place = &PLACES[N];
    let mut guard = place.lock();
    let mut readers_at_first = None;
    loop {
        let Some(world) = guard.as_mut() else {
            return SCARD_E_NO_SERVICE;
        };
        if readers_at_first.is_none() {
            world.calls += 1;
            place.changed.notify_all();
        }
        if !world.runs() {
            return SCARD_E_NO_SERVICE;
        }
        let at_first = *readers_at_first.get_or_insert(world.readers.len());
        match look(world, at_first, states) {
            Err(code) => return code,
            Ok(true) => return SCARD_S_SUCCESS,
            Ok(false) => {}
        }
        if std::mem::take(&mut world.is_cancelled) {
            world.is_waiting = false;
            return SCARD_E_CANCELLED;
        }
        let left = end.map_or(Duration::from_secs(3600), |end| {
            end.saturating_duration_since(Instant::now())
        });
        if left.is_zero() {
            world.is_waiting = false;
            return SCARD_E_TIMEOUT;
        }
        world.is_waiting = true;
        guard = place
            .changed
            .wait_timeout(guard, left)
            .unwrap_or_else(PoisonError::into_inner)
            .0;
    }
}

/// Writes what is so; tells whether it is not as the program knows it.
fn look(world: &mut World, readers_at_first: usize, states: &mut [SCARD_READERSTATE]) -> Result<bool, LONG> {
    if states.len() > world.habits.most_names {
        return Err(SCARD_E_INVALID_PARAMETER);
    }
    let mut is_changed = false;
    for state in states {
        // SAFETY: the caller's promise: a terminated name.
        let name = unsafe { CStr::from_ptr(state.szReader) }
            .to_str()
            .unwrap()
            .to_owned();
        let known = state.dwCurrentState as u32;
        let (event, is_news) = if name.starts_with(r"\\?PnP?") {
            let count = u32::from(world.count) << 16;
            match world.habits.pnp {
                PnpReader::ComparesTheirNumber => (0, world.readers.len() != readers_at_first),
                PnpReader::Counts => (count, known & 0xFFFF_0000 != count),
                PnpReader::AlwaysChanged => (count, true),
                PnpReader::NoSuchReader => return Err(SCARD_E_UNKNOWN_READER),
                PnpReader::UnknownState => (u32::from(StateFlags::UNKNOWN.bits()), false),
            }
        } else if world.ghost == Some(&name) {
            return Err(SCARD_E_UNKNOWN_READER);
        } else {
            reader(world, &name, known, state)?
        };
        let changed = if is_news {
            u32::from(StateFlags::CHANGED.bits())
        } else {
            0
        };
        is_changed |= is_news;
        if !world.habits.tells_nothing {
            state.dwEventState = DWORD::from(event | changed);
        }
    }
    Ok(is_changed)
}

fn reader(
    world: &mut World,
    name: &str,
    known: u32,
    state: &mut SCARD_READERSTATE,
) -> Result<(u32, bool), LONG> {
    let (is_counting, says_unavailable) = (world.habits.is_counting, world.habits.says_unavailable);
    let (nonsense, more) = (world.tells_nonsense, world.more_flags);
    let Some(reader) = world.find(name) else {
        // A name that was known before the call is gone; one that never was fails it.
        return if known == 0 {
            Err(SCARD_E_UNKNOWN_READER)
        } else {
            let unknown = u32::from(StateFlags::UNKNOWN.bits());
            Ok((unknown, known & unknown == 0))
        };
    };
    let flags = match &reader.card {
        Some(_) => StateFlags::PRESENT | StateFlags::from_bits_retain(more),
        None if says_unavailable => StateFlags::UNAVAILABLE,
        None => StateFlags::EMPTY,
    };
    let atr = reader.card.clone().unwrap_or_default();
    state.rgbAtr[..atr.len()].copy_from_slice(&atr);
    state.cbAtr = if nonsense { DWORD::MAX } else { atr.len() as DWORD };
    let count = if is_counting { reader.count } else { 0 };
    let event = u32::from(count) << 16 | u32::from(flags.bits());
    let differs = known & 0xFFFF != u32::from(flags.bits());
    let counts_differ = known >> 16 != 0 && known >> 16 != u32::from(count);
    Ok((event, differs || counts_differ))
}
