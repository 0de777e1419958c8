//! pcscd: whether it answers, and which version of its protocol it speaks.

use super::knock::Knock;
use super::reached::Service;
use super::scene::Scene;
use super::silence;
use super::verdict::{Verdict, Verdicts};

pub(super) fn look<'a>(scene: &'a Scene, _service: &'a Service) -> Verdicts<'a> {
    let Ok(system) = &scene.system else {
        return Verdict::ok("it answers").alone();
    };
    let mut text = match system.service_process() {
        Some(process) => format!("{process} answers"),
        None => "it answers".to_owned(),
    };
    match scene.knock(system) {
        Some(Knock::Answered(version)) => text += &format!(", version {version} of the protocol"),
        Some(Knock::Silent) => return silence::verdict(scene).alone(),
        Some(Knock::NotConnected(error) | Knock::Unversed(error)) => {
            text += &format!(", and its version could not be asked for: {error}");
        }
        None => {}
    }
    Verdict::ok(text).alone()
}
