//! `pcsc atr`: an answer to reset, byte by byte.

use crate::card_names;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::hexadecimal;
use crate::output::{GOOD, HEADING, Report, WARNING};
use crate::reader_arguments::ReaderArguments;
use crate::settings::Settings;
use clap::Args;
use pcsc_session::Disposition;
use pcsc_session::iso7816::atr;
use serde::Serialize;
use std::io::{self, Write};

/// Explain an answer to reset, byte by byte: that of a card, or one in hexadecimal
///
/// The names of cards are those of smartcard_list.txt, of the package pcsc-tools; the variable SMARTCARD_LIST names another
/// file.
#[derive(Debug, Args)]
pub(crate) struct Atr {
    /// The answer to reset; that of the card in the reader where none is given
    #[arg(value_name = "HEX", conflicts_with = "choice")]
    hex: Vec<String>,
    #[command(flatten)]
    reader: ReaderArguments,
}

/// An answer to reset, and what it says.
#[derive(Debug, Serialize)]
pub(super) struct Explained {
    atr: String,
    bytes: Vec<Byte>,
    problems: Vec<String>,
    /// What cards have it, by the list that is installed.
    names: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Byte {
    byte: String,
    meaning: String,
}

impl Atr {
    pub(crate) fn run(self, settings: &Settings) -> Result<(), Failure> {
        let atr = if self.hex.is_empty() {
            let options = self.reader.options(&settings.service)?;
            // A look at the card must not reset it under another program's hands.
            options.on_close(Disposition::Leave).open()?.atr()?
        } else {
            let bytes = hexadecimal::parse(&self.hex.join(" ")).map_err(Failure::usage)?;
            atr::Atr::new(&bytes)
        };
        settings.output.report(&explain(&atr))?;
        match atr.problems().next() {
            None => Ok(()),
            Some(_) => Err(Failure::Said(Exit::Other)),
        }
    }
}

/// Explains an answer to reset.
pub(super) fn explain(atr: &atr::Atr) -> Explained {
    let text = atr.to_string();
    let bytes = text.lines().filter_map(|line| {
        let (byte, meaning) = line.split_once(' ')?;
        (byte.len() == 2).then(|| Byte {
            byte: byte.to_owned(),
            meaning: meaning.to_owned(),
        })
    });
    Explained {
        atr: format!("{atr:X}"),
        bytes: bytes.collect(),
        problems: atr.problems().map(|problem| problem.to_string()).collect(),
        names: card_names::of(atr),
    }
}

impl Report for Explained {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        writeln!(to, "{HEADING}{}{HEADING:#}", self.atr)?;
        for Byte { byte, meaning } in &self.bytes {
            writeln!(to, "  {HEADING}{byte}{HEADING:#} {meaning}")?;
        }
        for problem in &self.problems {
            writeln!(to, "  {WARNING}problem: {problem}{WARNING:#}")?;
        }
        for name in &self.names {
            writeln!(to, "  {GOOD}{name}{GOOD:#}")?;
        }
        Ok(())
    }
}
