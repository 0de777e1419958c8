//! What a command prints: text for people, JSON for programs.

use crate::failure::Failure;
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

    /// Prints a report.
    pub(crate) fn report(self, report: &impl Report) -> Result<(), Failure> {
        let mut to = anstream::stdout().lock();
        if self.json {
            let line = serde_json::to_string(report).map_err(io::Error::from)?;
            writeln!(to, "{line}")?;
        } else {
            report.write(&mut to)?;
        }
        Ok(to.flush()?)
    }
}
