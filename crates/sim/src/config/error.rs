//! Why a configuration is not taken.

use std::fmt;
use std::io;

/// Why a configuration is not taken: the file cannot be read, or is wrong at a place that the text names.
///
/// The text is made of what the file says: whoever shows it on a terminal escapes it.
#[derive(Debug)]
pub struct Error {
    text: String,
    source: Option<io::Error>,
}

impl Error {
    pub(super) fn unreadable(file: &str, error: io::Error) -> Self {
        Self {
            text: format!("{file}: {error}, expected a TOML file"),
            source: Some(error),
        }
    }

    pub(super) fn wrong(text: String) -> Self {
        Self { text, source: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}
