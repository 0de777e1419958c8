//! Where a configuration file is wrong, and what was expected there.

use std::ops::Range;

/// What is wrong with a text, and at which of its bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    at: usize,
    message: String,
}

impl Mistake {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            at: span.start,
            message: message.into(),
        }
    }

    /// The message with the column, counted from 1, of a line that somebody has written with so many bytes before it.
    #[cfg(unix)]
    pub(crate) fn in_line(&self, text: &str, before: usize) -> String {
        let passed = text.get(before..self.at).map_or(0, |text| text.chars().count());
        format!("column {}: {}", passed + 1, self.message)
    }

    /// The message with the file's name, line and column, both counted from 1.
    pub(crate) fn locate(&self, file: &str, text: &str) -> String {
        let before = text.get(..self.at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before[start..].chars().count() + 1;
        format!("{file}:{line}:{column}: {}", self.message)
    }
}

impl From<toml::de::Error> for Mistake {
    fn from(error: toml::de::Error) -> Self {
        // A message of several lines would not do for a line of a log.
        Self::new(error.span().unwrap_or(0..0), error.message().replace('\n', ", "))
    }
}
