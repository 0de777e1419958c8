//! What a service does with its answers.

use std::collections::VecDeque;

/// The bytes that say so, as far as they are not used up.
pub(crate) struct Script {
    bytes: VecDeque<u8>,
    /// Whether the client may have been told that another program's transaction is in the way.
    pub(crate) has_refused: bool,
    last: [u8; 3],
}

impl Script {
    pub(crate) fn new(bytes: &[u8]) -> Script {
        Script {
            bytes: bytes.iter().copied().collect(),
            has_refused: false,
            last: [0; 3],
        }
    }

    /// The answer in the place of the right one, and whether the service goes on after it.
    pub(crate) fn answer(&mut self, right: Vec<u8>) -> (Vec<u8>, bool) {
        let (answer, goes_on) = self.change(right);
        let refusal = 0x8010_000B_u32.to_ne_bytes();
        // Also where it begins in one answer and ends in the next.
        let all = [&self.last[..], &answer].concat();
        self.has_refused |= all.windows(4).any(|bytes| bytes == refusal);
        self.last.copy_from_slice(&all[all.len() - 3..]);
        (answer, goes_on)
    }

    fn change(&mut self, mut right: Vec<u8>) -> (Vec<u8>, bool) {
        let Some(what) = self.bytes.pop_front() else {
            return (right, true);
        };
        match what {
            0x00..0x60 => (right, true),
            // Other bytes in up to four places, counted from either end.
            0x60..0xA0 => {
                for _ in 0..=what % 4 {
                    let place = usize::from(self.next());
                    let from_end = self.next() & 1 == 1;
                    for offset in 0..usize::from(what >> 2 & 3) + 1 {
                        let byte = self.next();
                        let at = if from_end {
                            right.len().checked_sub(1 + place + offset)
                        } else {
                            Some(place + offset)
                        };
                        if let Some(old) = at.and_then(|at| right.get_mut(at)) {
                            *old = byte;
                        }
                    }
                }
                (right, true)
            }
            // Some instead, the right ones, or too many of them; fewer are the last.
            0xA0..0xC0 => {
                let bytes = self.some(what);
                let goes_on = bytes.len() >= right.len();
                (bytes, goes_on)
            }
            0xC0..0xE0 => {
                let mut bytes = self.some(what);
                bytes.append(&mut right);
                (bytes, true)
            }
            0xE0..0xF0 => {
                right.extend(self.some(what));
                (right, true)
            }
            0xF0..=0xFF => {
                let len = usize::from(self.next());
                right.truncate(len);
                (right, false)
            }
        }
    }

    fn next(&mut self) -> u8 {
        self.bytes.pop_front().unwrap_or(0)
    }

    /// Some bytes, each as often as the kind says.
    fn some(&mut self, what: u8) -> Vec<u8> {
        let len = usize::from(self.next());
        let times = if what & 1 == 0 { 1 } else { 50 };
        (0..len)
            .flat_map(|_| std::iter::repeat_n(self.next(), times))
            .collect()
    }
}
