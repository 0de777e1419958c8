//! The bytes of a recording, as many at a time as its longest block has.

use std::io::{self, Read};

/// How much is read at a time.
const STEP: usize = 64 * 1024;

/// What was read and not used yet.
#[derive(Debug)]
pub(crate) struct Source<R> {
    input: R,
    buffer: Vec<u8>,
    /// Where in the buffer the next block begins.
    start: usize,
    /// Where in the recording the next block begins.
    offset: u64,
}

impl<R: Read> Source<R> {
    pub(crate) fn new(input: R) -> Source<R> {
        Source {
            input,
            buffer: Vec::new(),
            start: 0,
            offset: 0,
        }
    }

    /// What was read, from the next block on.
    pub(crate) fn ahead(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Goes on behind a block of this length, which was read.
    pub(crate) fn advance(&mut self, len: usize) {
        let len = len.min(self.ahead().len());
        self.start += len;
        self.offset += len as u64;
    }

    /// Reads more, and says whether there was any.
    pub(crate) fn read_more(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let len = self.buffer.len();
        self.buffer.resize(len + STEP, 0);
        let result = loop {
            match self.input.read(&mut self.buffer[len..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        let read = *result.as_ref().unwrap_or(&0);
        self.buffer.truncate(len + read);
        result.map(|read| read > 0)
    }
}
