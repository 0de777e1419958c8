//! What a command prints: text for people, JSON for programs.

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::io::{self, Write};

/// The beginning of what is about one thing.
pub(crate) const HEADING: Style = Style::new().bold();
/// What is as it should be.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What one should look at.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
/// What went wrong.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// What may be passed over.
pub(crate) const ASIDE: Style = Style::new().dimmed();

/// Something that a command has to say: as JSON by its fields, and in words.
pub(crate) trait Report: Serialize {
    /// Writes it for people, with styles, which only a terminal gets.
    fn write(&self, to: &mut dyn Write) -> io::Result<()>;
}

/// Where a command prints.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Output {
        Output { json }
    }

    /// Tells whether a program reads it.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Prints what is said to people elsewhere, for programs alone.
    pub(crate) fn document(self, of: &impl Serialize) -> io::Result<()> {
        if self.json {
            let mut to = anstream::stdout().lock();
            writeln!(to, "{}", document(of)?)?;
            to.flush()?;
        }
        Ok(())
    }

    /// Prints a report: JSON in ASCII, so that no character does anything to a terminal, and names are whole all the same.
    pub(crate) fn report(self, report: &impl Report) -> io::Result<()> {
        let mut to = anstream::stdout().lock();
        if self.json {
            writeln!(to, "{}", document(report)?)?;
        } else {
            report.write(&mut to)?;
        }
        to.flush()
    }
}

fn document(of: &impl Serialize) -> io::Result<String> {
    Ok(in_ascii(&serde_json::to_string(of)?))
}

/// Writes the characters of a document's texts that are not of ASCII, or control a terminal, by their numbers.
fn in_ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if matches!(character, ' '..='~') {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                text += &format!("\\u{unit:04x}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::in_ascii;

    #[test]
    fn a_document_is_the_same_in_ascii() {
        let name = "A\u{1b}[2J\u{7f}\u{9b}\u{202e}\u{e9} \u{1F4B3}\\\"";
        let json = in_ascii(&serde_json::to_string(name).unwrap());
        assert!(
            json.chars().all(|character| matches!(character, ' '..='~')),
            "{json}"
        );
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), name);
    }
}
