//! Whether a reader is still as a program knows it, by pcsc-lite's rules.

use crate::*;
use pcsclite_wire::ReaderState;

/// The state of a reader as `SCardGetStatusChange` tells it, and whether a program that knows `current` of it has not known
/// that.
///
/// pcsc-lite looks at some bits only: a shared card that comes into use is no news to a program that does not know of
/// another use. And some news are not marked: those before a reader is found to be unavailable.
pub(super) fn compare(current: DWORD, reader: &ReaderState) -> (DWORD, bool) {
    let state = DWORD::from(reader.state);
    let knows = |mask| current & mask != 0;
    let count = current >> 16 & 0xFFFF;
    // The count of a program that has none is 0.
    let is_counted = count != 0 && count != DWORD::from(reader.event_counter);
    let early_news = knows(SCARD_STATE_UNKNOWN) || is_counted;
    let (mut found, mut news) = if state & SCARD_UNKNOWN == 0 {
        (
            DWORD::from(reader.event_counter & 0xFFFF) << 16,
            early_news || knows(SCARD_STATE_UNAVAILABLE),
        )
    } else {
        (SCARD_STATE_UNAVAILABLE, !knows(SCARD_STATE_UNAVAILABLE))
    };
    if state & SCARD_ABSENT != 0 {
        found |= SCARD_STATE_EMPTY;
        news |= knows(SCARD_STATE_PRESENT);
    } else if state & SCARD_PRESENT != 0 {
        let is_mute = state & SCARD_SWALLOWED != 0;
        found |= SCARD_STATE_PRESENT;
        if is_mute {
            found |= SCARD_STATE_MUTE;
        }
        news |= knows(SCARD_STATE_EMPTY) || knows(SCARD_STATE_MUTE) != is_mute;
    }
    match reader.sharing {
        ReaderState::EXCLUSIVE => {
            found |= SCARD_STATE_EXCLUSIVE;
            news |= knows(SCARD_STATE_INUSE);
        }
        0 => news |= knows(SCARD_STATE_INUSE | SCARD_STATE_EXCLUSIVE),
        1.. if state & SCARD_PRESENT != 0 => {
            found |= SCARD_STATE_INUSE;
            news |= knows(SCARD_STATE_EXCLUSIVE);
        }
        _ => {}
    }
    news |= current == SCARD_STATE_UNAWARE;
    if news {
        found |= SCARD_STATE_CHANGED;
    }
    (found, news || early_news)
}

/// The same of a reader that is there no more.
pub(super) fn compare_gone(current: DWORD) -> (DWORD, bool) {
    let gone = SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE;
    if current & SCARD_STATE_UNKNOWN == 0 {
        (gone | SCARD_STATE_CHANGED, true)
    } else {
        (gone, false)
    }
}
