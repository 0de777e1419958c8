//! What is wrong, from the bottom: the checks, in order.

mod cards;
mod causes;
mod driver_lists;
mod library;
mod packages;
mod processes;
mod readers;
#[cfg(not(any(windows, target_os = "macos")))]
mod surroundings;
mod system;
mod usb;
mod verdict;

#[cfg(not(any(windows, target_os = "macos")))]
mod service;
#[cfg(any(windows, target_os = "macos"))]
#[path = "service_of_the_system.rs"]
mod service;

pub(crate) use system::System;
pub(crate) use verdict::Looked;
#[cfg(all(test, not(any(windows, target_os = "macos"))))]
use verdict::State;

use pcsc_session::{Context, Error, Provider, ReaderName};
use verdict::Verdict;

/// What the checks look at.
#[derive(Debug)]
pub(crate) struct Scene {
    /// The machine's files, or why those are not looked at.
    system: Result<System, &'static str>,
    /// The functions of PC/SC, and a context of the service.
    service: Result<(Provider, Context), Error>,
    /// The service's readers, and why they could not be listed.
    readers: Vec<ReaderName>,
    unlisted: Option<Error>,
}

/// How something is looked at.
enum Look {
    /// With the machine's files.
    #[cfg_attr(
        any(windows, target_os = "macos"),
        allow(dead_code, reason = "there they say nothing")
    )]
    AtSystem(fn(&Scene, &System) -> Vec<Verdict>),
    /// With the service.
    AtService(fn(&Scene, Provider, &Context) -> Vec<Verdict>),
}

/// What is looked at, each on top of those before it.
const CHECKS: &[(&str, Look)] = &[
    ("library", library::LOOK),
    #[cfg(not(any(windows, target_os = "macos")))]
    ("socket", Look::AtSystem(surroundings::socket)),
    ("service", Look::AtService(service::look)),
    #[cfg(not(any(windows, target_os = "macos")))]
    ("polkit", Look::AtSystem(surroundings::polkit)),
    #[cfg(not(windows))]
    ("sandbox", Look::AtService(sandbox)),
    ("usb", Look::AtSystem(usb::look)),
    ("readers", Look::AtService(readers::look)),
    ("cards", Look::AtService(cards::look)),
];

impl Scene {
    /// Asks for the service, which may start it.
    pub(crate) fn new(system: Result<System, &'static str>, provider: Result<Provider, Error>) -> Scene {
        let service = provider.and_then(|provider| Ok((provider, Context::establish_on(provider)?)));
        let listed = service.as_ref().map(|(_, context)| context.list_readers());
        let (readers, unlisted) = match listed {
            Ok(Ok(readers)) => (readers, None),
            Ok(Err(error)) => (Vec::new(), Some(error)),
            Err(_) => (Vec::new(), None),
        };
        Scene {
            readers,
            unlisted,
            system,
            service,
        }
    }

    /// Looks at all of it.
    pub(crate) fn examine(&self) -> Vec<Looked> {
        let looked = CHECKS.iter().flat_map(|(subject, look)| {
            let verdicts = self.verdicts(subject, look);
            verdicts.into_iter().map(|verdict| Looked { subject, verdict })
        });
        looked.collect()
    }

    fn verdicts(&self, subject: &str, look: &Look) -> Vec<Verdict> {
        let causes = causes::of(self, subject);
        if !causes.is_empty() {
            return causes;
        }
        match (look, &self.system, &self.service) {
            (Look::AtSystem(look), Ok(system), _) => look(self, system),
            (Look::AtSystem(_), Err(why), _) => vec![Verdict::unseen(why)],
            (Look::AtService(look), _, Ok((provider, context))) => look(self, *provider, context),
            (Look::AtService(_), _, Err(_)) => vec![Verdict::unseen("the service was not reached")],
        }
    }
}

/// Where one keeps the service away, that is among the causes.
#[cfg(not(windows))]
fn sandbox(_scene: &Scene, _provider: Provider, _context: &Context) -> Vec<Verdict> {
    vec![Verdict::ok("none that keeps the service away")]
}

#[cfg(all(test, not(any(windows, target_os = "macos"))))]
mod tests;
