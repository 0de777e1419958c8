//! Windows' event of each slot: it is set while the service runs.
//!
//! A slot's event is made when it is asked for first, and stays as long as the slot's table does: for ever. So no program
//! waits for an event that has been closed, whatever becomes of the simulator.

use super::slot::SLOTS;
use crate::service::lock::lock;
use crate::service::world::World;
use pcsc_sys::HANDLE;
use std::ffi::c_void;
use std::ptr;
use std::sync::Mutex;

// Three functions of the system's, which std has not.
#[link(name = "kernel32")]
unsafe extern "system" {
    fn CreateEventW(attributes: *const c_void, manual: i32, initial: i32, name: *const u16) -> HANDLE;
    fn SetEvent(event: HANDLE) -> i32;
    fn ResetEvent(event: HANDLE) -> i32;
}

static EVENTS: [Mutex<Option<Event>>; SLOTS] = [const { Mutex::new(None) }; SLOTS];

/// An event of the system's that is never closed.
struct Event(HANDLE);

// SAFETY: the handle of an event belongs to the process, and any thread may use it.
unsafe impl Send for Event {}

impl Event {
    /// Makes an event that stays set until it is reset; `None` where the system has none left.
    fn new() -> Option<Self> {
        // SAFETY: no attributes and no name, for which null stands.
        let handle = unsafe { CreateEventW(ptr::null(), 1, 0, ptr::null()) };
        (!handle.is_null()).then_some(Self(handle))
    }

    fn tell(&self, runs: bool) {
        if runs {
            // SAFETY: the handle is that of an event, and is never closed.
            unsafe { SetEvent(self.0) };
        } else {
            // SAFETY: as above.
            unsafe { ResetEvent(self.0) };
        }
    }
}

/// Returns the event of a slot whose service is this one, made where there is none yet; null where none can be made.
pub(super) fn get(index: usize, world: &World) -> HANDLE {
    let mut slot = lock(&EVENTS[index]);
    if slot.is_none() {
        *slot = Event::new();
    }
    let Some(event) = &*slot else {
        return ptr::null_mut();
    };
    event.tell(world.run().is_some());
    event.0
}

/// Notes in the event of a slot, if anybody has asked for it, whether the service runs. To be called when that may have
/// changed.
pub(super) fn note(index: usize, world: &World) {
    if let Some(event) = &*lock(&EVENTS[index]) {
        event.tell(world.run().is_some());
    }
}

/// Notes in the event of a slot that its simulator has gone.
pub(super) fn note_end(index: usize) {
    if let Some(event) = &*lock(&EVENTS[index]) {
        event.tell(false);
    }
}
