//! A command as a person writes it: bytes, and places for secrets.

use crate::failure::Failure;
use crate::hexadecimal;
use pcsc_session::iso7816::command::is_sensitive_apdu;
use std::fmt;
use zeroize::Zeroizing;

/// A command: `00 20 00 81 {lc} {pin}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Apdu(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Bytes(Vec<u8>),
    /// The number of the bytes behind it.
    Lc,
    Secret(String, Form),
}

/// What bytes a secret becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Its characters.
    Text,
    /// Its characters, and FF up to so many bytes.
    Padded(usize),
    /// It is hexadecimal.
    Hexadecimal,
}

impl Apdu {
    /// Reads hexadecimal digits and `{lc}`, `{NAME}`, `{NAME:LENGTH}`, `{NAME:hex}`.
    pub(crate) fn parse(text: &str) -> Result<Apdu, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((bytes, behind)) = rest.split_once('{') {
            push_bytes(&mut parts, bytes)?;
            let (place, behind) = behind.split_once('}').ok_or("a { without a }")?;
            parts.push(Part::parse(place)?);
            rest = behind;
        }
        push_bytes(&mut parts, rest)?;
        match parts.last() {
            None => Err("a command of no bytes".to_owned()),
            Some(Part::Lc) => Err("{lc} counts the bytes behind it, and there are none".to_owned()),
            Some(_) => Ok(Apdu(parts)),
        }
    }

    /// Takes bytes as they are.
    #[cfg(test)]
    pub(crate) fn of(bytes: &[u8]) -> Apdu {
        Apdu(vec![Part::Bytes(bytes.to_vec())])
    }

    /// Tells whether this is one byte and no more.
    pub(crate) fn is_byte(&self) -> bool {
        matches!(&*self.0, [Part::Bytes(bytes)] if bytes.len() == 1)
    }

    /// Puts one behind the other.
    pub(crate) fn join(parts: Vec<Apdu>) -> Apdu {
        let bytes = parts
            .into_iter()
            .flat_map(|apdu| apdu.0)
            .flat_map(|part| match part {
                Part::Bytes(bytes) => bytes,
                Part::Lc | Part::Secret(..) => Vec::new(),
            });
        Apdu(vec![Part::Bytes(bytes.collect())])
    }

    /// Tells whether it has places for secrets.
    pub(crate) fn asks(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Secret(..)))
    }

    /// Tells whether its bytes are secret, though they were written down: PINs, keys.
    pub(crate) fn shows_secret(&self) -> bool {
        // CLA, INS, P1, P2, and Lc or Le.
        const HEADER: usize = 5;
        let written = |part: &Part| match part {
            Part::Bytes(bytes) => bytes.len(),
            Part::Lc => 1,
            Part::Secret(..) => 0,
        };
        matches!(&*self.0, [Part::Bytes(bytes), ..] if is_sensitive_apdu(bytes))
            && self.0.iter().map(written).sum::<usize>() > HEADER
    }

    /// Returns the bytes to send; asks for each secret by its name.
    pub(crate) fn fill(
        &self,
        ask: &mut dyn FnMut(&str) -> Result<Zeroizing<String>, Failure>,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        // In the order of the command, since that is how a person answers.
        let mut filled = Vec::with_capacity(self.0.len());
        for part in &self.0 {
            filled.push(match part {
                Part::Bytes(bytes) => Zeroizing::new(bytes.clone()),
                Part::Lc => Zeroizing::new(Vec::new()),
                Part::Secret(name, form) => form
                    .bytes(&ask(name)?)
                    .map_err(|problem| Failure::usage(format!("{name}: {problem}")))?,
            });
        }
        for position in (0..filled.len()).rev() {
            if self.0[position] == Part::Lc {
                let len = filled[position + 1..]
                    .iter()
                    .map(|bytes| bytes.len())
                    .sum::<usize>();
                let lc = u8::try_from(len).map_err(|_| {
                    Failure::usage(format!("{{lc}} counts to 255, and {len} bytes are behind it"))
                })?;
                filled[position] = Zeroizing::new(vec![lc]);
            }
        }
        // With room for all, so that no part of it stays behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(filled.iter().map(|part| part.len()).sum()));
        filled.iter().for_each(|part| bytes.extend_from_slice(part));
        Ok(bytes)
    }
}

fn push_bytes(parts: &mut Vec<Part>, text: &str) -> Result<(), String> {
    let bytes = hexadecimal::parse(text)?;
    if !bytes.is_empty() {
        parts.push(Part::Bytes(bytes));
    }
    Ok(())
}

