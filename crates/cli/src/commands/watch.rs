//! `pcsc watch`: readers and cards, as they come and go.

use crate::closed_pipe;
use crate::failure::Failure;
use crate::output::{ERROR, GOOD, HEADING, Report, WARNING};
use crate::reader_arguments::seconds;
use crate::settings::Settings;
use clap::Args;
use pcsc_session::{Event, Monitor, Sharing};
use pcsc_sys::Escaped;
use serde::Serialize;
use std::io::{self, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Show readers and cards as they come and go, from what there is now on, also when the service ends and comes back
#[derive(Debug, Args)]
pub(crate) struct Watch {
    /// Show readers with this in their names alone, in capitals or not
    #[arg(short, long, value_name = "NAME")]
    reader: Option<String>,
    /// Tell of this many events, and end
    #[arg(short, long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// End, with code 7, when nothing has happened for so long
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    wait: Option<Duration>,
}

/// An event, as it is told.
#[derive(Debug, Serialize)]
struct Told {
    /// Milliseconds since 1970.
    time: u128,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reader: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    atr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl Watch {
    pub(crate) fn run(self, settings: &Settings) -> Result<(), Failure> {
        closed_pipe::end_with_it();
        let mut monitor = Monitor::options()
            .provider(settings.service.provider()?)
            .start()?;
        let part = self.reader.map(|part| part.to_lowercase());
        let mut left = self.count.unwrap_or(u64::MAX);
        while left > 0 {
            let event = monitor.wait(self.wait)?;
            let is_meant = |part: &String| {
                let name = event.reader().map(|name| name.to_string_lossy().to_lowercase());
                name.is_none_or(|name| name.contains(part))
            };
            if part.as_ref().is_none_or(is_meant) {
                settings.output.report(&Told::of(&event))?;
                left -= 1;
            }
        }
        Ok(())
    }
}

impl Told {
    fn of(event: &Event) -> Told {
        let (name, atr, detail) = match event {
            Event::ReaderAdded { .. } => ("reader_added", None, None),
            Event::ReaderRemoved { .. } => ("reader_removed", None, None),
            Event::CardInserted { atr, .. } => ("card_inserted", Some(atr), None),
            Event::CardMute { .. } => ("card_mute", None, None),
            Event::CardRemoved { .. } => ("card_removed", None, None),
            Event::CardSwapped { atr, .. } => ("card_swapped", Some(atr), None),
            Event::CardMissed { .. } => ("card_missed", None, None),
            Event::AtrChanged { atr, .. } => ("atr_changed", Some(atr), None),
            Event::SharingChanged { sharing, .. } => {
                ("sharing_changed", None, Some(in_use(*sharing).to_owned()))
            }
            Event::ServiceLost { error, .. } => ("service_lost", None, Some(error.to_string())),
            Event::ServiceBack { .. } => ("service_back", None, None),
            event => ("other", None, Some(event.to_string())),
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Told {
            time: now.unwrap_or_default().as_millis(),
            event: name,
            reader: event.reader().map(|name| name.to_string_lossy().into_owned()),
            atr: atr.map(|atr| format!("{atr:X}")),
            detail,
        }
    }
}

fn in_use(sharing: Sharing) -> &'static str {
    match sharing {
        Sharing::Free => "not in use",
        Sharing::Shared => "in use",
        Sharing::Exclusive => "in exclusive use",
        _ => "in another use",
    }
}

impl Report for Told {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        if let Some(reader) = &self.reader {
            write!(to, "{HEADING}{}{HEADING:#}: ", Escaped(reader))?;
        }
        let style = match self.event {
            "card_inserted" | "card_swapped" | "service_back" => GOOD,
            "card_removed" | "reader_removed" | "card_mute" | "card_missed" => WARNING,
            "service_lost" => ERROR,
            _ => anstyle::Style::new(),
        };
        write!(to, "{style}{}{style:#}", self.event.replace('_', " "))?;
        for more in [&self.atr, &self.detail].into_iter().flatten() {
            write!(to, ": {more}")?;
        }
        writeln!(to)
    }
}
