//! How much of a file is asked for next, and what proves its end.
//!
//! What a card answers to READ BINARY, and what that proves; by ISO/IEC 7816-4:2013, 11.2.3, and by what cards do:
//!
//! | answer | with fewer bytes than were asked for | with all of them | without data |
//! | --- | --- | --- | --- |
//! | 9000 | the end, by the standard; in parts of more than 256 bytes and with another Le of the card's own: a byte more is asked for | no end | less is asked for; nothing for a single byte is the end |
//! | 6282, the end was reached before Ne bytes | the end, the card says so | it contradicts itself: a byte more is asked for | as 9000 |
//! | 61xx, more waits | no end | no end | an error |
//! | 6B00, 6A86: the offset is outside, or P1-P2 wrong; 6700, 6Cxx (6C00 also to Le 00): the length is wrong | - | - | less is asked for; the refusal of a single byte behind others is the end, and that of the first byte of all an error |
//! | 6982 to 6985: may not be read; 64xx to 66xx: it has failed | - | - | an error |
//! | 6A82, 6981, 6986, 6F00 and all others, which speak of neither offset nor length | an error | an error | an error |
//!
//! An answer without data that follows a part which was short, or came with 6282, is the end whatever it says, but for 6982 to
//! 6985 and for 64xx to 66xx, by which a card says that it failed.

use super::offset::FIRST_ODD;
use pcsc_iso7816::command::Form;
use pcsc_iso7816::status_word::StatusWord;

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
    /// How much the next one asks for, where so much can be had.
    ne: usize,
    /// How much the last one asked for.
    asked: usize,
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
            asked: 0,
            len,
            after_single: None,
            whole: 0,
            after_short: false,
            has_ended: false,
        }
    }

    /// How many bytes are asked for after `done` bytes; nothing where all is there.
    ///
    /// What is asked for ends where the offsets of the even instruction end: cards reckon in their 15 bits. Only what asks
    /// from the beginning for all that there is names no place where it ends.
    pub(super) fn next(&mut self, done: usize) -> Option<usize> {
        let left = self.len.map_or(usize::MAX, |len| len.saturating_sub(done));
        let ne = self.ne.min(left);
        let asks_for_all = done == 0 && ne == Form::Extended.max_ne();
        self.asked = match FIRST_ODD.checked_sub(done) {
            Some(even @ 1..) if !asks_for_all => ne.min(even),
            _ => ne,
        };
        (!self.has_ended && left > 0).then_some(self.asked)
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
        let says_end = part.status == StatusWord::END_OF_FILE;
        self.has_ended = says_end && part.is_short;
        self.after_short = says_end;
        if self.has_ended {
            return true;
        }
        if says_end {
            // It has told the contrary by what it gave. Where it is true, the next byte is refused.
            if is_single || self.len.is_some() {
                self.grow();
            } else {
                self.after_single = Some(self.ne);
                self.ne = 1;
            }
        } else if part.is_short && !is_single && !has_more {
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
        part.status.is_success() || has_more || says_end
    }

    fn accept_nothing(&mut self, before: usize, status: StatusWord) -> bool {
        if self.after_short && !matches!(status.to_u16(), 0x6982..=0x6985 | 0x6400..=0x66FF) {
            // Whatever a card says of what is behind the end, but that it would not tell, or has failed.
            self.has_ended = true;
            return true;
        }
        let is_empty = matches!(status, StatusWord::SUCCESS | StatusWord::END_OF_FILE);
        if !is_empty && !is_of_place_or_length(status) {
            return false;
        }
        if self.asked == 1 {
            self.has_ended = true;
            // Where nothing was read at all, that is a refusal to read.
            return before > 0 || is_empty;
        }
        self.whole = 0;
        let less = self.asked / 2;
        if self.ne == self.most {
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

/// Whether a refusal is of the offset or of the length: less, or something else, may be had.
pub(super) fn is_of_place_or_length(status: StatusWord) -> bool {
    status.sw1() == 0x6C
        || matches!(
            status,
            StatusWord::WRONG_P1_P2 | StatusWord::INCORRECT_P1_P2 | StatusWord::WRONG_LENGTH
        )
}
