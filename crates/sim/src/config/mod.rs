//! A simulator from a file: readers, their cards, and what happens to them.
//!
//! The file is in TOML; `examples/simulator.toml` of this package has every key there is. `libpcsc_sim.so` reads the same
//! file, for one program; [`Simulator::serve`](crate::Simulator::serve) has the readers used by several programs, and
//! [`Running::control`] changes them while they run.
//!
//! ```
//! use pcsc_sim::config::Config;
//!
//! let config = Config::parse(r#"
//!     [[reader]]
//!     name = "Simulated Reader 00 00"
//!     card = { kind = "demo", protocol = "t0" }
//! "#)?;
//! let running = config.start()?;
//! assert!(pcsc_session::Session::options().provider(running.simulator().provider()).open().is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answers;
mod card;
#[cfg(unix)]
mod control;
mod error;
mod events;
mod hexadecimal;
mod mistake;
mod period;
mod reader;
mod running;
mod slots;
mod values;

#[cfg(unix)]
pub use control::Control;
pub use error::Error;
pub use running::Running;

use crate::reader::Reader;
use crate::simulator::Simulator;
use mistake::Mistake;
use period::Period;
use reader::ReaderConfig;
use serde::{Deserialize, Deserializer};
use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;
use values::{Word, tables};

/// How long pcscd leaves a card its power, with drivers that tell of events, as those of USB readers do.
const PCSCD_GRACE_PERIOD: Duration = Duration::from_secs(5);

/// What a configuration's file describes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    power_off_after_ms: Option<Period>,
    #[serde(default, rename = "reader", deserialize_with = "readers")]
    readers: Vec<ReaderConfig>,
    #[serde(default, rename = "event", deserialize_with = "events")]
    events: Vec<ServiceEvent>,
}

/// What happens to the service at some time.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, as under [[event]]")]
struct ServiceEvent {
    after_ms: Word,
    action: ServiceAction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ServiceAction {
    Stop,
    Start,
}

fn readers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ReaderConfig>, D::Error> {
    tables(deserializer, "[[reader]]")
}

fn events<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ServiceEvent>, D::Error> {
    tables(deserializer, "[[event]]")
}

impl Config {
    /// Describes one reader, "Simulated Reader 00 00", with the demonstration card: what there is without a file.
    #[must_use]
    pub fn one_demo_card() -> Self {
        const DEFAULT: &str = "[[reader]]\nname = \"Simulated Reader 00 00\"\ncard.kind = \"demo\"\n";
        // A test parses this text, which is constant.
        Self::checked(DEFAULT).unwrap_or_default()
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, and then that is the error's source; or it is wrong: the text names file, line and column, and
    /// what was expected there.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let file = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| Error::unreadable(&file, error))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes());
            Error::wrong(Mistake::new(at..at, "a byte that is no text, expected UTF-8").locate(&file, &text))
        })?;
        Self::named(&file, &text)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// As [`read`](Config::read); the text takes the file's place with the word "configuration".
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::named("configuration", text)
    }

    fn named(file: &str, text: &str) -> Result<Self, Error> {
        Self::checked(text).map_err(|mistake| Error::wrong(mistake.locate(file, text)))
    }

    fn checked(text: &str) -> Result<Self, Mistake> {
        let config: Self = toml::from_str(text)?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), Mistake> {
        let mut names = HashSet::new();
        for reader in &self.readers {
            reader.check()?;
            if !names.insert(reader.name.as_ref()) {
                let message = format!(
                    "a second reader {:?}, expected another name",
                    reader.name.as_ref()
                );
                return Err(Mistake::new(reader.name.span(), message));
            }
        }
        Ok(())
    }

    /// Returns the time after which a card loses its power that nobody is connected to: pcscd's, unless the file says
    /// otherwise.
    fn power_off_after(&self) -> Option<Duration> {
        self.power_off_after_ms
            .map_or(Some(PCSCD_GRACE_PERIOD), |period| period.0)
    }

    /// Plugs the readers into a simulator, with their cards, in the file's order; events do not happen.
    pub fn plug_into(&self, simulator: &Simulator) -> Vec<Reader> {
        self.readers
            .iter()
            .map(|reader| reader.plug_into(simulator))
            .collect()
    }
}

#[cfg(test)]
mod tests;
