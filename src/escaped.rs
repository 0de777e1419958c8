//! Text that a device, a library or a file chose, as people may see it.

use std::fmt::{self, Write};
use std::ops::RangeInclusive;

/// A text of unknown origin, such as a reader's name, to be shown: what is no picture is escaped.
///
/// `Display` writes it so, `Debug` in quotes. Escaped are control characters, what turns the order of writing round, what
/// is not seen, private and unassigned characters: a name cannot act on a terminal, nor pass for another one of other
/// characters that look like nothing.
///
/// # Examples
/// ```
/// use pcsc_sys::Escaped;
///
/// assert_eq!(Escaped("A\u{1b}[2J").to_string(), "A\\u{1b}[2J");
/// assert_eq!(Escaped("L\u{e4}ser\u{200b}").to_string(), "L\u{e4}ser\\u{200b}");
/// assert_eq!(format!("{:?}", Escaped("A\nB")), "\"A\\nB\"");
/// ```
#[derive(Clone, Copy)]
pub struct Escaped<'a>(pub &'a str);

/// Unicode's property Default_Ignorable_Code_Point (DerivedCoreProperties.txt, the same in versions 13 to 17): what is shown
/// as nothing.
const DEFAULT_IGNORABLE: [RangeInclusive<char>; 17] = [
    '\u{AD}'..='\u{AD}',
    '\u{34F}'..='\u{34F}',
    '\u{61C}'..='\u{61C}',
    '\u{115F}'..='\u{1160}',
    '\u{17B4}'..='\u{17B5}',
    '\u{180B}'..='\u{180F}',
    '\u{200B}'..='\u{200F}',
    '\u{202A}'..='\u{202E}',
    '\u{2060}'..='\u{206F}',
    '\u{3164}'..='\u{3164}',
    '\u{FE00}'..='\u{FE0F}',
    '\u{FEFF}'..='\u{FEFF}',
    '\u{FFA0}'..='\u{FFA0}',
    '\u{FFF0}'..='\u{FFF8}',
    '\u{1BCA0}'..='\u{1BCA3}',
    '\u{1D173}'..='\u{1D17A}',
    '\u{E0000}'..='\u{E0FFF}',
];

/// A pattern of Braille without a dot: a picture of nothing.
const BRAILLE_BLANK: char = '\u{2800}';

/// Tells whether a character is a picture.
fn is_picture(character: char) -> bool {
    if character.is_ascii() {
        return !character.is_ascii_control();
    }
    let is_ignorable = DEFAULT_IGNORABLE.iter().any(|range| range.contains(&character));
    !is_ignorable && character != BRAILLE_BLANK && is_printable(character)
}

/// Tells whether the standard library takes a character for printable, and so leaves it as it is in a text: none of those
/// for control or format, of the separators but the space, the private and the unassigned ones.
fn is_printable(character: char) -> bool {
    // Behind another one, since a mark at the beginning is escaped though it has a picture.
    let mut bytes = [b'a'; 5];
    let len = 1 + character.encode_utf8(&mut bytes[1..]).len();
    std::str::from_utf8(&bytes[..len]).is_ok_and(|text| text.escape_debug().eq(text.chars()))
}

/// Writes a character that is no picture.
fn write_escape(f: &mut impl Write, character: char) -> fmt::Result {
    if character.is_control() {
        write!(f, "{}", character.escape_debug())
    } else {
        write!(f, "{}", character.escape_unicode())
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.chars().all(is_picture) {
            return f.pad(self.0);
        }
        let mut escaped = String::with_capacity(2 * self.0.len());
        for character in self.0.chars() {
            if is_picture(character) {
                escaped.push(character);
            } else {
                write_escape(&mut escaped, character)?;
            }
        }
        f.pad(&escaped)
    }
}

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
                character if is_picture(character) => f.write_char(character)?,
                character => write_escape(f, character)?,
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of DerivedCoreProperties.txt, as it has them.
    const LINES: &str = "00AD 034F 061C 115F..1160 17B4..17B5 180B..180D 180E 180F 200B..200F 202A..202E 2060..2064 2065 \
        2066..206F 3164 FE00..FE0F FEFF FFA0 FFF0..FFF8 1BCA0..1BCA3 1D173..1D17A E0000 E0001 E0002..E001F E0020..E007F \
        E0080..E00FF E0100..E01EF E01F0..E0FFF";

    fn character(hex: &str) -> char {
        u32::from_str_radix(hex, 16)
            .ok()
            .and_then(char::from_u32)
            .unwrap()
    }

    /// Asserts that a text with this character in the middle is shown with an escape, whole and in quotes.
    fn assert_escaped(character: char) {
        let text = format!("a{character}b");
        let shown = Escaped(&text).to_string();
        let escape = format!("\\u{{{:x}}}", u32::from(character));
        assert!(
            shown == format!("a{escape}b") || character.is_control() && shown.is_ascii(),
            "{shown}"
        );
        assert_eq!(format!("{:?}", Escaped(&text)), format!("\"{shown}\""));
    }

    #[test]
    fn nothing_that_unicode_has_ignored_by_default_is_left() {
        let mut count = 0;
        for line in LINES.split_ascii_whitespace() {
            let (first, last) = line.split_once("..").unwrap_or((line, line));
            for ignorable in character(first)..=character(last) {
                assert_escaped(ignorable);
                count += 1;
            }
        }
        // The total that the file states.
        assert_eq!(count, 4174);
    }

    #[test]
    fn what_acts_on_a_terminal_is_escaped() {
        for control in ('\0'..'\u{20}').chain('\u{7F}'..='\u{9F}') {
            assert_escaped(control);
        }
        // Bidirectional controls, separators of lines and paragraphs, annotations, spaces that are none of ASCII.
        for no_picture in "\u{61C}\u{200E}\u{200F}\u{202A}\u{202E}\u{2066}\u{2069}\u{2028}\u{2029}\u{FFF9}\u{A0}\u{3000}\u{2800}".chars() {
            assert_escaped(no_picture);
        }
        // Private and never assigned.
        for other in "\u{E000}\u{F8FF}\u{F0000}\u{10FFFD}\u{FDD0}\u{FFFE}\u{10FFFF}\u{378}".chars() {
            assert_escaped(other);
        }
    }

    #[test]
    fn what_people_write_is_left() {
        for text in [
            "",
            "ACS ACR122U 00 00",
            " !#$%&()*+,-./:;<=>?@[]^_`{|}~'",
            "L\u{e4}ser Le\u{301}cteur \u{4e2d}\u{6587} \u{ac00} \u{5e7}\u{5b8} \u{642}\u{64e} \u{915}\u{94d} \u{1f600} \u{2801} \u{fffd}",
        ] {
            assert_eq!(Escaped(text).to_string(), text);
            assert_eq!(format!("{:?}", Escaped(text)), format!("\"{text}\""));
        }
        assert_eq!(Escaped("\"\\").to_string(), "\"\\");
        assert_eq!(format!("{:?}", Escaped("\"\\\n")), "\"\\\"\\\\\\n\"");
        assert_eq!(format!("[{:>7}]", Escaped("\n")), "[     \\n]");
    }
}