impl Part {
    fn parse(place: &str) -> Result<Part, String> {
        let (name, form) = match place.split_once(':') {
            None if place == "lc" => return Ok(Part::Lc),
            None => (place, Form::Text),
            Some((name, "hex")) => (name, Form::Hexadecimal),
            Some((name, len)) => match len.parse() {
                Ok(len @ 1..=255) => (name, Form::Padded(len)),
                _ => return Err(format!("{{{place}}}: expected a length of 1 to 255, or hex")),
            },
        };
        let is_name = |name: &str| {
            let mut characters = name.chars();
            characters.next().is_some_and(char::is_alphabetic)
                && characters.all(|character| character.is_alphanumeric() || "-_".contains(character))
        };
        if !is_name(name) {
            return Err(format!("{place:?} in braces is no name for a secret"));
        }
        Ok(Part::Secret(name.to_owned(), form))
    }
}

impl Form {
    fn bytes(self, secret: &str) -> Result<Zeroizing<Vec<u8>>, String> {
        match self {
            _ if secret.is_empty() => Err("nothing was typed".to_owned()),
            Form::Text => Ok(Zeroizing::new(secret.as_bytes().to_vec())),
            Form::Padded(len) if secret.len() > len => Err(format!("more than {len} bytes")),
            Form::Padded(len) => {
                let mut bytes = Zeroizing::new(vec![0xFF; len]);
                bytes[..secret.len()].copy_from_slice(secret.as_bytes());
                Ok(bytes)
            }
            // What was typed is in no text.
            Form::Hexadecimal => match hexadecimal::parse(secret) {
                Ok(bytes) => Ok(Zeroizing::new(bytes)),
                Err(_) => Err("an even number of hexadecimal digits is expected".to_owned()),
            },
        }
    }
}

/// As it was written: secrets by their names.
impl fmt::Display for Apdu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, part) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            match part {
                Part::Bytes(bytes) => f.write_str(&hexadecimal::spaced(bytes))?,
                Part::Lc => f.write_str("{lc}")?,
                Part::Secret(name, Form::Text) => write!(f, "{{{name}}}")?,
                Part::Secret(name, Form::Padded(len)) => write!(f, "{{{name}:{len}}}")?,
                Part::Secret(name, Form::Hexadecimal) => write!(f, "{{{name}:hex}}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str, secret: &str) -> Result<Vec<u8>, Failure> {
        let mut ask = |_: &str| Ok(Zeroizing::new(secret.to_owned()));
        Apdu::parse(text)
            .unwrap()
            .fill(&mut ask)
            .map(|bytes| bytes.to_vec())
    }

    #[test]
    fn secrets_are_put_in_their_places() {
        for (text, bytes) in [
            ("00200081 {lc} {pin}", &b"\x00\x20\x00\x81\x041234"[..]),
            ("0020008108{pin:8}", b"\x00\x20\x00\x81\x081234\xFF\xFF\xFF\xFF"),
            (
                "00 20 00 81 {lc} {pin:hex} 00",
                b"\x00\x20\x00\x81\x03\x12\x34\x00",
            ),
            (
                "00 24 00 81 {lc} {old}{new:6}",
                b"\x00\x24\x00\x81\x0A12341234\xFF\xFF",
            ),
        ] {
            assert_eq!(filled(text, "1234").unwrap(), bytes, "{text}");
        }
        assert!(filled("0020008102{pin:2}", "1234").is_err());
        assert!(filled("00200081{lc}{pin}", "").is_err());
        assert!(filled("00200081{lc}{pin}", &"1".repeat(256)).is_err());
    }

    #[test]
    fn a_command_is_shown_as_it_was_written_without_its_secrets() {
        let apdu = Apdu::parse("00200081{lc}{pin:8}{k-1:hex}{new}").unwrap();
        assert_eq!(apdu.to_string(), "00 20 00 81 {lc} {pin:8} {k-1:hex} {new}");
        assert!(apdu.asks() && !apdu.shows_secret());
        assert!(Apdu::parse("0020008104 31323334").unwrap().shows_secret());
        assert!(!Apdu::of(&[0x00, 0xA4, 0x04, 0x00]).shows_secret());
    }

    #[test]
    fn what_is_no_command_is_refused() {
        for text in [
            "",
            "  ",
            "0",
            "00 A4 0",
            "{pin",
            "00{}",
            "00{1}",
            "00{pin:0}",
            "00{pin:256}",
            "00{p n}",
        ] {
            assert!(Apdu::parse(text).is_err(), "{text}");
        }
    }
}
