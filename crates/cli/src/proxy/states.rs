//! The states of readers in what a service says of them.

use super::wiped::Wiped;
use pcsclite_wire::{Message, ReaderState};

/// `SCARD_PRESENT`.
const PRESENT: u32 = 0x0004;

/// All that a service says has a length of so many bytes, or of a multiple.
const STEP: usize = 4;

/// Takes the states of readers with a card out of what was said; keeps the rest, in which another one may have begun.
///
/// That something has changed may be told between any two states, and how many there are is not always known. So they are found
/// by what they look like.
pub(super) fn take(said: &mut Wiped) -> Vec<ReaderState> {
    let (mut states, mut at) = (Vec::new(), 0);
    while let Some(bytes) = said.get(at..at + ReaderState::LEN) {
        match ReaderState::decode(bytes).filter(is_of_card) {
            Some(state) => {
                states.push(state);
                at += ReaderState::LEN;
            }
            None => at += STEP,
        }
    }
    said.skip(at);
    states
}

/// Tells whether this can be the state of a reader with a card.
fn is_of_card(state: &ReaderState) -> bool {
    state.is_used()
        && state.name.0.contains(&0)
        && state.state & PRESENT != 0
        && state.event_counter <= u32::from(u16::MAX)
        && (ReaderState::EXCLUSIVE..=i32::from(i16::MAX)).contains(&state.sharing)
        && matches!(state.atr(), Some([0x3B | 0x3F, _, ..]))
}

#[cfg(test)]
mod tests {
    use super::{Wiped, take};
    use pcsclite_wire::{Message, ReaderName, ReaderState, message};

    fn state(name: &str, atr: &[u8]) -> Vec<u8> {
        let mut state = ReaderState {
            name: ReaderName::new(name.as_bytes()).unwrap(),
            event_counter: 4,
            state: if atr.is_empty() { 0x02 } else { 0x34 },
            atr_length: atr.len() as u32,
            protocol: 2,
            ..ReaderState::default()
        };
        state.atr[..atr.len()].copy_from_slice(atr);
        let mut bytes = vec![0; ReaderState::LEN];
        state.encode_into(&mut bytes);
        bytes
    }

    #[test]
    fn states_are_found_whatever_is_told_between() {
        let said = [
            vec![16, 0, 0, 0],
            state("A", &[0x3B, 0x00]),
            vec![0; message::Wait::LEN],
            state("B", &[]),
            state("C", &[0x3F; ReaderState::MAX_ATR]),
            vec![0; ReaderState::LEN],
            vec![0; message::Wait::LEN],
            state("D", &[0x3B, 0x01, 0xFF]),
        ];
        for step in [1, 7, 184, 10_000] {
            let (mut rest, mut found) = (Wiped::default(), Vec::new());
            for part in said.concat().chunks(step) {
                rest.append(part);
                found.extend(take(&mut rest));
                assert!(rest.len() < ReaderState::LEN);
            }
            let names: Vec<_> = found.iter().map(|state| state.name.as_bytes()).collect();
            assert_eq!(names, [b"A", b"C", b"D"]);
        }
    }
}
