//! Which PC/SC service a command uses: the machine's, or a simulated one.

use crate::failure::Failure;
use pcsc_session::Provider;
use pcsc_sim::config::{Config, Running};
use std::cell::OnceCell;
use std::path::PathBuf;

/// The service, which is looked for when it is first asked for.
#[derive(Debug)]
pub(crate) struct Service {
    /// The option `--sim`, and its file.
    sim: Option<Option<PathBuf>>,
    running: OnceCell<Running>,
}

impl Service {
    pub(crate) fn new(sim: Option<Option<PathBuf>>) -> Service {
        Service {
            sim,
            running: OnceCell::new(),
        }
    }

    /// Tells whether it is a simulated one.
    pub(crate) fn is_simulated(&self) -> bool {
        self.sim.is_some()
    }

    /// Returns the functions of the service; a simulated one runs from then on.
    pub(crate) fn provider(&self) -> Result<Provider, Failure> {
        if self.sim.is_none() {
            return Ok(Provider::system().map_err(pcsc_session::Error::from)?);
        }
        let running = match self.running.get() {
            Some(running) => running,
            None => {
                let started = self.start()?;
                self.running.get_or_init(|| started)
            }
        };
        Ok(running.simulator().provider())
    }

    /// Starts a simulator as `--sim` describes it, or the demonstration.
    pub(crate) fn start(&self) -> Result<Running, Failure> {
        let config = match &self.sim {
            Some(Some(file)) => Config::read(file).map_err(|error| Failure::usage(error.to_string()))?,
            _ => Config::one_demo_card(),
        };
        config
            .start()
            .map_err(|error| Failure::of("the simulator cannot be started", error))
    }
}
