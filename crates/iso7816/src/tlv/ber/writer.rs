//! Writes BER-TLV data objects.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;

use super::write_error::WriteError;
use super::{length, tag};

/// A writer of BER-TLV data objects, one after the other and one within the other, into a buffer or at the end of a `Vec`.
///
/// Lengths have as few bytes as they can. Each method gives the writer back, so that calls can follow one another. After an
/// error the writer holds the whole objects that were there before; the buffer behind them is left to chance.
/// ISO/IEC 7816-4:2013, 5.2.2.
///
/// # Examples
/// ```
/// use pcsc_iso7816::tlv::ber::{DataObjects, Writer};
///
/// let mut buffer = [0; 32];
/// let mut writer = Writer::new(&mut buffer);
/// writer.constructed(0x6F, |information| {
///     information.object(0x84, &[0xA0, 0x00])?.constructed(0xA5, |proprietary| proprietary.object(0x88, &[0x01]))
/// })?;
/// let bytes = writer.into_bytes();
/// assert_eq!(bytes, [0x6F, 0x09, 0x84, 0x02, 0xA0, 0x00, 0xA5, 0x03, 0x88, 0x01, 0x01]);
/// assert!(DataObjects::new(bytes).find(0x6F)?.is_some());
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub struct Writer<'a> {
    target: Target<'a>,
    /// Where what this writer wrote begins and ends in the target.
    begin: usize,
    end: usize,
    tags_may_begin_with_ff: bool,
}

enum Target<'a> {
    Buffer(&'a mut [u8]),
    #[cfg(feature = "alloc")]
    Vector(&'a mut Vec<u8>),
}

impl<'a> Target<'a> {
    fn into_bytes(self) -> &'a [u8] {
        match self {
            Self::Buffer(buffer) => buffer,
            #[cfg(feature = "alloc")]
            Self::Vector(vector) => vector,
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Buffer(buffer) => buffer,
            #[cfg(feature = "alloc")]
            Self::Vector(vector) => vector,
        }
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Buffer(buffer) => buffer,
            #[cfg(feature = "alloc")]
            Self::Vector(vector) => vector,
        }
    }

    /// Makes it have so many bytes at least.
    fn make_room(&mut self, needed: usize) -> Result<(), WriteError> {
        match self {
            Self::Buffer(buffer) if buffer.len() < needed => Err(WriteError::BufferTooSmall {
                needed,
                len: buffer.len(),
            }),
            Self::Buffer(_) => Ok(()),
            #[cfg(feature = "alloc")]
            Self::Vector(vector) => {
                vector.resize(needed, 0);
                Ok(())
            }
        }
    }
}

impl<'a> Writer<'a> {
    /// Begins at the first byte of a buffer.
    #[must_use]
    pub fn new(buffer: &'a mut [u8]) -> Self {
        Self::at(0, Target::Buffer(buffer))
    }

    /// Begins at the end of what the vector holds, which grows as it takes.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::OffsetDataObject;
    /// use pcsc_iso7816::tlv::ber::Writer;
    ///
    /// let mut data = OffsetDataObject::new(0x8000).as_bytes().to_vec();
    /// Writer::appending(&mut data).object(0x53, &[0xAA; 200])?;
    /// assert_eq!(data[..8], [0x54, 0x02, 0x80, 0x00, 0x53, 0x81, 200, 0xAA]);
    /// # Ok::<(), pcsc_iso7816::tlv::ber::WriteError>(())
    /// ```
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn appending(bytes: &'a mut Vec<u8>) -> Self {
        Self::at(bytes.len(), Target::Vector(bytes))
    }

    fn at(begin: usize, target: Target<'a>) -> Self {
        Self {
            target,
            begin,
            end: begin,
            tags_may_begin_with_ff: false,
        }
    }

    /// Sets whether FF may begin a tag, as [`DataObjects`](super::DataObjects::tags_may_begin_with_ff) reads it. It may not
    /// where this is not called.
    #[must_use]
    pub fn tags_may_begin_with_ff(mut self, they_may: bool) -> Self {
        self.tags_may_begin_with_ff = they_may;
        self
    }

