//! `SCardAccessStartedEvent` and `SCardReleaseStartedEvent`, which Windows alone has.

use super::endpoint::Endpoint;
use super::event;
use pcsc_sys::HANDLE;
use std::ptr;

/// `SCardAccessStartedEvent` of one slot; null where its simulator has gone, and where there is no event.
pub(super) unsafe extern "system" fn access<const SLOT: usize>() -> HANDLE {
    // Let go of at the end, when no lock is held: the last one to do so takes them.
    let Some(endpoint) = Endpoint::of_slot(SLOT) else {
        return ptr::null_mut();
    };
    event::get(SLOT, &endpoint.world)
}

/// `SCardReleaseStartedEvent`: the event stays for whoever asks next.
pub(super) unsafe extern "system" fn release() {}
