//! The numbers of contexts and cards, as programs are told them.

use crate::service::lock::lock;
use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::Mutex;

/// The numbers that are in use. No two are the same, of contexts or cards of any program, and nobody can guess them.
#[derive(Debug, Default)]
pub(super) struct Numbers(Mutex<BTreeSet<u32>>);

impl Numbers {
    /// Takes a number of 31 bits, not 0: positive for C's types of either sign.
    pub(super) fn take(&self) -> u32 {
        let mut used = lock(&self.0);
        loop {
            // Keys that are random.
            let number = RandomState::new().build_hasher().finish() as u32 >> 1;
            if number != 0 && used.insert(number) {
                return number;
            }
        }
    }

    /// Gives a number back.
    pub(super) fn give_back(&self, number: u32) {
        lock(&self.0).remove(&number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_positive_and_no_two_are_the_same() {
        let numbers = Numbers::default();
        let taken: BTreeSet<u32> = (0..10_000).map(|_| numbers.take()).collect();
        assert_eq!(taken.len(), 10_000);
        assert!(taken.iter().all(|number| (1..=0x7FFF_FFFF).contains(number)));
        taken.iter().for_each(|number| numbers.give_back(*number));
        assert!(lock(&numbers.0).is_empty());
    }
}
