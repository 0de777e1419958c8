//! `pcsc shell`: commands at a prompt, in one session.

use crate::card::Card;
use crate::commands::atr::explain;
use crate::exchange::{Exchange, bytes, transmit};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::hexadecimal::Spaced;
use crate::output::{ASIDE, ERROR, GOOD, HEADING, Output, Report};
use crate::pattern::Pattern;
use crate::script_line::{Line, Lines};
use crate::secret::restore_terminal_at_end;
use crate::session_arguments::SessionArguments;
use crate::settings::Settings;
use clap::Args;
use pcsc_session::{Recovered, Session};
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{Behavior, Config, Context, Editor, Helper};
use serde::Serialize;
use std::io::{self, ErrorKind, IsTerminal, StdinLock, Write};

/// Send commands at a prompt, in one session
///
/// A line is as in a script: an APDU, `reset`, `exit`, and what is expected behind <. Besides there are `atr`, `recover`,
/// `follow on`, `follow off` and `help`. The history lasts as long as the shell, and commands that hold a secret are not in it.
/// Where the lines come from no terminal, it ends with the code of the first that failed.
#[derive(Debug, Args)]
pub(crate) struct Shell {
    /// Send what ISO/IEC 7816 asks for besides: GET RESPONSE after 61xx, the right Le after 6Cxx, long commands in parts
    #[arg(short, long)]
    follow: bool,
    #[command(flatten)]
    session: SessionArguments,
}

/// What can be said beside commands of the card.
const WORDS: [&str; 7] = [
    "atr",
    "exit",
    "follow off",
    "follow on",
    "help",
    "recover",
    "reset",
];

const HELP: &str = "\
00 A4 04 00 00   a command, in hexadecimal; {pin}, {pin:8}, {key:hex} ask for a secret of any name, {lc} counts what is behind it
< * 90 00        compare the last answer: ? for any digit, [0-3] for one of several, * for any number
atr              the answer to reset, byte by byte
reset            reset the card
recover          make the session usable again, whatever has become of card, reader and service
follow on|off    whether to send what 61xx and 6Cxx ask for
exit             end the session, as Ctrl-D does
";

impl Shell {
    pub(crate) fn run(self, settings: &Settings) -> Result<(), Failure> {
        let card = self.session.open(&settings.service)?;
        restore_terminal_at_end();
        let mut typed = Typed::new()?;
        let mut prompt = Prompt {
            failed: None,
            card: &card,
            output: settings.output,
            follow: self.follow,
            answer: None,
        };
        if !settings.output.is_json() {
            writeln!(anstream::stdout(), "{}", card.with(|session| session.to_string()))?;
        }
        loop {
            match typed.line() {
                Ok(line) => {
                    let (is_secret, goes_on) = prompt.take(line.trim())?;
                    if !is_secret {
                        typed.remember(line.trim())?;
                    }
                    if !goes_on {
                        break;
                    }
                }
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => break,
                Err(error) => return Err(of_prompt(error)),
            }
        }
        let failed = prompt.failed;
        card.close()?;
        match failed {
            // A person has seen it.
            Some(exit) if !io::stdin().is_terminal() => Err(Failure::Said(exit)),
            _ => Ok(()),
        }
    }
}

/// Where lines come from.
enum Typed {
    /// A person, at a prompt: at the terminal, wherever the output goes.
    AtPrompt(Box<Editor<Words, MemHistory>>),
    /// A file, or another program.
    Elsewhere(Lines<StdinLock<'static>>),
}

impl Typed {
    fn new() -> Result<Typed, Failure> {
        if !io::stdin().is_terminal() {
            return Ok(Typed::Elsewhere(Lines::new(io::stdin().lock())));
        }
        let mut config = Config::builder().auto_add_history(false);
        if !io::stdout().is_terminal() {
            config = config.behavior(Behavior::PreferTerm);
        }
        let editor = Editor::with_history(config.build(), MemHistory::new());
        let mut editor = Box::new(editor.map_err(of_prompt)?);
        editor.set_helper(Some(Words));
        Ok(Typed::AtPrompt(editor))
    }

    fn line(&mut self) -> Result<String, ReadlineError> {
        match self {
            Typed::AtPrompt(editor) => editor.readline("pcsc> "),
            Typed::Elsewhere(lines) => {
                let mut line = String::new();
                match lines.read(&mut line)? {
                    Some(_) => Ok(line),
                    None => Err(ReadlineError::Eof),
                }
            }
        }
    }

    fn remember(&mut self, line: &str) -> Result<(), Failure> {
        if let Typed::AtPrompt(editor) = self {
            editor.add_history_entry(line).map_err(of_prompt)?;
        }
        Ok(())
    }
}

fn of_prompt(error: ReadlineError) -> Failure {
    match error {
        ReadlineError::Io(error) if error.kind() == ErrorKind::InvalidData => {
            Failure::usage(format!("standard input: {error}"))
        }
        ReadlineError::Io(error) => error.into(),
        error => Failure::Other(Exit::Other, error.to_string()),
    }
}

/// What lines are carried out with.
struct Prompt<'a> {
    card: &'a Card,
    output: Output,
    follow: bool,
    answer: Option<Vec<u8>>,
    /// The code of the first line that failed.
    failed: Option<Exit>,
}

