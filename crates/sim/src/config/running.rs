//! A configuration that runs.

use super::Config;
use super::events::Events;
use super::slots::Slots;
use crate::simulator::Simulator;
use std::io;
use std::sync::Arc;

/// A simulator with the readers, cards and events of a configuration.
///
/// When this is dropped, no more events happen; the simulator lives as long as any other of its handles.
#[derive(Debug)]
pub struct Running {
    pub(super) slots: Arc<Slots>,
    _events: Events,
}

impl Config {
    /// Starts a simulator as described. The times of events count from now; they happen in a thread that blocks all signals.
    ///
    /// # Errors
    /// The system does not start another thread.
    ///
    /// # Panics
    /// As [`Simulator::new`], where 1,024 simulators are alive.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::config::Config;
    ///
    /// let running = Config::one_demo_card().start()?;
    /// let context = pcsc_session::Context::establish_on(running.simulator().provider()).unwrap();
    /// assert_eq!(context.list_readers().unwrap(), ["Simulated Reader 00 00"]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn start(&self) -> io::Result<Running> {
        let slots = Arc::new(Slots::start(self));
        Ok(Running {
            _events: Events::start(self, &slots)?,
            slots,
        })
    }
}

impl Running {
    /// Returns the simulator.
    #[must_use]
    pub fn simulator(&self) -> &Simulator {
        &self.slots.simulator
    }
}
