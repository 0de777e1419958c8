//! `pcsc readers`: the readers, with the card in each.

use crate::arguments::Settings;
use crate::card_names;
use crate::failure::Failure;
use crate::output::{ASIDE, GOOD, HEADING, Report, WARNING};
use crate::reader_words;
use clap::Args;
use pcsc_session::iso7816::atr::Atr;
use pcsc_session::{
    Attribute, Context, Disposition, Error, ReaderName, ReaderState, Session, ShareMode, StateFlags,
};
use serde::Serialize;
use std::io::{self, Write};
use std::time::Duration;

/// List the readers, with the card in each, what they can do and whose they are
#[derive(Debug, Args)]
pub(crate) struct Readers {}

#[derive(Debug, Serialize)]
struct List {
    readers: Vec<Reader>,
}

#[derive(Debug, Serialize)]
struct Reader {
    name: String,
    /// What is in it: `none`, `present`, `mute`, or `unavailable` where the reader does not answer.
    card: &'static str,
    /// Who uses the card: `none`, `shared` or `exclusive`.
    used: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    atr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
    features: Vec<String>,
    /// Maker, model, version of the driver, serial number, as far as the reader tells them.
    driver: Vec<String>,
}

impl Readers {
    pub(crate) fn run(self, settings: &Settings) -> Result<(), Failure> {
        let context = Context::establish_on(settings.service.provider()?)?;
        let names = context.list_readers()?;
        let readers: Result<Vec<Reader>, Error> = names.iter().map(|name| look(&context, name)).collect();
        settings.output.report(&List { readers: readers? })
    }
}

/// Looks at a reader and its card, and disturbs nobody who uses them.
fn look(context: &Context, name: &ReaderName) -> Result<Reader, Error> {
    let mut states = [ReaderState::new(name)];
    context.get_status_change(Some(Duration::ZERO), &mut states)?;
    let [state] = &states;
    let is = |flag| state.event_state().contains(flag);
    let card = match () {
        () if is(StateFlags::UNAVAILABLE) || is(StateFlags::UNKNOWN) => "unavailable",
        () if is(StateFlags::MUTE) => "mute",
        () if is(StateFlags::PRESENT) => "present",
        () => "none",
    };
    let atr = Some(state.atr()).filter(|atr| !atr.as_bytes().is_empty());
    let direct = Session::options()
        .reader(name)
        .share_mode(ShareMode::Direct)
        .on_close(Disposition::Leave)
        .open_in(context);
    // Who has the reader to himself keeps what it can do to himself, too.
    let (features, driver) = direct.as_ref().map(abilities).unwrap_or_default();
    Ok(Reader {
        name: name.to_string(),
        card,
        used: match () {
            () if is(StateFlags::EXCLUSIVE) => "exclusive",
            () if is(StateFlags::INUSE) => "shared",
            () => "none",
        },
        atr: atr.map(|atr| format!("{atr:X}")),
        meaning: atr.map(meaning),
        names: atr.map(card_names::of).unwrap_or_default(),
        features,
        driver,
    })
}

fn abilities(session: &Session) -> (Vec<String>, Vec<String>) {
    let features = session.features().unwrap_or_default();
    let driver = [
        Attribute::VENDOR_NAME,
        Attribute::VENDOR_IFD_TYPE,
        Attribute::VENDOR_IFD_VERSION,
        Attribute::VENDOR_IFD_SERIAL_NO,
    ];
    let driver = driver.into_iter().filter_map(|attribute| {
        let value = reader_words::read(session, attribute).ok()??;
        let (name, value) = reader_words::attribute(attribute, &value);
        Some(format!("{name} {value}"))
    });
    (
        features.iter().map(reader_words::feature).collect(),
        driver.collect(),
    )
}

/// Says in a line what an answer to reset is about.
fn meaning(atr: &Atr) -> String {
    let protocols: Vec<String> = atr
        .protocols()
        .filter(|&t| t != 15)
        .map(|t| format!("T={t}"))
        .collect();
    let mut says = vec![protocols.join(", ")];
    if let Some(capabilities) = atr.historical_bytes().card_capabilities() {
        if capabilities.extended_length() {
            says.push("extended length".to_owned());
        }
        if capabilities.command_chaining() {
            says.push("command chaining".to_owned());
        }
        if capabilities.max_channels() > 1 {
            says.push(format!("{} channels", capabilities.max_channels()));
        }
    }
    let problems = atr.problems().count();
    if problems > 0 {
        says.push(format!("wrong in {problems} places"));
    }
    says.join(", ")
}

impl Report for List {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        if self.readers.is_empty() {
            return writeln!(to, "no reader");
        }
        for reader in &self.readers {
            reader.write(to)?;
        }
        Ok(())
    }
}

impl Reader {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        writeln!(to, "{HEADING}{}{HEADING:#}", self.name)?;
        let (card, style) = match self.card {
            "none" => ("none", ASIDE),
            "mute" => ("does not answer", WARNING),
            "unavailable" => ("the reader does not answer", WARNING),
            _ => (self.atr.as_deref().unwrap_or("not powered yet"), GOOD),
        };
        write!(to, "  card      {style}{card}{style:#}")?;
        match self.used {
            "none" => writeln!(to)?,
            used => writeln!(to, ", in {used} use")?,
        }
        for line in self.meaning.iter().chain(&self.names) {
            writeln!(to, "            {line}")?;
        }
        for (what, list) in [("features", &self.features), ("driver", &self.driver)] {
            if !list.is_empty() {
                writeln!(to, "  {what:8}  {}", list.join(", "))?;
            }
        }
        Ok(())
    }
}
