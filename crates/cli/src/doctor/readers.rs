//! The service's readers.

use super::causes::command;
use super::commands::unset;
use super::reached::Service;
use super::scene::Scene;
use super::usb;
use super::verdict::{State, Verdict, Verdicts};
use pcsc_session::StateFlags;
use pcsc_session::{Disposition, ReaderName, ReaderState, Session, ShareMode};
use std::time::Duration;

pub(super) fn look<'a>(scene: &'a Scene, service: &'a Service) -> Verdicts<'a> {
    if let Some(why) = &scene.unlisted {
        return Verdict::wrong(why).alone();
    }
    if scene.readers.is_empty() {
        return Box::new(none(scene, service).into_iter());
    }
    Box::new(scene.readers.iter().map(|reader| match state(service, reader) {
        Ok(state) if is_silent(&state) => {
            Verdict::wrong(format!("{reader} does not answer: plug it in again"))
        }
        Ok(_) => Verdict::ok(reader.to_string()),
        Err(why) => Verdict::wrong(format!("{reader}: {why}")),
    }))
}

/// Returns the state of a reader as the service has it, or why it has none.
pub(super) fn state(service: &Service, reader: &ReaderName) -> Result<ReaderState, String> {
    let reader = reader.clone();
    let state = service.ask(move |context| {
        let mut states = [ReaderState::new(&reader)];
        context.get_status_change(Some(Duration::ZERO), &mut states)?;
        let [state] = states;
        Ok::<_, pcsc_session::Error>(state)
    });
    match state {
        Ok(state) => state.map_err(|error| error.to_string()),
        Err(_) if service.is_silent() => Err("the service does not answer".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Tells whether the reader does not answer the service.
pub(super) fn is_silent(state: &ReaderState) -> bool {
    let silent = StateFlags::UNAVAILABLE | StateFlags::UNKNOWN;
    state.event_state().intersects(silent)
}

/// Tells why there is none.
fn none(scene: &Scene, service: &Service) -> Vec<Verdict> {
    let system = scene.system.as_ref().ok();
    if let Some(command) = system.and_then(unset) {
        let text = "the service has none, and is another than the system's, which has those on USB";
        return vec![Verdict::wrong(text).mended_by(command)];
    }
    match system.and_then(usb::readers) {
        Some(0) => {
            return vec![Verdict::wrong(
                "the service has none, and none is plugged in: plug one in",
            )];
        }
        Some(_) => {
            return vec![Verdict::wrong(
                "the service has none of those on USB, for the reasons there",
            )];
        }
        None => {}
    }
    let opened = service.ask(|context| {
        // The reader that has come meanwhile is left as it is.
        let options = Session::options()
            .share_mode(ShareMode::Direct)
            .on_close(Disposition::Leave);
        let session = options.open_in(context)?;
        Ok::<_, pcsc_session::Error>(session.reader_name().to_string())
    });
    match opened {
        Ok(Ok(name)) => vec![Verdict::ok(name)],
        Ok(Err(error)) => {
            let causes = error.causes();
            let perhaps = |cause| {
                Verdict::new(State::Perhaps, format!("the service has none: {cause}"))
                    .mended_by(command(cause, system))
            };
            match causes.is_empty() {
                true => vec![Verdict::wrong(error.to_string())],
                false => causes.iter().map(perhaps).collect(),
            }
        }
        Err(error) => vec![Verdict::wrong(error.to_string())],
    }
}