/// What is no exchange, in words.
#[derive(Serialize)]
struct Remark {
    remark: String,
}

impl Report for Remark {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        writeln!(to, "{ASIDE}{}{ASIDE:#}", self.remark.trim_end())
    }
}

/// A reset, with the answer to it.
#[derive(Serialize)]
struct Reset {
    command: &'static str,
    answer: Spaced,
}

impl Report for Reset {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        writeln!(to, "{HEADING}<{HEADING:#} {}", self.answer)
    }
}

/// An answer beside what was expected.
#[derive(Serialize)]
struct Compared {
    expected: String,
    answer: Spaced,
    #[serde(rename = "as_expected")]
    is_as_expected: bool,
}

impl Report for Compared {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        match self.is_as_expected {
            true => writeln!(to, "{GOOD}as expected{GOOD:#}"),
            false => writeln!(to, "{ERROR}not as expected{ERROR:#}"),
        }
    }
}

/// What was mended, in words.
fn in_words(recovered: Recovered) -> &'static str {
    match recovered {
        Recovered::Intact => "nothing was lost",
        Recovered::Reset => "the card was reset: what was selected and verified is forgotten",
        Recovered::CardReplaced => "another card is in the reader",
        Recovered::ReaderBack => "the reader was away, and its card has forgotten all",
        Recovered::ServiceBack => "the service was away, and the card has forgotten all",
        _ => "it is mended",
    }
}

impl Prompt<'_> {
    /// Carries a line out; tells whether it holds a secret, and whether another one is to be read.
    fn take(&mut self, line: &str) -> Result<(bool, bool), Failure> {
        let mut is_secret = false;
        let result = match line {
            "help" => Ok(HELP.to_owned()),
            "quit" => return Ok((false, false)),
            "follow on" | "follow off" => {
                self.follow = line == "follow on";
                Ok(String::new())
            }
            "atr" => self.ask(|session| session.atr()).and_then(|atr| {
                self.output.report(&explain(&atr))?;
                Ok(String::new())
            }),
            "recover" => self
                .ask(Session::recover)
                .map(|recovered| in_words(recovered).to_owned()),
            line => match Line::parse(line) {
                Err(problem) => {
                    // It may be a command with a slip in it.
                    is_secret = true;
                    Err(Failure::usage(format!("{problem}; help says what can be said")))
                }
                Ok(Line::Nothing) => Ok(String::new()),
                Ok(Line::Exit) => return Ok((false, false)),
                Ok(Line::Reset) => {
                    self.answer = None;
                    self.card.reset().and_then(|atr| {
                        let atr = atr.as_bytes();
                        self.answer = Some(atr.to_vec());
                        self.output.report(&Reset {
                            command: "reset",
                            answer: Spaced::of(atr),
                        })?;
                        Ok(String::new())
                    })
                }
                Ok(Line::Expect(pattern)) => self.compare(&pattern),
                Ok(Line::Send(apdu)) => {
                    is_secret = apdu.shows_secret();
                    transmit(self.card, &apdu, self.follow).and_then(|answer| {
                        self.answer = Some(bytes(&answer));
                        self.output.report(&Exchange::new(&apdu, answer))?;
                        Ok(String::new())
                    })
                }
            },
        };
        match result {
            Ok(remark) if remark.is_empty() => {}
            Ok(remark) => self.output.report(&Remark { remark })?,
            // The line was given up, at the question for a secret.
            Err(Failure::Interrupted) => {}
            Err(Failure::OutputClosed) => return Err(Failure::OutputClosed),
            Err(failure) => {
                self.failed = self.failed.or(failure.exit());
                failure.say(self.output);
            }
        }
        Ok((is_secret, true))
    }

    fn ask<T>(
        &self,
        question: impl FnOnce(&mut Session) -> Result<T, pcsc_session::Error>,
    ) -> Result<T, Failure> {
        Ok(self.card.with(question)?)
    }

    fn compare(&self, pattern: &Pattern) -> Result<String, Failure> {
        let Some(answer) = &self.answer else {
            return Err(Failure::usage(
                "an answer is expected, and no command has been sent",
            ));
        };
        let is_as_expected = pattern.matches(answer);
        self.output.report(&Compared {
            expected: pattern.to_string(),
            answer: Spaced::of(answer),
            is_as_expected,
        })?;
        match is_as_expected {
            true => Ok(String::new()),
            false => Err(Failure::Said(Exit::Refused)),
        }
    }
}

/// Completes words.
struct Words;

impl Helper for Words {}
impl Highlighter for Words {}
impl Validator for Words {}

impl Hinter for Words {
    type Hint = String;
}

impl Completer for Words {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let begun = line.get(..position).unwrap_or_default();
        let fits = WORDS.iter().filter(|word| word.starts_with(begun));
        Ok((0, fits.map(|word| (*word).to_owned()).collect()))
    }
}
