//! `pcsc sim`.

use crate::arguments::Settings;
use crate::failure::Failure;
use clap::Args;

/// Serve simulated cards to other programs
#[derive(Debug, Args)]
pub(crate) struct Sim {}

impl Sim {
    pub(crate) fn run(self, _settings: &Settings) -> Result<(), Failure> {
        Err(Failure::Other("not there yet".to_owned()))
    }
}
