//! `pcsc shell`.

use crate::arguments::Settings;
use crate::failure::Failure;
use clap::Args;

/// Send commands at a prompt, in one session
#[derive(Debug, Args)]
pub(crate) struct Shell {}

impl Shell {
    pub(crate) fn run(self, _settings: &Settings) -> Result<(), Failure> {
        Err(Failure::Other("not there yet".to_owned()))
    }
}
