//! How much of a file is asked for next, and what proves its end.

use pcsc_iso7816::command::Form;
use pcsc_iso7816::status_word::StatusWord;

/// 6282: the end of the file was reached before Ne bytes were read.
const END_OF_FILE: StatusWord = StatusWord::from_u16(0x6282);

/// What one command brought.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) status: StatusWord,
    /// How many bytes of the file came.
    pub(super) len: usize,
    /// There are no bytes behind those that were read.
    pub(super) is_last: bool,
    /// Fewer bytes came than were asked for; or more, in an answer in several parts that has come to its end.
    pub(super) is_short: bool,
    /// That they were fewer says that the file ends behind them.
    pub(super) is_proof: bool,
}

/// How far a file is read, whose length is known or not.
///
/// Cards differ in what they answer where a command reaches past the end of a file: 6282 and what there is, what there is
/// alone, or a refusal though the beginning of what was asked for is inside. So an answer without data proves nothing but
/// that so much cannot be had. One byte is asked for then. Where that is refused too, it is the end; where it comes, the
/// rest is asked for in smaller parts, which grow again where they come whole.
#[derive(Debug)]
pub(super) struct Reading {
    /// The most that one command may ask for.
    most: usize,
    /// How much the next one asks for.
    ne: usize,
    /// The length that the caller said.
    len: Option<usize>,
    /// Where a part was refused: how much is asked for after the single byte that tells whether it was the end.
    after_single: Option<usize>,
    /// How many parts of this size came whole in a row.
    whole: u32,
    after_short: bool,
    has_ended: bool,
}

impl Reading {
    pub(super) fn new(most: usize, len: Option<usize>) -> Reading {
        Reading {
            most,
            ne: most,
            len,
            after_single: None,
            whole: 0,
            after_short: false,
            has_ended: false,
        }
    }

    /// How many bytes are asked for after `done` bytes; nothing where all is there.
    pub(super) fn next(&self, done: usize) -> Option<usize> {
        let left = self.len.map_or(usize::MAX, |len| len.saturating_sub(done));
        (!self.has_ended && left > 0).then_some(self.ne.min(left))
    }

    /// Takes note of what came after `before` bytes; `false` where its status word is an error.
    pub(super) fn accept(&mut self, before: usize, part: Part) -> bool {
        if part.is_last {
            self.has_ended = true;
            return true;
        }
        if part.len == 0 {
            return self.accept_nothing(before, part.status);
        }
        let has_more = part.status.remaining().is_some();
        let is_single = self.after_single.is_some();
        self.has_ended = part.status == END_OF_FILE;
        self.after_short = false;
        if part.is_short && !is_single && !has_more {
            // By the standard that is the end. But cards have limits of their own that they do not tell: with extended
            // length, or by another Le in 6Cxx. There one byte more says which it was. Where the caller knows the length,
            // that is how much the card gives.
            match self.len {
                None if part.is_proof => self.has_ended = true,
                None => {
                    self.after_short = true;
                    self.most = part.len;
                    self.after_single = Some(part.len);
                    self.ne = 1;
                }
                Some(_) => self.after_short = true,
            }
        } else {
            self.grow();
        }
        part.status.is_success() || has_more || part.status == END_OF_FILE
    }

    fn accept_nothing(&mut self, before: usize, status: StatusWord) -> bool {
        if self.after_short && !matches!(status.to_u16(), 0x6982..=0x6985) {
            // Whatever a card says of what is behind the end, but that it would not tell.
            self.has_ended = true;
            return true;
        }
        if !matches!(
            status,
            StatusWord::SUCCESS | END_OF_FILE | StatusWord::WRONG_P1_P2
        ) {
            return false;
        }
        if self.ne == 1 {
            self.has_ended = true;
            // Where nothing was read at all, that is a refusal to read.
            return before > 0 || status != StatusWord::WRONG_P1_P2;
        }
        self.whole = 0;
        let less = self.ne / 2;
        if self.ne == self.most && self.most > 1 {
            self.after_single = Some(less.min(Form::Short.max_ne()));
            self.ne = 1;
        } else {
            self.ne = less;
        }
        true
    }

    /// Asks for more where that was cut down and comes whole.
    fn grow(&mut self) {
        if let Some(ne) = self.after_single.take() {
            self.ne = ne;
            return;
        }
        self.whole += 1;
        if self.whole > 1 {
            self.whole = 0;
            self.ne = self.most.min(2 * self.ne);
        }
    }
}
