//! The lines of a script, and what a person types at the prompt.

use crate::apdu::Apdu;
use crate::pattern::Pattern;
use std::io::{self, BufRead, Read, Write};

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// Nothing: it is empty, or a comment.
    Nothing,
    /// The card is to be reset.
    Reset,
    /// A command.
    Send(Apdu),
    /// What the card is to have answered to the last one.
    Expect(Pattern),
    /// The script ends here.
    Exit,
}

impl Line {
    /// Reads a line: scriptor's, with `>` before a command where one likes, and `<` before what is expected, up to ` : `.
    pub(crate) fn parse(text: &str) -> Result<Line, String> {
        let text = text.split_once('#').map_or(text, |(before, _)| before).trim();
        if let Some(expected) = text.strip_prefix('<') {
            let bytes = expected.split_once(" :").map_or(expected, |(bytes, _)| bytes);
            return Pattern::parse(bytes).map(Line::Expect);
        }
        let text = text.strip_prefix('>').unwrap_or(text).trim();
        Ok(match text.to_ascii_lowercase().as_str() {
            "" => Line::Nothing,
            "reset" => Line::Reset,
            "exit" => Line::Exit,
            _ => Line::Send(Apdu::parse(text)?),
        })
    }
}

/// The lines of a script, each with those that a `\` at its end joins to it.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    from: R,
    /// The number of the last line that was read.
    number: u64,
    /// The line as it is in the file.
    bytes: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// The longest line: enough for the longest answer.
    const MAX_LEN: u64 = 1 << 20;

    pub(crate) fn new(from: R) -> Lines<R> {
        Lines {
            from,
            number: 0,
            bytes: Vec::new(),
        }
    }

    /// Reads the next line into `line`, and returns the number of its beginning; nothing at the end.
    pub(crate) fn read(&mut self, line: &mut String) -> io::Result<Option<u64>> {
        line.clear();
        let first = self.number + 1;
        loop {
            let room = Self::MAX_LEN - line.len() as u64;
            self.bytes.clear();
            let read = self.from.by_ref().take(room).read_until(b'\n', &mut self.bytes)?;
            // Comments may be in any encoding, and an editor may have put a byte order mark first.
            let text = String::from_utf8_lossy(&self.bytes);
            line.push_str(match self.number {
                0 => text.trim_start_matches('\u{FEFF}'),
                _ => &text,
            });
            self.number += 1;
            if line.len() as u64 >= Self::MAX_LEN {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "a line of more than 1 MiB",
                ));
            }
            if read == 0 {
                return Ok((!line.is_empty()).then_some(first));
            }
            line.truncate(line.trim_end_matches(['\n', '\r']).len());
            match line.strip_suffix('\\') {
                Some(begun) => line.truncate(begun.len()),
                None => return Ok(Some(first)),
            }
        }
    }
}

/// Writes spaced bytes, 32 a line, as a script has a long line.
pub(crate) fn write_long(spaced: &str, to: &mut dyn Write) -> io::Result<()> {
    const LINE: usize = 32 * 3;
    let mut rest = spaced;
    while rest.len() > LINE {
        let (line, behind) = rest.split_at(LINE);
        writeln!(to, "{line}\\")?;
        rest = behind;
    }
    to.write_all(rest.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scriptor_s_lines_and_what_is_expected() {
        let send = |bytes: &[u8]| Line::Send(Apdu::of(bytes));
        let expect = |text: &str| Line::Expect(Pattern::parse(text).unwrap());
        for (text, line) in [
            ("", Line::Nothing),
            ("  # a comment", Line::Nothing),
            ("reset", Line::Reset),
            ("> RESET", Line::Reset),
            ("exit", Line::Exit),
            (
                "A0A40000023F00",
                send(&[0xA0, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00]),
            ),
            (
                "> 00 C0 00 00 17 # the rest",
                send(&[0x00, 0xC0, 0x00, 0x00, 0x17]),
            ),
            ("< 90 00", expect("90 00")),
            ("< 6F * 90 00 : normal processing", expect("6F * 90 00")),
        ] {
            assert_eq!(Line::parse(text).unwrap(), line, "{text}");
        }
        for wrong in ["select", "0", "< 9x", "resets"] {
            assert!(Line::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_line_goes_on_after_a_backslash() {
        let mut lines = Lines::new(&b"00 A4 \\\r\n04 00\n\n90\\"[..]);
        let mut line = String::new();
        let mut next = || {
            lines
                .read(&mut line)
                .unwrap()
                .map(|number| (number, line.clone()))
        };
        assert_eq!(next(), Some((1, "00 A4 04 00".to_owned())));
        assert_eq!(next(), Some((3, String::new())));
        assert_eq!(next(), Some((4, "90".to_owned())));
        assert_eq!(next(), None);
    }

    #[test]
    fn a_comment_is_in_any_encoding() {
        let mut lines = Lines::new(&b"\xEF\xBB\xBF00A4 # caf\xE9\n# \xEF\xBB\xBF\xFF\n\xEF\xBB\xBF\n"[..]);
        let mut line = String::new();
        lines.read(&mut line).unwrap();
        assert_eq!(Line::parse(&line).unwrap(), Line::Send(Apdu::of(&[0x00, 0xA4])));
        lines.read(&mut line).unwrap();
        assert_eq!(Line::parse(&line).unwrap(), Line::Nothing);
        lines.read(&mut line).unwrap();
        assert!(Line::parse(&line).is_err());
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut lines = Lines::new(io::BufReader::new(io::repeat(b'0')));
        let error = lines.read(&mut String::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
