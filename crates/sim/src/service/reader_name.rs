//! The name of a reader: bytes for pcsc-lite, UTF-16 for Windows, text for people.

/// The longest name in bytes: pcsc-lite has 128, with the terminating null.
const LONGEST: usize = 127;

/// A name, without a terminating null.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ReaderName {
    bytes: Box<[u8]>,
    text: Box<str>,
}

impl ReaderName {
    /// A name of the bytes up to the first null, and no more of them than fit.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let end = bytes.iter().take(LONGEST).position(|&byte| byte == 0);
        let bytes = &bytes[..end.unwrap_or(bytes.len().min(LONGEST))];
        let text = String::from_utf8_lossy(bytes);
        Self {
            // Programs have the text in UTF-16 on Windows, and come back with that.
            bytes: if cfg!(windows) { text.as_bytes() } else { bytes }.into(),
            text: text.into(),
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

/// A unit of text as a C function takes it: a byte, or one of UTF-16.
pub(crate) trait Unit: Copy + Default + PartialEq + 'static {
    /// The units of a name.
    fn of_name(name: &ReaderName) -> Vec<Self>;
    /// The units of a text.
    fn of_text(text: &str) -> Vec<Self> {
        Self::of_name(&ReaderName::new(text.as_bytes()))
    }
    /// The bytes that pcsc-lite would have for these units.
    fn to_bytes(units: &[Self]) -> Vec<u8>;
}

impl Unit for u8 {
    fn of_name(name: &ReaderName) -> Vec<u8> {
        name.as_bytes().to_vec()
    }

    fn to_bytes(units: &[u8]) -> Vec<u8> {
        units.to_vec()
    }
}

impl Unit for u16 {
    fn of_name(name: &ReaderName) -> Vec<u16> {
        name.as_str().encode_utf16().collect()
    }

    fn to_bytes(units: &[u16]) -> Vec<u8> {
        String::from_utf16_lossy(units).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_at_its_null_and_at_its_longest() {
        assert_eq!(ReaderName::new(b"one\0two").as_bytes(), b"one");
        assert_eq!(ReaderName::new(&[b'a'; 300]).as_bytes(), [b'a'; LONGEST]);
        assert_eq!(ReaderName::new(b"M\xFCller").as_str(), "M\u{FFFD}ller");
        assert_eq!(u16::of_name(&ReaderName::new("é".as_bytes())), [0xE9]);
        assert_eq!(u16::to_bytes(&[0xE9]), "é".as_bytes());
    }
}
