//! What is wrong, from the bottom: the checks, in order.

mod cards;
mod causes;
mod clients;
mod commands;
mod driver_lists;
mod library;
mod look;
mod packages;
mod patience;
mod privileges;
mod processes;
mod reached;
mod readers;
mod scene;
mod silence;
mod socket_list;
#[cfg(not(any(windows, target_os = "macos")))]
mod surroundings;
mod system;
mod unix_socket;
mod usb;
mod verdict;

#[cfg(not(any(windows, target_os = "macos")))]
mod knock;
#[cfg(not(any(windows, target_os = "macos")))]
mod service;
#[cfg(any(windows, target_os = "macos"))]
#[path = "service_of_the_system.rs"]
mod service;

pub(crate) use scene::Scene;
pub(crate) use system::System;
pub(crate) use verdict::Looked;
#[cfg(all(test, not(any(windows, target_os = "macos"))))]
use verdict::State;

use causes::SERVICE;
use look::Look;
#[cfg(not(windows))]
use reached::Service;
use verdict::{Verdict, Verdicts};

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
