//! The configuration: readers, their cards, and what happens to them.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use pcsc_sim::{Reader, Simulator};
use serde::{Deserialize, Deserializer};

use crate::config_error::Mistake;
use crate::period::Period;
use crate::reader::ReaderConfig;
use crate::toml_values::{Word, tables};

/// The environment variable that names the configuration's file.
pub(crate) const VARIABLE: &str = "PCSC_SIM_CONFIG";

/// How long pcscd leaves a card its power, with drivers that tell of events, as those of USB readers do.
const PCSCD_GRACE_PERIOD: Duration = Duration::from_secs(5);

/// The configuration's file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    power_off_after_ms: Option<Period>,
    #[serde(default, rename = "reader", deserialize_with = "readers")]
    pub(crate) readers: Vec<ReaderConfig>,
    #[serde(default, rename = "event", deserialize_with = "events")]
    pub(crate) events: Vec<ServiceEvent>,
}

/// What happens to the service at some time.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, as under [[event]]")]
pub(crate) struct ServiceEvent {
    pub(crate) after_ms: Word,
    pub(crate) action: ServiceAction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ServiceAction {
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
    /// One reader with the demonstration card: what there is without a file.
    pub(crate) fn one_demo_card() -> Self {
        const DEFAULT: &str = "[[reader]]\nname = \"Simulated Reader 00 00\"\ncard.kind = \"demo\"\n";
        // A test parses this text, which is constant.
        Self::parse(DEFAULT).unwrap_or_default()
    }

    /// Reads a file. An error names the file, the line, and what was expected.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let file = path.display().to_string();
        let bytes = std::fs::read(path)
            .map_err(|error| format!("{file}: {error}, expected a TOML file, named by {VARIABLE}"))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes());
            Mistake::new(at..at, "a byte that is no text, expected UTF-8").locate(&file, &text)
        })?;
        Self::parse(&text).map_err(|mistake| mistake.locate(&file, &text))
    }

    pub(crate) fn parse(text: &str) -> Result<Self, Mistake> {
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
    pub(crate) fn power_off_after(&self) -> Option<Duration> {
        self.power_off_after_ms
            .map_or(Some(PCSCD_GRACE_PERIOD), |period| period.0)
    }

    /// Plugs the readers in, with their cards.
    pub(crate) fn plug_into(&self, simulator: &Simulator) -> Vec<Reader> {
        self.readers
            .iter()
            .map(|reader| reader.plug_into(simulator))
            .collect()
    }
}

#[cfg(test)]
mod tests;
