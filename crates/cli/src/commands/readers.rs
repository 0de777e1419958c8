//! `pcsc readers`.

use crate::arguments::Settings;
use crate::failure::Failure;
use clap::Args;

/// List the readers, with the card in each
#[derive(Debug, Args)]
pub(crate) struct Readers {}

impl Readers {
    pub(crate) fn run(self, _settings: &Settings) -> Result<(), Failure> {
        Err(Failure::Other("not there yet".to_owned()))
    }
}
