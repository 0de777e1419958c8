//! `pcsc replay`: a recording as text, and as cards for another program.

use crate::failure::{Failure, tell};
use crate::hexadecimal::Spaced;
use crate::output::{ASIDE, HEADING, Report};
use crate::progress;
use crate::script_line::write_long;
use crate::settings::Settings;
use clap::Args;
use pcsc_recording::{Packet, Reader, Record, RecordedExchange};
use pcsc_session::StatusWord;
use pcsc_sys::Escaped;
use serde::Serialize;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Show what was recorded, or run a program on the cards of a recording
///
/// What is shown is a script, which expects the recorded answers; times are in seconds from the first packet on. Recordings of
/// other tools that write GSMTAP SIM, such as SIMtrace's, are shown as well. COMMAND runs on simulated readers with the names
/// of the recorded ones, whose cards expect the recorded commands in their order. What differs is told at its end.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The recording
    file: PathBuf,
    #[cfg(unix)]
    #[command(flatten)]
    program: on_cards::Program,
}

impl Replay {
    pub(crate) fn run(self, settings: &Settings) -> Result<(), Failure> {
        #[cfg(unix)]
        if self.program.is_given() {
            return self.program.run(&self.file, settings);
        }
        let name = self.file.display();
        let wrong = |error: &dyn std::fmt::Display| Failure::of_file(&self.file, error);
        let file = progress::open(&self.file).map_err(|error| wrong(&error))?;
        let mut reader = Reader::new(file).map_err(|error| wrong(&error))?;
        let mut first = None;
        for record in &mut reader {
            let record = record.map_err(|error| wrong(&error))?;
            first = first.or(record.time);
            if let Some(shown) = Shown::new(&record, first) {
                settings.output.report(&shown)?;
            }
        }
        if reader.passed_over() > 0 {
            tell(&format!(
                "{name}: {} packets are passed over, which say nothing that a card says",
                reader.passed_over()
            ));
        }
        if reader.is_cut() {
            tell(&format!(
                "{name} ends within a packet: who wrote it was stopped, or has not finished"
            ));
        }
        Ok(())
    }
}

/// A packet, as it is shown.
#[derive(Debug, Serialize)]
struct Shown {
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<u128>,
    #[serde(skip)]
    since_first: Option<Duration>,
    reader: String,
    #[serde(flatten)]
    what: What,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum What {
    Reset {
        atr: Spaced,
    },
    Exchange {
        command: Spaced,
        /// With the status word.
        #[serde(skip_serializing_if = "Option::is_none")]
        answer: Option<Spaced>,
        #[serde(skip_serializing_if = "Option::is_none")]
        meaning: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        why_unanswered: Option<String>,
        /// The lengths of command and answer, where a secret of them was left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        left_out: Option<[usize; 2]>,
    },
}

impl Shown {
    fn new(record: &Record, first: Option<SystemTime>) -> Option<Shown> {
        let since = |from: SystemTime| record.time?.duration_since(from).ok();
        Some(Shown {
            time: since(UNIX_EPOCH).map(|time| time.as_millis()),
            since_first: first.and_then(since),
            reader: record.reader.to_string(),
            what: What::new(&record.packet)?,
        })
    }
}

impl What {
    fn new(packet: &Packet) -> Option<What> {
        Some(match packet {
            Packet::AnswerToReset(atr) => What::Reset { atr: Spaced::of(atr) },
            Packet::Exchange(exchange) => What::Exchange {
                command: Spaced::of(&exchange.command),
                answer: exchange.answer.as_deref().map(Spaced::of),
                meaning: meaning(exchange),
                why_unanswered: exchange.why_unanswered.clone(),
                left_out: exchange
                    .is_left_out
                    .then_some([exchange.command_len, exchange.answer_len]),
            },
            // Of other kinds nothing is known yet.
            _ => return None,
        })
    }
}

fn meaning(exchange: &RecordedExchange) -> Option<&'static str> {
    match exchange.answer.as_deref()? {
        [.., sw1, sw2] => Some(StatusWord::new(*sw1, *sw2).meaning()),
        _ => None,
    }
}

impl Report for Shown {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        write!(to, "{ASIDE}#")?;
        if let Some(time) = self.since_first {
            write!(to, " {}.{:06}", time.as_secs(), time.subsec_micros())?;
        }
        writeln!(to, " {}{ASIDE:#}", Escaped(&self.reader))?;
        match &self.what {
            What::Reset { atr } => writeln!(to, "{HEADING}>{HEADING:#} reset\n{HEADING}<{HEADING:#} {atr}"),
            What::Exchange {
                command,
                answer,
                left_out: Some([sent, received]),
                ..
            } => writeln!(
                to,
                "{ASIDE}# a secret is left out: > {command}, of {sent} bytes; < {}, of {received}{ASIDE:#}",
                answer.as_deref().unwrap_or("nothing"),
            ),
            What::Exchange {
                command,
                answer,
                meaning,
                why_unanswered,
                left_out: None,
            } => {
                write!(to, "{HEADING}>{HEADING:#} ")?;
                write_long(command, to)?;
                writeln!(to)?;
                if let Some(why) = why_unanswered {
                    return writeln!(to, "{ASIDE}# no answer: {}{ASIDE:#}", Escaped(why));
                }
                write!(to, "{HEADING}<{HEADING:#} ")?;
                write_long(answer.as_deref().unwrap_or_default(), to)?;
                match meaning {
                    Some(meaning) => writeln!(to, " : {meaning}"),
                    None => writeln!(to),
                }
            }
        }
    }
}

