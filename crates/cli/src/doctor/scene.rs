//! What the checks look at: the machine, and the service as it was reached.

#[cfg(not(any(windows, target_os = "macos")))]
use super::knock::{Knock, knock};
use super::reached::{Service, Unreached};
use super::system::System;
use pcsc_session::{Error, Provider, ReaderName};

/// What the checks look at.
#[derive(Debug)]
pub(crate) struct Scene {
    /// The machine's files, or why those are not looked at.
    pub(super) system: Result<System, &'static str>,
    /// The service, or why it was not reached.
    pub(super) service: Result<Service, Unreached>,
    /// The service's readers, and why they could not be listed.
    pub(super) readers: Vec<ReaderName>,
    pub(super) unlisted: Option<String>,
    /// What came of a connection to the socket.
    #[cfg(not(any(windows, target_os = "macos")))]
    pub(super) knock: std::cell::OnceCell<Knock>,
}

impl Scene {
    /// Asks for the service, which may start it, and for its readers; waits for some seconds at most.
    pub(crate) fn new(system: Result<System, &'static str>, provider: Result<Provider, Error>) -> Scene {
        let service = Service::reach(provider);
        let listed = service
            .as_ref()
            .map(|service| service.ask(|context| context.list_readers()));
        let (readers, unlisted) = match listed {
            Ok(Ok(Ok(readers))) => (readers, None),
            Ok(Ok(Err(error))) => (Vec::new(), Some(error.to_string())),
            Ok(Err(error)) => (Vec::new(), Some(error.to_string())),
            Err(_) => (Vec::new(), None),
        };
        Scene {
            readers,
            unlisted,
            system,
            service,
            #[cfg(not(any(windows, target_os = "macos")))]
            knock: std::cell::OnceCell::new(),
        }
    }

    /// Connects to the service's socket and asks for the version of its protocol, once; none where there is no socket.
    #[cfg(not(any(windows, target_os = "macos")))]
    pub(super) fn knock(&self, system: &System) -> Option<&Knock> {
        let socket = system.at(system.socket()?);
        Some(self.knock.get_or_init(|| knock(&socket)))
    }
}
