//! What is wrong, from the bottom: the checks, in order.

mod cards;
mod causes;
mod clients;
mod commands;
mod driver_lists;
mod library;
mod packages;
mod patience;
mod privileges;
mod processes;
mod reached;
mod readers;
mod silence;
mod socket_list;
#[cfg(not(any(windows, target_os = "macos")))]
mod surroundings;
mod system;
mod usb;
mod verdict;

#[cfg(not(any(windows, target_os = "macos")))]
mod knock;
#[cfg(not(any(windows, target_os = "macos")))]
mod service;
#[cfg(any(windows, target_os = "macos"))]
#[path = "service_of_the_system.rs"]
mod service;

pub(crate) use system::System;
pub(crate) use verdict::Looked;
#[cfg(all(test, not(any(windows, target_os = "macos"))))]
use verdict::State;

use pcsc_session::{Error, Provider, ReaderName};
use reached::{Service, Unreached};
use verdict::{Verdict, Verdicts};

/// What the checks look at.
#[derive(Debug)]
pub(crate) struct Scene {
    /// The machine's files, or why those are not looked at.
    system: Result<System, &'static str>,
    /// The service, or why it was not reached.
    service: Result<Service, Unreached>,
    /// The service's readers, and why they could not be listed.
    readers: Vec<ReaderName>,
    unlisted: Option<String>,
    /// What came of a connection to the socket.
    #[cfg(not(any(windows, target_os = "macos")))]
    knock: std::cell::OnceCell<knock::Knock>,
}

/// How something is looked at.
enum Look {
    /// With the machine's files.
    #[cfg_attr(
        any(windows, target_os = "macos"),
        allow(dead_code, reason = "there they say nothing")
    )]
    AtSystem(for<'a> fn(&'a Scene, &'a System) -> Verdicts<'a>),
    /// With the service.
    AtService(for<'a> fn(&'a Scene, &'a Service) -> Verdicts<'a>),
}

/// The subject in which it is told that the service does not answer.
const SERVICE: &str = "service";

/// What is looked at, each on top of those before it.
const CHECKS: &[(&str, Look)] = &[
    ("library", library::LOOK),
    #[cfg(not(any(windows, target_os = "macos")))]
    ("socket", Look::AtSystem(surroundings::socket)),
    (SERVICE, Look::AtService(service::look)),
    #[cfg(not(any(windows, target_os = "macos")))]
    ("polkit", Look::AtSystem(surroundings::polkit)),
    #[cfg(not(windows))]
    ("sandbox", Look::AtService(sandbox)),
    ("usb", Look::AtSystem(usb::look)),
    ("readers", Look::AtService(readers::look)),
    ("cards", Look::AtService(cards::look)),
];

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

    /// Looks at all of it, one thing after the other.
    pub(crate) fn examine(&self) -> impl Iterator<Item = Looked> + '_ {
        CHECKS.iter().flat_map(|(subject, look)| {
            let verdicts = self.verdicts(subject, look);
            verdicts.map(|verdict| Looked { subject, verdict })
        })
    }

    fn verdicts<'a>(&'a self, subject: &str, look: &Look) -> Verdicts<'a> {
        let causes = causes::of(self, subject);
        if !causes.is_empty() {
            return Box::new(causes.into_iter());
        }
        match (look, &self.system, &self.service) {
            (Look::AtSystem(look), Ok(system), _) => look(self, system),
            (Look::AtSystem(_), Err(why), _) => Verdict::unseen(why).alone(),
            (Look::AtService(_), _, Ok(service)) if service.is_silent() && subject == SERVICE => {
                silence::verdict(self).alone()
            }
            (Look::AtService(_), _, Ok(service)) if service.is_silent() => {
                Verdict::unseen("the service does not answer").alone()
            }
            (Look::AtService(look), _, Ok(service)) => look(self, service),
            (Look::AtService(_), _, Err(_)) => Verdict::unseen("the service was not reached").alone(),
        }
    }
}

/// Where one keeps the service away, that is among the causes.
#[cfg(not(windows))]
fn sandbox<'a>(_scene: &'a Scene, _service: &'a Service) -> Verdicts<'a> {
    Verdict::ok("none that keeps the service away").alone()
}

#[cfg(all(test, not(any(windows, target_os = "macos"))))]
mod tests;
