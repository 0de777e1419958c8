//! Bytes as people write them.

use serde::{Serialize, Serializer};
use std::fmt;
use std::ops::Deref;

/// Reads pairs of digits, with spaces, colons or nothing between them.
pub(crate) fn parse(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut high = None;
    for character in text.chars() {
        match (character.to_digit(16), high.take()) {
            (Some(digit), None) => high = Some(digit as u8),
            (Some(digit), Some(first)) => bytes.push(first << 4 | digit as u8),
            (None, None) if character.is_whitespace() || character == ':' => {}
            (None, _) => return Err(format!("{character:?} is no hexadecimal digit")),
        }
    }
    match high {
        Some(_) => Err("the number of hexadecimal digits is odd".to_owned()),
        None => Ok(bytes),
    }
}

/// Writes bytes with a space between them.
pub(crate) fn spaced(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 3);
    for (position, byte) in bytes.iter().enumerate() {
        let separator = if position == 0 { "" } else { " " };
        // A string takes everything.
        let _ = write!(text, "{separator}{byte:02X}");
    }
    text
}

/// Bytes as they are shown, with spaces, which programs get without them.
#[derive(Debug, Clone)]
pub(crate) struct Spaced(String);

impl Spaced {
    pub(crate) fn new(text: &impl fmt::Display) -> Spaced {
        Spaced(text.to_string())
    }

    pub(crate) fn of(bytes: &[u8]) -> Spaced {
        Spaced(spaced(bytes))
    }
}

impl Deref for Spaced {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Spaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl Serialize for Spaced {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.replace(' ', ""))
    }
}

/// Writes bytes with nothing between them.
pub(crate) fn plain(bytes: &[u8]) -> String {
    spaced(bytes).replace(' ', "")
}

/// Returns the bytes as text, a dot for what is not printable.
pub(crate) fn printable(bytes: &[u8]) -> String {
    let character = |byte: &u8| match byte {
        0x20..=0x7E => char::from(*byte),
        _ => '.',
    };
    bytes.iter().map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_as_people_write_them() {
        for text in ["00A40400", "00 a4 04 00", "00:A4:04:00", " 00A4  0400 "] {
            assert_eq!(parse(text).unwrap(), [0x00, 0xA4, 0x04, 0x00], "{text}");
        }
        assert!(parse("").unwrap().is_empty());
        for text in ["0", "00A", "0 0", "0G", "00-A4"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn bytes_are_written_so_that_nothing_reaches_a_terminal() {
        assert_eq!(spaced(&[0x00, 0xFF]), "00 FF");
        assert_eq!(plain(&[0x00, 0xFF]), "00FF");
        assert_eq!(printable(b"A\x1B[2J\x9B~"), "A.[2J.~");
    }
}
