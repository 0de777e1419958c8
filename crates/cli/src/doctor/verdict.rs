//! What came of a look at something.

use crate::output::{ASIDE, ERROR, GOOD, HEADING, Report, WARNING};
use pcsc_sys::Escaped;
use serde::Serialize;
use std::io::{self, Write};

/// Whether something is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Ok,
    Wrong,
    /// One of several things is wrong, and perhaps this one.
    Perhaps,
    /// It could not be looked at.
    NotSeen,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(crate) struct Verdict {
    pub(super) state: State,
    pub(super) text: String,
    /// What mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) command: Option<String>,
}

impl Verdict {
    pub(super) fn new(state: State, text: impl AsRef<str>) -> Verdict {
        Verdict {
            state,
            // Devices and programs choose names.
            text: Escaped(text.as_ref()).to_string(),
            command: None,
        }
    }

    pub(super) fn ok(text: impl AsRef<str>) -> Verdict {
        Verdict::new(State::Ok, text)
    }

    pub(super) fn wrong(text: impl AsRef<str>) -> Verdict {
        Verdict::new(State::Wrong, text)
    }

    pub(super) fn unseen(why: impl AsRef<str>) -> Verdict {
        Verdict::new(State::NotSeen, why)
    }

    /// Returns it as all that came of a look.
    pub(super) fn alone<'a>(self) -> Verdicts<'a> {
        Box::new(std::iter::once(self))
    }

    /// Adds what mends it.
    pub(super) fn mended_by(mut self, command: impl Into<Option<String>>) -> Verdict {
        let command = command.into();
        self.command = command.map(|command| Escaped(&command).to_string());
        self
    }
}

/// What came of looks at several things, each when it is looked at.
pub(super) type Verdicts<'a> = Box<dyn Iterator<Item = Verdict> + 'a>;

/// What was looked at, and what came of it.
#[derive(Debug, Serialize)]
pub(crate) struct Looked {
    pub(super) subject: &'static str,
    #[serde(flatten)]
    pub(super) verdict: Verdict,
}

impl Looked {
    /// Tells whether something is wrong there.
    pub(crate) fn is_finding(&self) -> bool {
        matches!(self.verdict.state, State::Wrong | State::Perhaps)
    }
}

impl Report for Looked {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        let Verdict { state, text, command } = &self.verdict;
        let (word, style) = match state {
            State::Ok => ("ok", GOOD),
            State::Wrong => ("wrong", ERROR),
            State::Perhaps => ("perhaps", WARNING),
            State::NotSeen => ("not seen", ASIDE),
        };
        let subject = self.subject;
        writeln!(
            to,
            "{HEADING}{subject:7}{HEADING:#}  {style}{word:8}{style:#}  {text}"
        )?;
        match command {
            Some(command) => writeln!(to, "{:19}$ {command}", ""),
            None => Ok(()),
        }
    }
}

/// Puts a text into a shell's command as one word.
pub(super) fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@:".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
