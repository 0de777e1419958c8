//! Lists of entries: a byte of tag, a byte of length, a value.

use super::list_error::ListError;

/// One entry; the offset is that of its tag.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) tag: u8,
    pub(super) value: &'a [u8],
    pub(super) offset: usize,
}

impl<'a> Entry<'a> {
    /// The value, where it has this length.
    pub(super) fn value_of<const N: usize>(&self) -> Result<[u8; N], ListError> {
        self.value.try_into().map_err(|_| ListError::Length {
            tag: self.tag,
            offset: self.offset + 1,
            len: self.value.len(),
            expected: N,
        })
    }
}

/// The entries one after the other. After one that is cut off there are no more.
#[derive(Clone, Debug)]
pub(super) struct Entries<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Entries<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, ListError>;

    fn next(&mut self) -> Option<Self::Item> {
        let offset = self.position;
        let (&tag, rest) = self.bytes.get(offset..)?.split_first()?;
        let value = rest
            .split_first()
            .and_then(|(&len, rest)| rest.get(..usize::from(len)));
        let Some(value) = value else {
            let offset = self.bytes.len();
            self.position = offset;
            return Some(Err(ListError::Incomplete { tag, offset }));
        };
        self.position += 2 + value.len();
        Some(Ok(Entry { tag, value, offset }))
    }
}
