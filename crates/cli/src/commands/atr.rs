//! `pcsc atr`.

use crate::arguments::Settings;
use crate::failure::Failure;
use clap::Args;

/// Explain an answer to reset, byte by byte
#[derive(Debug, Args)]
pub(crate) struct Atr {}

impl Atr {
    pub(crate) fn run(self, _settings: &Settings) -> Result<(), Failure> {
        Err(Failure::Other("not there yet".to_owned()))
    }
}
