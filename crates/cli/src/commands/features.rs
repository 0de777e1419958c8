//! `pcsc features`.

use crate::arguments::Settings;
use crate::failure::Failure;
use clap::Args;

/// Show what a reader can do: its attributes and its features
#[derive(Debug, Args)]
pub(crate) struct Features {}

impl Features {
    pub(crate) fn run(self, _settings: &Settings) -> Result<(), Failure> {
        Err(Failure::Other("not there yet".to_owned()))
    }
}
