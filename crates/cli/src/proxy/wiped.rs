//! Bytes that may hold secrets: wherever they were, they are wiped.

use std::fmt;
use std::ops::Deref;
use zeroize::{Zeroize, Zeroizing};

/// Bytes that grow at their end, are taken from their beginning, and leave nothing behind.
#[derive(Default)]
pub(super) struct Wiped(Zeroizing<Vec<u8>>);

impl Wiped {
    /// Appends bytes.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        let len = self.0.len() + bytes.len();
        if len > self.0.capacity() {
            // A vector that grows by itself leaves what it held where it was.
            let mut larger = Zeroizing::new(Vec::with_capacity(len.next_power_of_two()));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
    }

    /// Takes so many bytes away, or all.
    pub(super) fn skip(&mut self, len: usize) {
        let len = len.min(self.0.len());
        self.0.copy_within(len.., 0);
        let left = self.0.len() - len;
        self.0.get_mut(left..).unwrap_or_default().zeroize();
        self.0.truncate(left);
    }

    /// Takes so many bytes, or all, away with them.
    pub(super) fn take(&mut self, len: usize) -> Zeroizing<Vec<u8>> {
        let taken = Zeroizing::new(self.0.get(..len).unwrap_or(&self.0).to_vec());
        self.skip(len);
        taken
    }

    /// Takes all away.
    pub(super) fn clear(&mut self) {
        self.skip(usize::MAX);
    }
}

impl Deref for Wiped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// Shows the length alone.
impl fmt::Debug for Wiped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}
