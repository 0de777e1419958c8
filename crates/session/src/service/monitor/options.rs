//! How a monitor is started.

use super::Monitor;
use crate::error::Error;
use crate::ffi::ReaderName;
use crate::service::watch::Interest;
use pcsc_sys::Provider;
use std::time::Duration;

/// The options of a monitor: [`Monitor::options`] makes them, [`start`](MonitorOptions::start) uses them.
///
/// By default: all readers, the system's PC/SC, a poll each second where nothing notifies.
///
/// # Examples
/// ```
/// use pcsc_session::{Event, Monitor};
/// use std::time::Duration;
///
/// let simulator = pcsc_sim::Simulator::new();
/// simulator.add_reader("Simulated Reader 00 00");
/// simulator.add_reader("Simulated Reader 01 00");
/// let options = Monitor::options().provider(simulator.provider()).reader("Simulated Reader 01 00");
/// let mut monitor = options.start()?;
/// let event = monitor.wait(Some(Duration::from_secs(10)))?;
/// assert!(matches!(event, Event::ReaderAdded { reader, .. } if reader == "Simulated Reader 01 00"));
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "options do nothing until `start`"]
pub struct MonitorOptions {
    provider: Option<Provider>,
    readers: Vec<ReaderName>,
    interest: Interest,
}

impl Default for MonitorOptions {
    fn default() -> MonitorOptions {
        MonitorOptions {
            provider: None,
            readers: Vec::new(),
            interest: Interest {
                poll: Duration::from_secs(1),
                sharing: None,
            },
        }
    }
}

impl MonitorOptions {
    /// Takes another PC/SC than the system's: a library that was loaded, or a simulated one.
    pub fn provider(mut self, provider: Provider) -> Self {
        self.provider = Some(provider);
        self
    }

    /// Tells of the reader of this name, and of no other but those that are named by further calls.
    pub fn reader(mut self, name: impl Into<ReaderName>) -> Self {
        self.readers.push(name.into());
        self
    }

    /// Says how often to look where nothing notifies: for the service while it is not there, and for readers that come where
    /// the platform does not tell of them, as on macOS. Default: each second; at least a millisecond.
    ///
    /// The first looks after a change come sooner.
    pub fn poll(mut self, period: Duration) -> Self {
        self.interest.poll = period.max(Duration::from_millis(1));
        self
    }

    /// Says how often to look who uses the cards, at least a millisecond. Default: only when the platform tells.
    ///
    /// # Platform notes
    /// pcsc-lite tells when a card is no longer in use, and when a program that shares it takes it to itself, but not when a
    /// free card comes into use.
    pub fn sharing(mut self, period: Duration) -> Self {
        self.interest.sharing = Some(period.max(Duration::from_millis(1)));
        self
    }

    /// Starts the monitor. Blocks until the first look, and for a second at most.
    ///
    /// # Errors
    /// [`Error::Load`] where there is no library; [`Error::NoThread`] where the system starts no thread. That there is no
    /// service is an event.
    pub fn start(&self) -> Result<Monitor, Error> {
        let monitor = self.subscribe()?;
        monitor.wait_for_first_look();
        Ok(monitor)
    }

    /// Makes the monitor, without waiting for anything.
    pub(super) fn subscribe(&self) -> Result<Monitor, Error> {
        let provider = match self.provider {
            Some(provider) => provider,
            None => Provider::system()?,
        };
        Monitor::new(provider, self.interest, self.readers.clone())
    }
}
