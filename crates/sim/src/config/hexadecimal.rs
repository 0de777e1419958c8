//! Bytes as people write them.

use serde::Deserialize;
use serde::de::Error;

/// Bytes from hexadecimal text; spaces and colons between them are for the eye.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Hex(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits: String = text
            .chars()
            .filter(|character| !matches!(character, ' ' | ':'))
            .collect();
        hex::decode(&digits).map(Self).map_err(|error| {
            // The library's own text counts without the spaces, which misleads.
            let what = match error {
                hex::FromHexError::InvalidHexCharacter { c, .. } => format!("{c:?} is no hexadecimal digit"),
                _ => format!("{} hexadecimal digits", digits.len()),
            };
            D::Error::custom(format!("{what}, expected bytes of two hexadecimal digits each"))
        })
    }
}
