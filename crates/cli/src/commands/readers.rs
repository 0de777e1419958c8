//! `pcsc readers`: the readers, with the card in each.

use crate::card_names;
use crate::failure::Failure;
use crate::output::{ASIDE, GOOD, HEADING, Report, WARNING};
use crate::reader_words;
use crate::settings::Settings;
use clap::Args;
use pcsc_session::iso7816::atr::Atr;
use pcsc_session::{
    Attribute, Context, Disposition, Error, Provider, ReaderName, ReaderState, Session, ShareMode, StateFlags,
};
use pcsc_sys::Escaped;
use serde::Serialize;
use std::io::{self, Write};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{iter, thread};

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
    /// Nothing where another program keeps the reader from telling.
    #[serde(flatten)]
    abilities: Option<Abilities>,
}

#[derive(Debug, Serialize)]
struct Abilities {
    features: Vec<String>,
    /// Maker, model, version of the driver, serial number, as far as the reader tells them.
    driver: Vec<String>,
}

/// How long readers have to tell what they can do: another program's transaction may last for ever.
const PATIENCE: Duration = Duration::from_secs(2);

impl Readers {
    pub(crate) fn run(self, settings: &Settings) -> Result<(), Failure> {
        let provider = settings.service.provider()?;
        // It ends before a reader is asked: pcsc-lite's library waits with all calls of a program for one that waits.
        let names = {
            let context = Context::establish_on(provider)?;
            let listed = context.list_readers()?;
            let looks = listed.into_iter().map(|name| Ok((look(&context, &name)?, name)));
            looks.collect::<Result<Vec<_>, Error>>()?
        };
        // One that was pulled out since the list was made is none.
        let (mut readers, names): (Vec<Reader>, Vec<ReaderName>) = names
            .into_iter()
            .filter_map(|(reader, name)| Some((reader?, name)))
            .unzip();
        for (reader, abilities) in ask(provider, names) {
            readers[reader].abilities = abilities;
        }
        Ok(settings.output.report(&List { readers })?)
    }
}

/// Looks at a reader and its card, and waits for nobody who uses them; nothing where it has gone.
fn look(context: &Context, name: &ReaderName) -> Result<Option<Reader>, Error> {
    let mut states = [ReaderState::new(name)];
    match context.get_status_change(Some(Duration::ZERO), &mut states) {
        Err(error) if error.is_reader_gone() => return Ok(None),
        result => result?,
    }
    let [state] = &states;
    let is = |flag| state.event_state().contains(flag);
    let atr = Some(state.atr()).filter(|atr| !atr.as_bytes().is_empty());
    Ok(Some(Reader {
        name: name.to_string_lossy().into_owned(),
        card: match () {
            () if is(StateFlags::UNAVAILABLE) || is(StateFlags::UNKNOWN) => "unavailable",
            () if is(StateFlags::MUTE) => "mute",
            () if is(StateFlags::PRESENT) => "present",
            () => "none",
        },
        used: match () {
            () if is(StateFlags::EXCLUSIVE) => "exclusive",
            () if is(StateFlags::INUSE) => "shared",
            () => "none",
        },
        atr: atr.map(|atr| format!("{atr:X}")),
        meaning: atr.map(meaning),
        names: atr.map(card_names::of).unwrap_or_default(),
        abilities: None,
    }))
}

/// Asks readers what they can do; says nothing of those that do not tell in time.
fn ask(provider: Provider, names: Vec<ReaderName>) -> Vec<(usize, Option<Abilities>)> {
    let (tell, told) = mpsc::channel();
    // It ends with the program where a reader never tells.
    thread::spawn(move || {
        let options = Session::options()
            .provider(provider)
            .share_mode(ShareMode::Direct);
        let options = options.on_close(Disposition::Leave);
        for (place, name) in names.iter().enumerate() {
            let session = options.clone().reader(name).open();
            // Who has been given up on tells nobody.
            let _ = tell.send((place, session.ok().as_ref().and_then(abilities)));
        }
    });
    let end = Instant::now() + PATIENCE;
    iter::from_fn(|| {
        told.recv_timeout(end.saturating_duration_since(Instant::now()))
            .ok()
    })
    .collect()
}

fn abilities(session: &Session) -> Option<Abilities> {
    let driver = [
        Attribute::VENDOR_NAME,
        Attribute::VENDOR_IFD_TYPE,
        Attribute::VENDOR_IFD_VERSION,
        Attribute::VENDOR_IFD_SERIAL_NO,
    ];
    let mut told = Vec::new();
    for attribute in driver {
        if let Some(value) = reader_words::read(session, attribute).ok()? {
            let (name, value) = reader_words::attribute(attribute, &value);
            told.push(format!("{name} {value}"));
        }
    }
    let features = session.features().unwrap_or_default();
    Some(Abilities {
        features: features.iter().map(reader_words::feature).collect(),
        driver: told,
    })
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
        writeln!(to, "{HEADING}{}{HEADING:#}", Escaped(&self.name))?;
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
        let Some(Abilities { features, driver }) = &self.abilities else {
            return writeln!(
                to,
                "  {WARNING}another program keeps it from telling more{WARNING:#}"
            );
        };
        for (what, list) in [("features", features), ("driver", driver)] {
            if !list.is_empty() {
                writeln!(to, "  {what:8}  {}", list.join(", "))?;
            }
        }
        Ok(())
    }
}
