//! Bytes of which some are open, as lists of cards and expected answers have them.

use std::fmt;

/// A pattern over hexadecimal digits: `.` or `?` for any digit, `[0-3]` or `[AF]` for one of several, `*` or `.*` for any
/// number of digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// One of these digits, a bit for each.
    Digit(u16),
    /// Any number of digits.
    Any,
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Pattern, String> {
        let mut parts = Vec::new();
        let mut rest = text.chars().peekable();
        while let Some(next) = rest.next() {
            parts.push(match next {
                character if character.is_whitespace() => continue,
                '.' if rest.next_if_eq(&'*').is_some() => Part::Any,
                '*' => Part::Any,
                '.' | '?' => Part::Digit(u16::MAX),
                '[' => Part::Digit(set(&mut rest)?),
                digit => Part::Digit(1 << value(digit)?),
            });
        }
        Ok(Pattern {
            parts,
            text: text.trim().to_owned(),
        })
    }

    /// Tells whether these bytes fit, all of them.
    pub(crate) fn matches(&self, bytes: &[u8]) -> bool {
        let digits = |position: usize| {
            let byte = bytes.get(position / 2)?;
            Some(if position % 2 == 0 { byte >> 4 } else { byte & 0x0F })
        };
        // A mismatch goes back to the last `Any`, which then takes a digit more.
        let (mut part, mut digit) = (0, 0);
        let mut last_any = None;
        loop {
            match (self.parts.get(part), digits(digit)) {
                (None, None) => return true,
                (Some(Part::Any), _) => {
                    part += 1;
                    last_any = Some((part, digit));
                }
                (Some(Part::Digit(set)), Some(found)) if set >> found & 1 != 0 => {
                    part += 1;
                    digit += 1;
                }
                (_, None) => return false,
                (_, Some(_)) => match &mut last_any {
                    Some((after, taken)) => {
                        *taken += 1;
                        (part, digit) = (*after, *taken);
                    }
                    None => return false,
                },
            }
        }
    }
}

fn value(digit: char) -> Result<u32, String> {
    digit
        .to_digit(16)
        .ok_or_else(|| format!("{digit:?} is no hexadecimal digit and no wildcard"))
}

/// Reads a set up to its end; a comma in it says nothing.
fn set(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<u16, String> {
    let mut set = 0;
    loop {
        match rest.next() {
            None => return Err("a [ without a ]".to_owned()),
            Some(']') => return Ok(set),
            Some(',') => {}
            Some(first) => {
                let first = value(first)?;
                let last = match rest.next_if_eq(&'-') {
                    Some(_) => value(rest.next().unwrap_or(']'))?,
                    None => first,
                };
                (first..=last).for_each(|digit| set |= 1 << digit);
            }
        }
    }
}

/// As it was written.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_sets_and_any_number_of_digits() {
        for (pattern, bytes, matches) in [
            ("90 00", &[0x90, 0x00][..], true),
            ("90 00", &[0x90, 0x01], false),
            ("90 00", &[0x90, 0x00, 0x00], false),
            ("9000", &[0x90], false),
            ("63 C?", &[0x63, 0xC3], true),
            ("63 C[0-2]", &[0x63, 0xC3], false),
            ("63 C[0,3]", &[0x63, 0xC3], true),
            ("* 90 00", &[0x90, 0x00], true),
            ("* 90 00", &[0x90, 0x00, 0x90, 0x00], true),
            ("* 90 00", &[0x90, 0x00, 0x6A, 0x82], false),
            ("6F .. 84 .* 90 00", &[0x6F, 0x02, 0x84, 0x00, 0x90, 0x00], true),
            ("*", &[], true),
            ("", &[], true),
            ("* 00 * 00 *", &[0x01, 0x00, 0x02], false),
        ] {
            assert_eq!(
                Pattern::parse(pattern).unwrap().matches(bytes),
                matches,
                "{pattern} {bytes:02X?}"
            );
        }
        for wrong in ["9G", "[01", "[0-", "[x]", "-"] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_pattern_of_many_wildcards_costs_no_more_than_its_square() {
        let pattern = Pattern::parse(&"*0".repeat(200)).unwrap();
        assert!(!pattern.matches(&[0x11; 20_000]));
    }
}
