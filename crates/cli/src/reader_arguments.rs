//! Which reader is meant, and how long it is waited for.

use crate::failure::Failure;
use crate::hexadecimal;
use crate::service::Service;
use clap::Args;
use pcsc_session::iso7816::atr::{Atr, AtrPattern};
use pcsc_session::{ReaderChoice, Session, SessionOptions};
use std::ffi::OsString;
use std::time::Duration;

/// Which reader is meant: the first one, where nothing is said.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reader")]
pub(crate) struct ReaderArguments {
    /// The reader of this name, or with this in its name, in capitals or not
    #[arg(short, long, value_name = "NAME", group = "choice")]
    reader: Option<String>,
    /// The reader of exactly this name
    #[arg(long, value_name = "NAME", group = "choice")]
    exact_reader: Option<OsString>,
    /// The reader at this place in the list, counted from 0
    #[arg(long, value_name = "NUMBER", group = "choice", allow_negative_numbers = true)]
    index: Option<usize>,
    /// The only reader there is
    #[arg(long, group = "choice")]
    only: bool,
    /// The first reader with a card
    #[arg(long, group = "choice")]
    with_card: bool,
    /// The reader whose card has exactly this answer to reset; with /MASK the bits that count, and no byte behind the mask does
    #[arg(long, value_name = "HEX[/MASK]", group = "choice", value_parser = pattern)]
    with_atr: Option<AtrPattern>,
    /// Wait for so long until there are service, reader and card
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    wait: Option<Duration>,
}

impl ReaderArguments {
    /// Returns the choice, where one was made.
    pub(crate) fn choice(&self) -> Option<ReaderChoice> {
        let names = self.reader.clone().map(ReaderChoice::part);
        names
            .or_else(|| self.exact_reader.clone().map(ReaderChoice::name))
            .or_else(|| self.index.map(ReaderChoice::Index))
            .or_else(|| self.only.then_some(ReaderChoice::Only))
            .or_else(|| self.with_card.then_some(ReaderChoice::FirstWithCard))
            .or_else(|| self.with_atr.map(ReaderChoice::Atr))
    }

    /// Returns the options to open a session with.
    pub(crate) fn options(&self, service: &Service) -> Result<SessionOptions, Failure> {
        let mut options = Session::options().provider(service.provider()?);
        options = options.choose(self.choice().unwrap_or_default());
        if let Some(time) = self.wait {
            options = options.wait(time);
        }
        Ok(options)
    }
}

pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "no number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

fn pattern(text: &str) -> Result<AtrPattern, String> {
    match text.split_once('/') {
        Some((bytes, mask)) => Ok(AtrPattern::new(
            &hexadecimal::parse(bytes)?,
            &hexadecimal::parse(mask)?,
        )),
        None => Ok(AtrPattern::exactly(&Atr::new(&hexadecimal::parse(text)?))),
    }
}
