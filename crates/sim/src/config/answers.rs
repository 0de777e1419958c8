//! A card that knows answers by their commands.

use crate::card::Card;
use std::collections::HashMap;

/// A card with one answer for each command, in whatever order commands come, and one for all others.
#[derive(Debug, Clone)]
pub(super) struct Answers {
    pub(crate) atr: Vec<u8>,
    pub(crate) answers: HashMap<Vec<u8>, Vec<u8>>,
    pub(crate) default: Vec<u8>,
}

impl Answers {
    /// Makes a card that does not answer its reset: none of its other answers is ever asked for.
    pub(crate) fn mute() -> Self {
        Self {
            atr: Vec::new(),
            answers: HashMap::new(),
            default: Vec::new(),
        }
    }
}

impl Card for Answers {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transmit(&mut self, command: &[u8], response: &mut Vec<u8>) {
        response.extend_from_slice(self.answers.get(command).unwrap_or(&self.default));
    }
}
