//! `pcsc send`.

use crate::arguments::Settings;
use crate::failure::Failure;
use clap::Args;

/// Send commands to a card, exactly as they are given
#[derive(Debug, Args)]
pub(crate) struct Send {}

impl Send {
    pub(crate) fn run(self, _settings: &Settings) -> Result<(), Failure> {
        Err(Failure::Other("not there yet".to_owned()))
    }
}
