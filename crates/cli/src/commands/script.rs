//! `pcsc script`: the commands of a file, and what is expected of the card.

use crate::apdu::Apdu;
use crate::card::Card;
use crate::exchange::{bytes, meaning, transmit};
use crate::exit::Exit;
use crate::failure::{Failure, tell};
use crate::hexadecimal::Spaced;
use crate::output::{ERROR, HEADING, Output, Report};
use crate::pattern::Pattern;
use crate::progress;
use crate::script_line::{Line, Lines, write_long};
use crate::session_arguments::SessionArguments;
use crate::settings::Settings;
use clap::Args;
use pcsc_session::StatusWord;
use pcsc_sys::Escaped;
use serde::Serialize;
use std::fmt;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;

/// Send the commands of a file, and compare the answers with what it expects
///
/// The format is that of scriptor: a command in hexadecimal on each line, `reset`, `exit`, comments behind #, and a \ at the
/// end of a line that goes on. A line that begins with < says what the card is to answer to the command before it, or which
/// answer to reset to the reset: hexadecimal digits, ? or . for any digit, [0-3] for one of several, * for any number of them.
/// What this command prints is such a script, which expects what the card has answered.
#[derive(Debug, Args)]
pub(crate) struct Script {
    /// The file; standard input where none is given, or -
    file: Option<PathBuf>,
    /// Send what ISO/IEC 7816 asks for besides: GET RESPONSE after 61xx, the right Le after 6Cxx, long commands in parts
    #[arg(short, long)]
    follow: bool,
    /// Go on where the card does not answer as expected
    #[arg(short, long)]
    keep_going: bool,
    #[command(flatten)]
    session: SessionArguments,
}

/// A step of a script.
#[derive(Debug, Serialize)]
struct Step {
    line: u64,
    command: Spaced,
    /// With the status word; the answer to reset where the command is a reset.
    answer: Spaced,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<String>,
}

/// An answer that is not as expected.
#[derive(Debug, Serialize)]
struct Mismatch {
    line: u64,
    expected: String,
    answer: Spaced,
}

impl Script {
    pub(crate) fn run(self, settings: &Settings) -> Result<(), Failure> {
        let file = self.file.filter(|file| file.as_os_str() != "-");
        let (name, from): (_, Box<dyn BufRead>) = match file {
            None => ("standard input".to_owned(), Box::new(io::stdin().lock())),
            Some(path) => {
                let name = Escaped(&path.to_string_lossy()).to_string();
                let file = progress::open(&path).map_err(|error| Failure::of_file(&path, error))?;
                (name, Box::new(file))
            }
        };
        let card = self.session.open(&settings.service)?;
        let mut steps = Steps {
            card: &card,
            output: settings.output,
            follow: self.follow,
            answer: None,
        };
        let (mut lines, mut text) = (Lines::new(from), String::new());
        let mut is_as_expected = true;
        while let Some(number) = lines
            .read(&mut text)
            .map_err(|error| Failure::usage(format!("{name}: {error}")))?
        {
            let place = format!("{name}:{number}");
            let line = Line::parse(&text).map_err(|problem| Failure::usage(problem).at(&place))?;
            match line {
                Line::Nothing => {}
                Line::Exit => break,
                Line::Reset => steps.reset(number).map_err(|failure| failure.at(&place))?,
                Line::Send(apdu) => steps.send(number, &apdu).map_err(|failure| failure.at(&place))?,
                Line::Expect(pattern) => {
                    if let Some(mismatch) = steps
                        .compare(number, &pattern)
                        .map_err(|failure| failure.at(&place))?
                    {
                        is_as_expected = false;
                        settings.output.report(&mismatch)?;
                        let rest = if self.keep_going {
                            ""
                        } else {
                            ": the script ends here, with --keep-going it goes on"
                        };
                        tell(&format!(
                            "{name}:{number}: the card did not answer as expected{rest}"
                        ));
                        if !self.keep_going {
                            break;
                        }
                    }
                }
            }
        }
        card.close()?;
        if is_as_expected {
            Ok(())
        } else {
            Err(Failure::Said(Exit::Refused))
        }
    }
}

/// What the steps of a script are made with, and what the last one brought.
struct Steps<'a> {
    card: &'a Card,
    output: Output,
    follow: bool,
    answer: Option<Vec<u8>>,
}

impl Steps<'_> {
    fn reset(&mut self, line: u64) -> Result<(), Failure> {
        let atr = self.card.reset()?;
        self.tell(line, &"reset", atr.as_bytes().to_vec(), None)
    }

    fn send(&mut self, line: u64, apdu: &Apdu) -> Result<(), Failure> {
        let answer = transmit(self.card, apdu, self.follow)?;
        self.tell(line, apdu, bytes(&answer), Some(answer.status()))
    }

    fn tell(
        &mut self,
        line: u64,
        command: &dyn fmt::Display,
        answer: Vec<u8>,
        status: Option<StatusWord>,
    ) -> Result<(), Failure> {
        self.output.report(&Step {
            line,
            command: Spaced::new(&command),
            answer: Spaced::of(&answer),
            meaning: status.map(meaning),
        })?;
        self.answer = Some(answer);
        Ok(())
    }

    /// Compares the last answer with what is expected.
    fn compare(&self, line: u64, pattern: &Pattern) -> Result<Option<Mismatch>, Failure> {
        let Some(answer) = &self.answer else {
            return Err(Failure::usage(
                "an answer is expected, and no command stands before it",
            ));
        };
        Ok((!pattern.matches(answer)).then(|| Mismatch {
            line,
            expected: pattern.to_string(),
            answer: Spaced::of(answer),
        }))
    }
}

impl Report for Step {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        writeln!(to, "{HEADING}>{HEADING:#} {}", self.command)?;
        write!(to, "{HEADING}<{HEADING:#} ")?;
        write_long(&self.answer, to)?;
        match &self.meaning {
            Some(meaning) => writeln!(to, " : {meaning}"),
            None => writeln!(to),
        }
    }
}

impl Report for Mismatch {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        writeln!(to, "{ERROR}# expected {}{ERROR:#}", self.expected)
    }
}
