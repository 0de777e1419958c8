//! `pcsc script`.

use crate::arguments::Settings;
use crate::failure::Failure;
use clap::Args;

/// Send the commands of a file, and compare the answers
#[derive(Debug, Args)]
pub(crate) struct Script {}

impl Script {
    pub(crate) fn run(self, _settings: &Settings) -> Result<(), Failure> {
        Err(Failure::Other("not there yet".to_owned()))
    }
}
