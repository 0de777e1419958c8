//! Changing the readers while they run, over a socket of its own.

use super::card::CardConfig;
use super::mistake::Mistake;
use super::reader::{Action, check_card};
use super::slots::{Change, Slots};
use super::{Running, ServiceAction};
use crate::serve::lines::Lines;
use serde::Deserialize;
use std::io;
use std::path::Path;
use std::sync::Arc;
use toml::Spanned;

/// A control of readers that run, until this is dropped: then its socket is removed, and who uses it is closed.
#[derive(Debug)]
#[must_use = "dropping it ends the control"]
pub struct Control(Lines);

impl Running {
    /// Opens a control: a Unix socket on which other programs change readers and cards.
    ///
    /// The socket is for this user alone, as that of [`Simulator::serve`](crate::Simulator::serve) is; beside that, its name
    /// is by custom the same with `.control` after it. Who connects writes lines of text (UTF-8, up to 1 MiB each), and gets
    /// one line for each: `ok`, or `error: ` and what is wrong. Sixteen can be connected at a time.
    ///
    /// A line is what the configuration's file has for an event, in braces, without the time; for an event of a reader, with
    /// the reader's name. What the line says has happened when it is answered.
    ///
    /// | action | with | what happens |
    /// | --- | --- | --- |
    /// | `insert` | `reader`, `card` | The card is put in, in the place of one that is there. |
    /// | `swap` | `reader`, perhaps `card` | As `insert`, where a card is there; without `card`, another one of the same description takes its place. |
    /// | `mute` | `reader` | A card is put in that does not answer its reset. |
    /// | `remove` | `reader` | The card is taken out. |
    /// | `power_off` | `reader` | The card loses its power, where no program is connected to it. |
    /// | `unplug` | `reader` | The reader goes, with its card in it. |
    /// | `plug` | `reader` | It comes back, as another one to the service. |
    /// | `stop`, `start` | | The service ends, and comes back. |
    ///
    /// # Errors
    /// Those of [`Simulator::serve`](crate::Simulator::serve).
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::config::Config;
    /// use std::io::{BufRead, BufReader, Write};
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let folder = std::env::temp_dir().join(format!("pcsc-sim-control-{}", std::process::id()));
    /// # let path = folder.join("pcscd.comm.control");
    /// let running = Config::parse("[[reader]]\nname = \"Simulated Reader 00 00\"")?.start()?;
    /// let control = running.control(&path)?;
    ///
    /// let mut stream = UnixStream::connect(&path)?;
    /// writeln!(stream, "{}", r#"{ action = "insert", reader = "Simulated Reader 00 00", card = { kind = "demo" } }"#)?;
    /// let mut answer = String::new();
    /// BufReader::new(stream).read_line(&mut answer)?;
    /// assert_eq!(answer, "ok\n");
    /// # drop(control);
    /// # std::fs::remove_dir(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn control(&self, path: impl AsRef<Path>) -> io::Result<Control> {
        let slots = Arc::clone(&self.slots);
        Lines::serve(path.as_ref(), move |line| match change(&slots, line) {
            Ok(()) => "ok".to_owned(),
            Err(what) => format!("error: {}", escaped(&what)),
        })
        .map(Control)
    }
}

impl Control {
    /// Returns the socket's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// A line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table in braces, as { action = ... }")]
struct Line {
    action: Spanned<Verb>,
    reader: Option<Spanned<String>>,
    card: Option<Spanned<CardConfig>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verb {
    Insert,
    Remove,
    Swap,
    Mute,
    PowerOff,
    Unplug,
    Plug,
    Stop,
    Start,
}

impl Verb {
    fn of_reader(self) -> Result<Action, ServiceAction> {
        Ok(match self {
            Self::Insert => Action::Insert,
            Self::Remove => Action::Remove,
            Self::Swap => Action::Swap,
            Self::Mute => Action::Mute,
            Self::PowerOff => Action::PowerOff,
            Self::Unplug => Action::Unplug,
            Self::Plug => Action::Plug,
            Self::Stop => return Err(ServiceAction::Stop),
            Self::Start => return Err(ServiceAction::Start),
        })
    }
}

/// The only key of a line's document, as TOML needs one.
const KEY: &str = "line = ";

#[derive(Deserialize)]
struct Document {
    line: Line,
}

fn change(slots: &Slots, line: &str) -> Result<(), String> {
    let text = format!("{KEY}{line}");
    let change = parse(slots, &text).map_err(|mistake| mistake.in_line(&text, KEY.len()))?;
    slots.happen(change).map_err(str::to_owned)
}

fn parse(slots: &Slots, text: &str) -> Result<Change, Mistake> {
    let Document { line } = toml::from_str(text)?;
    let place = line.action.span();
    match line.action.as_ref().of_reader() {
        Ok(action) => {
            let Some(reader) = line.reader else {
                return Err(Mistake::new(
                    place,
                    "no reader, expected reader = \"NAME\" beside it",
                ));
            };
            check_card(&Spanned::new(place, action), line.card.as_ref())?;
            let Some(place) = slots.place(reader.as_ref()) else {
                return Err(Mistake::new(
                    reader.span(),
                    format!("there is no reader {:?}", reader.as_ref()),
                ));
            };
            Ok(Change::Reader(
                place,
                action,
                line.card.map(|card| Box::new(card.into_inner())),
            ))
        }
        Err(action) => {
            let others = [line.reader.map(|it| it.span()), line.card.map(|it| it.span())];
            match others.into_iter().flatten().next() {
                Some(place) => Err(Mistake::new(
                    place,
                    "not for the whole service, expected the action alone",
                )),
                None => Ok(Change::Service(action)),
            }
        }
    }
}

/// One line that does nothing to a terminal.
fn escaped(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_ascii() && !character.is_control() {
                character.to_string()
            } else {
                character.escape_unicode().to_string()
            }
        })
        .collect()
}
