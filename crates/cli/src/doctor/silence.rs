//! A service that accepts connections and says nothing.

use super::commands::restart;
use super::patience::PATIENCE;
use super::scene::Scene;
use super::verdict::Verdict;

/// Tells that it does not answer, and what has it answer again.
pub(super) fn verdict(scene: &Scene) -> Verdict {
    let time = format!("does not answer within {} seconds", PATIENCE.as_secs());
    let Ok(system) = &scene.system else {
        return Verdict::wrong(format!("the service {time}"));
    };
    let process = system.service_process();
    let who = process
        .as_ref()
        .map_or_else(|| "the service".to_owned(), ToString::to_string);
    if let Some(process) = process.as_ref().filter(|process| system.is_stopped(process)) {
        let command = system.as_its_user(process, &format!("kill -CONT {}", process.number));
        return Verdict::wrong(format!(
            "{who} accepts connections and does not answer: it was stopped"
        ))
        .mended_by(command);
    }
    Verdict::wrong(format!(
        "{who} accepts connections and {time}: it hangs, or has only just been started"
    ))
    .mended_by(restart(Some(system)))
}

impl Scene {
    /// Tells whether the service has stopped answering: a new connection to it is not answered either.
    pub(super) fn answers_nobody(&self) -> bool {
        #[cfg(not(any(windows, target_os = "macos")))]
        if let Ok(system) = &self.system {
            return system.socket().is_some_and(|socket| {
                matches!(
                    super::knock::knock(&system.at(socket)),
                    super::knock::Knock::Silent
                )
            });
        }
        false
    }
}
