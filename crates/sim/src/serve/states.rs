//! The states of the readers, as programs are told them.

use crate::service::reader::{Reader, ReaderState};
use crate::service::sharing::Users;
use crate::service::status::mask;
use crate::service::world::World;
use pcsc_sys::{SCARD_PROTOCOL_UNDEFINED, SCARD_UNKNOWN};
use pcsclite_wire as wire;
use std::sync::Arc;

/// The state of each reader that is plugged in.
pub(super) fn states(world: &World) -> Vec<wire::ReaderState> {
    let state = |reader: &Arc<Reader>| {
        let mut state = reader.lock();
        state.take_power_if_due();
        state_of(reader, &state)
    };
    world.list().iter().map(state).collect()
}

fn state_of(reader: &Reader, state: &ReaderState) -> wire::ReaderState {
    let mut told = wire::ReaderState {
        // Every reader's name fits.
        name: wire::ReaderName::new(reader.name.as_bytes()).unwrap_or_default(),
        event_counter: state.events.into(),
        sharing: match state.sharing.users() {
            Users::Exclusive => wire::ReaderState::EXCLUSIVE,
            Users::Shared(users) => users as i32,
        },
        ..Default::default()
    };
    if state.available {
        let atr = state.atr.as_bytes();
        for (to, from) in told.atr.iter_mut().zip(atr) {
            *to = *from;
        }
        told.atr_length = atr.len() as u32;
        told.state = mask(state) as u32;
        told.protocol = state.protocol as u32;
    } else {
        told.state = SCARD_UNKNOWN as u32;
        told.protocol = SCARD_PROTOCOL_UNDEFINED as u32;
    }
    told
}
