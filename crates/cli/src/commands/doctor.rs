//! `pcsc doctor`: what is wrong.

use crate::doctor::{Looked, Scene, System};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Report;
use crate::settings::Settings;
use clap::Args;
use serde::Serialize;
use std::io::{self, Write};

/// Say what is wrong, from the library up to the cards, and which command mends it
///
/// It says what it has looked at, and what it could not look at. Nothing is changed, and nobody's card is disturbed; the service
/// is started where it starts by itself.
#[derive(Debug, Args)]
pub(crate) struct Doctor {}

#[derive(Debug, Serialize)]
struct Findings {
    looked: Vec<Looked>,
}

impl Doctor {
    pub(crate) fn run(self, settings: &Settings) -> Result<(), Failure> {
        let provider = match settings.service.provider() {
            Err(Failure::Pcsc(error)) => Err(error),
            provider => Ok(provider?),
        };
        let system = if settings.service.is_simulated() {
            Err("the service is simulated")
        } else {
            System::here()
        };
        let scene = Scene::new(system, provider);
        let mut looked = Vec::new();
        for one in scene.examine() {
            // Something may take its time; what was found before is to be read meanwhile.
            if !settings.output.is_json() {
                settings.output.report(&one)?;
            }
            looked.push(one);
        }
        let is_all_well = !looked.iter().any(Looked::is_finding);
        if settings.output.is_json() {
            settings.output.report(&Findings { looked })?;
        }
        if is_all_well {
            Ok(())
        } else {
            Err(Failure::Said(Exit::Other))
        }
    }
}

impl Report for Findings {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        self.looked.iter().try_for_each(|looked| looked.write(to))
    }
}
