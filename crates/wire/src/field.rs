//! What messages are made of.

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

/// Makes fields of numbers.
macro_rules! numbers {
    ($($type:ty)*) => { $(
        impl Field for $type {
            const LEN: usize = size_of::<$type>();

            fn put<'a>(&self, buffer: &'a mut [u8]) -> &'a mut [u8] {
                self.to_ne_bytes().put(buffer)
            }

            fn take(bytes: &[u8]) -> Option<(Self, &[u8])> {
                Field::take(bytes).map(|(bytes, rest)| (<$type>::from_ne_bytes(bytes), rest))
            }
        }
    )* };
}

numbers! { u32 i32 }
