//! `pcsc watch`.

use crate::arguments::Settings;
use crate::failure::Failure;
use clap::Args;

/// Show readers and cards as they come and go
#[derive(Debug, Args)]
pub(crate) struct Watch {}

impl Watch {
    pub(crate) fn run(self, _settings: &Settings) -> Result<(), Failure> {
        Err(Failure::Other("not there yet".to_owned()))
    }
}
