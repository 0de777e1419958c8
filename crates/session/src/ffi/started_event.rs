//! Windows' event that the service runs, and one of our own that ends the wait for it.

use pcsc_sys::{HANDLE, Provider};
use std::ffi::c_void;
use std::ptr;
use std::time::Duration;

/// What `WaitForMultipleObjects` returns where the time is over.
const WAIT_TIMEOUT: u32 = 0x102;

// Four functions of the system's, which std has not.
#[link(name = "kernel32")]
unsafe extern "system" {
    fn CreateEventW(attributes: *const c_void, manual: i32, initial: i32, name: *const u16) -> HANDLE;
    fn SetEvent(event: HANDLE) -> i32;
    fn CloseHandle(handle: HANDLE) -> i32;
    fn WaitForMultipleObjects(count: u32, handles: *const HANDLE, all: i32, milliseconds: u32) -> u32;
}

/// An event that wakes one wait; its Drop closes it.
#[derive(Debug)]
pub(crate) struct WakeEvent(HANDLE);

// SAFETY: the handle of an event belongs to the process, and any thread may use it.
unsafe impl Send for WakeEvent {}
// SAFETY: as above; setting an event and waiting for it may be done at the same time.
unsafe impl Sync for WakeEvent {}

const _: fn() = || {
    fn send_and_sync<T: Send + Sync>() {}
    send_and_sync::<WakeEvent>();
};

impl WakeEvent {
    /// Makes one; none where the system has none left.
    pub(crate) fn new() -> Option<WakeEvent> {
        // SAFETY: no attributes and no name, for which null stands.
        let handle = unsafe { CreateEventW(ptr::null(), 0, 0, ptr::null()) };
        (!handle.is_null()).then_some(WakeEvent(handle))
    }

    /// Wakes the wait that is under way, or the next one.
    pub(crate) fn set(&self) {
        // SAFETY: the handle is open while this value lives.
        unsafe { SetEvent(self.0) };
    }
}

impl Drop for WakeEvent {
    fn drop(&mut self) {
        // SAFETY: the handle is open, and this value alone has it.
        unsafe { CloseHandle(self.0) };
    }
}

/// The event that is set while the service runs; its Drop gives it back.
#[derive(Debug)]
pub(crate) struct StartedEvent {
    provider: Provider,
    handle: HANDLE,
}

impl StartedEvent {
    /// Wraps `SCardAccessStartedEvent`; none where the provider has none.
    pub(crate) fn access(provider: Provider) -> Option<StartedEvent> {
        // SAFETY: the function has no arguments; that it is C's is the provider's promise.
        let handle = unsafe { (provider.functions().SCardAccessStartedEvent)() };
        (!handle.is_null()).then_some(StartedEvent { provider, handle })
    }

    /// Tells whether the service runs, by what the event says.
    pub(crate) fn is_set(&self) -> bool {
        self.wait_beside(&[], Duration::ZERO)
    }

    /// Waits until the service runs, somebody sets the other event, or the time is over.
    pub(crate) fn wait(&self, other: &WakeEvent, time: Duration) {
        self.wait_beside(&[other.0], time);
    }

    fn wait_beside(&self, others: &[HANDLE], time: Duration) -> bool {
        let handles = [&[self.handle], others].concat();
        // The largest number is for ever.
        let milliseconds =
            u32::try_from(time.as_millis()).map_or(u32::MAX - 1, |time| time.min(u32::MAX - 1));
        // SAFETY: as many handles as are said, each of an event that is open: this value's, and the others' while they are
        // borrowed.
        let woken =
            unsafe { WaitForMultipleObjects(handles.len() as u32, handles.as_ptr(), 0, milliseconds) };
        woken != WAIT_TIMEOUT
    }
}

impl Drop for StartedEvent {
    fn drop(&mut self) {
        // SAFETY: the event was given, and this value alone has the handle.
        unsafe { (self.provider.functions().SCardReleaseStartedEvent)() };
    }
}
