//! A command and its answer, as they are shown.

use crate::apdu::Apdu;
use crate::card::Card;
use crate::failure::Failure;
use crate::hexadecimal::{Spaced, plain, printable, spaced};
use crate::output::{ASIDE, ERROR, GOOD, HEADING, Report, WARNING};
use crate::secret;
use crate::tlv_tree::{self, Node};
use pcsc_session::iso7816::status_word::StatusWordClass;
use pcsc_session::{Command, ResponseBuf, StatusWord};
use serde::Serialize;
use std::io::{self, Write};

/// A command that was sent, and what the card answered.
#[derive(Debug, Serialize)]
pub(crate) struct Exchange {
    command: Spaced,
    data: String,
    status: String,
    meaning: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    objects: Option<Vec<Node>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(skip)]
    answer: ResponseBuf,
}

/// Sends a command: exactly these bytes, or where it is to follow by the rules of ISO/IEC 7816.
pub(crate) fn transmit(card: &Card, apdu: &Apdu, follow: bool) -> Result<ResponseBuf, Failure> {
    let bytes = apdu.fill(&mut secret::ask)?;
    if follow {
        let command = parse(apdu, &bytes)?;
        let command = if apdu.asks() { command.sensitive() } else { command };
        return card.with(|session| Ok(session.execute(&command)?.to_owned()));
    }
    card.with(|session| {
        let response = if apdu.asks() {
            session.transmit_sensitive(&bytes)?
        } else {
            session.transmit(&bytes)?
        };
        Ok(response.to_owned())
    })
}

/// Reads a command that the rules are to be applied to.
fn parse<'a>(apdu: &Apdu, bytes: &'a [u8]) -> Result<Command<'a>, Failure> {
    Command::parse(bytes)
        .map_err(|error| Failure::usage(format!("{apdu} is no command that --follow can take: {error}")))
}

/// Fails where the rules cannot be applied to a command; of one that asks for a secret nothing is known yet.
pub(crate) fn check_for_rules(apdu: &Apdu) -> Result<(), Failure> {
    if apdu.asks() {
        return Ok(());
    }
    parse(apdu, &apdu.fill(&mut secret::ask)?).map(drop)
}

impl Exchange {
    pub(crate) fn new(apdu: &Apdu, answer: ResponseBuf) -> Exchange {
        let status = answer.status();
        Exchange {
            command: Spaced::new(apdu),
            data: plain(answer.data()),
            status: format!("{:04X}", status.to_u16()),
            meaning: meaning(status),
            objects: tlv_tree::read(answer.data()),
            hint: hint(status),
            answer,
        }
    }

    /// Tells whether the card has done what it was asked for.
    pub(crate) fn is_success(&self) -> bool {
        self.answer.status().class() == StatusWordClass::Normal
    }
}

/// Returns an answer as the card gave it: the data, SW1 and SW2.
pub(crate) fn bytes(answer: &ResponseBuf) -> Vec<u8> {
    [answer.data(), &answer.status().to_u16().to_be_bytes()].concat()
}

/// Says what a status word says, with the number in it.
pub(crate) fn meaning(status: StatusWord) -> String {
    let text = status.to_string();
    let (_, meaning) = text.split_once(": ").unwrap_or_default();
    meaning.to_owned()
}

/// What can be sent next, where the status word asks for more.
fn hint(status: StatusWord) -> Option<String> {
    if let Some(more) = status.remaining() {
        let number = if status.sw2() == 0 {
            "256 or more".to_owned()
        } else {
            more.to_string()
        };
        return Some(format!(
            "{number} bytes wait: 00 C0 00 00 {:02X} (GET RESPONSE) gets them, and --follow does so by itself",
            status.sw2()
        ));
    }
    let ne = status.correct_le()?;
    Some(format!(
        "the same with Le {:02X} ({ne} bytes) is right, and --follow does so by itself",
        status.sw2()
    ))
}

impl Report for Exchange {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        writeln!(to, "{HEADING}>{HEADING:#} {}", self.command)?;
        write_data(self.answer.data(), to)?;
        if let Some(nodes) = &self.objects {
            tlv_tree::write(nodes, 4, to)?;
        }
        let style = match self.answer.status().class() {
            StatusWordClass::Normal => GOOD,
            StatusWordClass::Warning | StatusWordClass::Proprietary => WARNING,
            _ => ERROR,
        };
        writeln!(
            to,
            "{HEADING}<{HEADING:#} {style}{}{style:#}",
            self.answer.status()
        )?;
        match &self.hint {
            Some(hint) => writeln!(to, "  {ASIDE}{hint}{ASIDE:#}"),
            None => Ok(()),
        }
    }
}

/// Writes bytes and their text: in one line where they fit, else sixteen a line, with their offsets.
fn write_data(data: &[u8], to: &mut dyn Write) -> io::Result<()> {
    let line = |to: &mut dyn Write, bytes: &[u8], width: usize| {
        writeln!(
            to,
            "{:width$}  {ASIDE}{}{ASIDE:#}",
            spaced(bytes),
            printable(bytes)
        )
    };
    match data {
        [] => Ok(()),
        short if short.len() <= 16 => {
            write!(to, "{HEADING}<{HEADING:#} ")?;
            line(to, short, 0)
        }
        long => {
            writeln!(to, "{HEADING}<{HEADING:#} {} bytes", long.len())?;
            for (number, bytes) in long.chunks(16).enumerate() {
                write!(to, "  {ASIDE}{:04X}{ASIDE:#}  ", number * 16)?;
                line(to, bytes, 47)?;
            }
            Ok(())
        }
    }
}
