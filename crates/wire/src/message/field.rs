//! What messages are made of.

use super::AttributeValue;
use crate::reader_state::ReaderName;

/// A part of a message, of one length.
pub(crate) trait Field: Sized {
    const LEN: usize;

    /// Writes it to the beginning of a buffer; returns the rest.
    fn put<'a>(&self, buffer: &'a mut [u8]) -> &'a mut [u8];

    /// Reads it from the beginning of some bytes; returns the rest too.
    fn take(bytes: &[u8]) -> Option<(Self, &[u8])>;
}

impl<const N: usize> Field for [u8; N] {
    const LEN: usize = N;

    fn put<'a>(&self, buffer: &'a mut [u8]) -> &'a mut [u8] {
        match buffer.split_first_chunk_mut() {
            Some((first, rest)) => {
                *first = *self;
                rest
            }
            None => &mut [],
        }
    }

    fn take(bytes: &[u8]) -> Option<(Self, &[u8])> {
        bytes.split_first_chunk().map(|(first, rest)| (*first, rest))
    }
}

/// Makes fields of what is made of bytes.
macro_rules! fields {
    ($($type:ty: $len:expr, $into:expr, $from:expr;)*) => { $(
        impl Field for $type {
            const LEN: usize = $len;

            fn put<'a>(&self, buffer: &'a mut [u8]) -> &'a mut [u8] {
                let into: fn($type) -> [u8; $len] = $into;
                into(*self).put(buffer)
            }

            fn take(bytes: &[u8]) -> Option<(Self, &[u8])> {
                let from: fn([u8; $len]) -> $type = $from;
                <[u8; $len]>::take(bytes).map(|(bytes, rest)| (from(bytes), rest))
            }
        }
    )* };
}

fields! {
    u32: 4, u32::to_ne_bytes, u32::from_ne_bytes;
    i32: 4, i32::to_ne_bytes, i32::from_ne_bytes;
    ReaderName: ReaderName::LEN, |name| name.0, ReaderName;
    AttributeValue: crate::MAX_ATTRIBUTE, |value| value.0, AttributeValue;
}