    /// Writes a data object with its value: any bytes, or whole data objects where the tag is that of a constructed one.
    ///
    /// # Errors
    /// [`WriteError::InvalidTag`], [`WriteError::ValueTooLong`], [`WriteError::BufferTooSmall`].
    pub fn object(&mut self, tag: u32, value: &[u8]) -> Result<&mut Self, WriteError> {
        self.check_tag(tag)?;
        check_length(value.len())?;
        let len = length::encoded_len(tag, value.len());
        self.target.make_room(self.end.saturating_add(len))?;
        self.put_tag(tag);
        self.put_length(value.len());
        self.put(value);
        Ok(self)
    }

    /// Writes a constructed data object, whose objects the closure writes.
    ///
    /// # Errors
    /// [`WriteError::PrimitiveTag`] where the tag is not that of a constructed one; otherwise as [`object`](Self::object), and
    /// what the closure returns.
    pub fn constructed(
        &mut self,
        tag: u32,
        write: impl for<'w> FnOnce(&'w mut Self) -> Result<&'w mut Self, WriteError>,
    ) -> Result<&mut Self, WriteError> {
        let start = self.end;
        match self.put_constructed(tag, write) {
            Ok(()) => Ok(self),
            Err(error) => {
                self.cut(start);
                Err(error)
            }
        }
    }

    fn put_constructed(
        &mut self,
        tag: u32,
        write: impl for<'w> FnOnce(&'w mut Self) -> Result<&'w mut Self, WriteError>,
    ) -> Result<(), WriteError> {
        self.check_tag(tag)?;
        let (bytes, start) = tag::bytes_of(tag);
        if !bytes.get(start).is_some_and(|&first| tag::is_constructed(first)) {
            return Err(WriteError::PrimitiveTag { tag });
        }
        // The shortest length field there is, which most objects have.
        self.target.make_room(self.end + tag::len_of(tag) + 1)?;
        self.put_tag(tag);
        let field = self.end;
        self.put(&[0]);
        let value = self.end;
        write(self)?;
        let len = self.end - value;
        check_length(len)?;
        let more = length::len_of(len) - 1;
        self.target.make_room(self.end + more)?;
        self.target
            .bytes_mut()
            .copy_within(value..value + len, value + more);
        self.end = field;
        self.put_length(len);
        self.end += len;
        Ok(())
    }

    /// Gives what was written, so far.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.target.bytes().get(self.begin..self.end).unwrap_or_default()
    }

    /// Gives what was written, for as long as the buffer lives.
    #[must_use]
    pub fn into_bytes(self) -> &'a [u8] {
        let (begin, end) = (self.begin, self.end);
        self.target.into_bytes().get(begin..end).unwrap_or_default()
    }

    fn check_tag(&self, tag: u32) -> Result<(), WriteError> {
        if tag::is_valid(tag, self.tags_may_begin_with_ff) {
            Ok(())
        } else {
            Err(WriteError::InvalidTag { tag })
        }
    }

    /// Writes where room was made.
    fn put(&mut self, bytes: &[u8]) {
        let end = self.end + bytes.len();
        if let Some(place) = self.target.bytes_mut().get_mut(self.end..end) {
            place.copy_from_slice(bytes);
            self.end = end;
        }
    }

    fn put_tag(&mut self, tag: u32) {
        let (bytes, start) = tag::bytes_of(tag);
        self.put(bytes.get(start..).unwrap_or_default());
    }

    fn put_length(&mut self, len: usize) {
        let (bytes, start) = length::bytes_of(len);
        self.put(bytes.get(start..).unwrap_or_default());
    }

    /// Takes back what was written from a place on.
    fn cut(&mut self, end: usize) {
        self.end = end;
        #[cfg(feature = "alloc")]
        if let Target::Vector(vector) = &mut self.target {
            vector.truncate(end);
        }
    }
}

fn check_length(len: usize) -> Result<(), WriteError> {
    match u32::try_from(len) {
        Ok(_) => Ok(()),
        Err(_) => Err(WriteError::ValueTooLong { len }),
    }
}

impl fmt::Debug for Writer<'_> {
    /// Shows the number of bytes, never the bytes, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Writer({} bytes)", self.end - self.begin)
    }
}

#[cfg(test)]
mod tests;
