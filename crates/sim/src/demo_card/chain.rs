//! Command chaining: the data of several commands, put together.

use super::request::{Instruction, Request};
use pcsc_iso7816::status_word::StatusWord;

/// The most bytes that a chain can carry.
const MAX_GATHERED: usize = 65_536;

/// A chain whose last command has not come. ISO/IEC 7816-4:2013, 5.3.3.
#[derive(Clone, Default)]
pub(super) struct Chain {
    begun_by: Option<(u8, Instruction, u8, u8)>,
    data: Vec<u8>,
}

impl Chain {
    pub(super) fn is_open(&self) -> bool {
        self.begun_by.is_some()
    }

    /// Adds a command to the chain, which it begins if there is none.
    ///
    /// One that belongs to no chain, or is too much for it, ends it with nothing done.
    pub(super) fn gather(&mut self, request: &Request<'_>) -> Result<(), StatusWord> {
        let key = (request.channel, request.instruction, request.p1, request.p2);
        let result = match self.begun_by {
            Some(begun_by) if begun_by != key => Err(StatusWord::LAST_COMMAND_OF_CHAIN_EXPECTED),
            _ if self.data.len() + request.data.len() > MAX_GATHERED => Err(StatusWord::WRONG_LENGTH),
            _ => {
                self.begun_by = Some(key);
                self.data.extend_from_slice(request.data);
                Ok(())
            }
        };
        if result.is_err() {
            self.clear();
        }
        result
    }

    /// Ends the chain and lends out its data.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.begun_by = None;
        std::mem::take(&mut self.data)
    }

    /// Takes the memory back, so that the next chain need not allocate it.
    pub(super) fn give_back(&mut self, data: Vec<u8>) {
        self.data = data;
        self.clear();
    }

    pub(super) fn clear(&mut self) {
        self.begun_by = None;
        // It may have held a PIN.
        self.data.fill(0);
        self.data.clear();
    }
}
