//! A time that may never come.

use super::values::Word;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use std::fmt;
use std::time::Duration;

/// Milliseconds, or `"never"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period(pub(crate) Option<Duration>);

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Milliseconds;

        impl Visitor<'_> for Milliseconds {
            type Value = Period;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, 0 to 4294967295, or \"never\"")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Period, E> {
                let milliseconds = Word::checked(number.into())?;
                Ok(Period(Some(Duration::from_millis(milliseconds.0.into()))))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Period, E> {
                if text == "never" {
                    Ok(Period(None))
                } else {
                    Err(E::custom(format!(
                        "{text:?}, expected a whole number or \"never\""
                    )))
                }
            }
        }

        deserializer.deserialize_any(Milliseconds)
    }
}