#[cfg(unix)]
mod on_cards {
    use crate::exit::Exit;
    use crate::failure::{Failure, tell};
    use crate::hexadecimal::plain;
    use crate::interrupt::Held;
    use crate::program;
    use crate::settings::Settings;
    use clap::Args;
    use pcsc_sim::{RecordedCard, Recording, ReplayCard, ScriptError, Simulator};
    use pcsc_sys::Escaped;
    use std::collections::BTreeMap;
    use std::ffi::OsString;
    use std::path::Path;

    /// As many readers as a service takes.
    const READERS: usize = 16;

    /// A program that runs on recorded cards.
    #[derive(Debug, Args)]
    pub(super) struct Program {
        /// Have the cards take the recorded commands in any order, and as often as they come
        #[arg(long, requires = "command")]
        lookup: bool,
        /// Of several cards that were in one reader take this one, by its place among all cards of the recording, from 0 on
        #[arg(long, value_name = "NUMBER", requires = "command")]
        card: Vec<usize>,
        /// The program, and its arguments
        #[arg(last = true, value_name = "COMMAND")]
        command: Vec<OsString>,
    }

    /// Says which cards of a reader can be chosen.
    fn several(reader: &str, numbers: &[usize], cards: &[RecordedCard]) -> String {
        let each = numbers.iter().map(|&number| match cards[number].atr() {
            Some(atr) => format!("--card {number} ({})", plain(atr)),
            None => format!("--card {number}"),
        });
        let each: Vec<String> = each.collect();
        format!(
            "{} cards were in the reader {} one after the other, and one of them is replayed: {}",
            numbers.len(),
            Escaped(reader),
            each.join(", ")
        )
    }

    impl Program {
        pub(super) fn is_given(&self) -> bool {
            !self.command.is_empty()
        }

        /// Returns the cards to replay, each in a reader of its own: those to which a command went, and of several of one
        /// reader the one that was chosen.
        fn choose<'a>(&self, recording: &'a Recording) -> Result<Vec<&'a RecordedCard>, String> {
            let cards = recording.cards();
            if let Some(number) = self.card.iter().find(|number| **number >= cards.len()) {
                return Err(format!(
                    "there is no card {number}: the recording has {}",
                    cards.len()
                ));
            }
            let is_any_used = cards.iter().any(|card| !card.exchanges().is_empty());
            let mut of_readers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for (number, card) in cards.iter().enumerate() {
                let numbers = of_readers.entry(card.reader()).or_default();
                if self.card.contains(&number) || !is_any_used || !card.exchanges().is_empty() {
                    numbers.push(number);
                }
            }
            let mut chosen = Vec::new();
            for (reader, mut numbers) in of_readers {
                if numbers.iter().any(|number| self.card.contains(number)) {
                    numbers.retain(|number| self.card.contains(number));
                }
                match numbers[..] {
                    [] => {}
                    [number] => chosen.push(number),
                    _ => return Err(several(reader, &numbers, cards)),
                }
            }
            // As they were recorded.
            chosen.sort_unstable();
            Ok(chosen.into_iter().map(|number| &cards[number]).collect())
        }

        /// Runs it, and tells what it did that was not recorded.
        pub(super) fn run(&self, file: &Path, settings: &Settings) -> Result<(), Failure> {
            let wrong = |text: String| Failure::of_file(file, text);
            let recording = Recording::open(file).map_err(|error| wrong(error.to_string()))?;
            let chosen = self.choose(&recording).map_err(wrong)?;
            if chosen.len() > READERS {
                let text = format!(
                    "there are {} cards in the recording: {READERS} readers are all",
                    chosen.len()
                );
                return Err(wrong(text));
            }
            let is_any_used = chosen.iter().any(|card| !card.exchanges().is_empty());
            let simulator = Simulator::new();
            let mut replayed = Vec::new();
            for card in chosen {
                let reader = simulator.add_reader(card.reader());
                let card = match self.lookup {
                    true => ReplayCard::new(card).by_lookup(),
                    false => ReplayCard::new(card),
                };
                reader.insert(card.clone());
                replayed.push((reader, card));
            }
            let failure = |error| Failure::of("the recording cannot be served", error);
            let held = Held::begin();
            let folder = program::folder("pcsc-replay-").map_err(failure)?;
            let served = simulator
                .serve(folder.path().join(program::SOCKET))
                .map_err(failure)?;
            let ended = program::run(&self.command, served.path(), &held)?;
            drop(served);
            let mut differences = Vec::new();
            let mut is_any_sent = false;
            for (reader, card) in &replayed {
                let result = card.check();
                let other = matches!(&result, Err(error) if !matches!(error, ScriptError::EndedEarly { .. }));
                is_any_sent |= card.played() > 0 || other;
                differences.extend(result.err().map(|error| format!("{}: {error}", reader.name())));
            }
            match (is_any_used, is_any_sent) {
                (true, false) => {
                    differences = vec!["no command came to the recorded cards".to_owned()];
                }
                (false, false) => tell("no command was recorded: nothing is compared"),
                _ => {}
            }
            for difference in &differences {
                Failure::Other(Exit::Refused, difference.clone()).say(settings.output);
            }
            ended.result()?;
            if differences.is_empty() {
                Ok(())
            } else {
                Err(Failure::Said(Exit::Refused))
            }
        }
    }
}
