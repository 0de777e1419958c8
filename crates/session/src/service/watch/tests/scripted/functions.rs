//! The C functions of the scripted services.

use super::world::{Place, PnpReader, Tells, World};
use crate::ffi::StateFlags;
use pcsc_sys::{
    DWORD, Functions, INFINITE, LONG, LPCSTR, LPSTR, SCARD_E_CANCELLED, SCARD_E_INVALID_PARAMETER,
    SCARD_E_NO_READERS_AVAILABLE, SCARD_E_NO_SERVICE, SCARD_E_TIMEOUT, SCARD_E_UNKNOWN_READER,
    SCARD_READERSTATE, SCARD_S_SUCCESS, SCARD_W_SECURITY_VIOLATION, SCARDCONTEXT,
};
use std::ffi::{CStr, c_void};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// How many scripts run at the same time.
const SCRIPTS: usize = 32;

macro_rules! places {
    ($($number:literal)*) => { [$(Place {
        world: Mutex::new(None),
        changed: Condvar::new(),
        table: OnceLock::new(),
        fill: table::<$number>,
    }),*] };
}

pub(super) static PLACES: [Place; SCRIPTS] = places! {
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
        if world.refuses > 0 {
            world.refuses -= 1;
            return SCARD_W_SECURITY_VIOLATION;
        }
        world.open_contexts += 1;
        world.contexts += 1;
        // SAFETY: the caller's promise.
        unsafe { *context = world.contexts };
        SCARD_S_SUCCESS
    })
}

unsafe extern "system" fn release<const N: usize>(_: SCARDCONTEXT) -> LONG {
    if let Some(world) = PLACES[N].lock().as_mut() {
        world.open_contexts -= 1;
    }
    PLACES[N].changed.notify_all();
    SCARD_S_SUCCESS
}

unsafe extern "system" fn list<const N: usize>(
    context: SCARDCONTEXT,
    _: LPCSTR,
    names: LPSTR,
    len: *mut DWORD,
) -> LONG {
    call::<N>(|world| {
        if context <= world.ended {
            return SCARD_E_NO_SERVICE;
        }
        if world.readers.is_empty() || world.mixed_up == Some(context) {
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
    let mut takes = Duration::ZERO;
    if let Some(world) = PLACES[N].lock().as_mut() {
        // As with C: one that comes before the wait does nothing.
        world.is_cancelled = world.is_waiting;
        takes = world.habits.cancel_takes;
    }
    std::thread::sleep(takes);
    PLACES[N].changed.notify_all();
    SCARD_S_SUCCESS
}

unsafe extern "system" fn get_status_change<const N: usize>(
    context: SCARDCONTEXT,
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
        if !world.runs() || context <= world.ended {
            return SCARD_E_NO_SERVICE;
        }
        if let Some(code) = world.mixes_up.filter(|_| world.mixed_up != Some(context)) {
            world.mix_ups -= 1;
            world.mixes_up.take_if(|_| world.mix_ups == 0);
            world.mixed_up = Some(context);
            if let Some(change) = world.after_mix_up.take() {
                change(world);
            }
            for state in &mut *states {
                state.dwEventState = DWORD::from(u32::from(StateFlags::UNKNOWN.bits()));
            }
            return code;
        }
        if world.mixed_up == Some(context) {
            return SCARD_E_UNKNOWN_READER;
        }
        let at_first = *readers_at_first.get_or_insert(world.readers.len());
        match look(world, at_first, states) {
            Err(code) => return code,
            Ok(true) => {
                if std::mem::take(&mut world.mixes_up_after) {
                    world.mixed_up = Some(context);
                }
                return SCARD_S_SUCCESS;
            }
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
        } else if world.told_gone.take_if(|gone| *gone == name).is_some() {
            (u32::from(StateFlags::UNKNOWN.bits()), true)
        } else {
            reader(world, &name, known, state)?
        };
        let changed = if is_news {
            u32::from(StateFlags::CHANGED.bits())
        } else {
            0
        };
        is_changed |= is_news;
        is_changed &= world.habits.tells != Tells::ThatTimeIsOver;
        if world.habits.tells == Tells::What {
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
    // What was so before is told once, as to another thread.
    let (card, count) = match reader.told_late.take() {
        Some(before) => before,
        None => (reader.card.clone(), reader.count),
    };
    let flags = match &card {
        _ if reader.is_silent => StateFlags::UNAVAILABLE,
        Some(_) => StateFlags::PRESENT | StateFlags::from_bits_retain(more),
        None if says_unavailable => StateFlags::UNAVAILABLE,
        None => StateFlags::EMPTY,
    };
    let atr = card.unwrap_or_default();
    state.rgbAtr[..atr.len()].copy_from_slice(&atr);
    state.cbAtr = if nonsense { DWORD::MAX } else { atr.len() as DWORD };
    let count = if is_counting { count } else { 0 };
    let event = u32::from(count) << 16 | u32::from(flags.bits());
    let differs = known & 0xFFFF != u32::from(flags.bits());
    let counts_differ = known >> 16 != 0 && known >> 16 != u32::from(count);
    Ok((event, differs || counts_differ))
}
