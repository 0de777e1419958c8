//! The service's readers.

use super::causes::command;
use super::verdict::{State, Verdict};
use super::{Scene, usb};
use pcsc_session::StateFlags;
use pcsc_session::{Context, Disposition, Error, Provider, ReaderName, ReaderState, Session, ShareMode};
use std::time::Duration;

pub(super) fn look(scene: &Scene, _provider: Provider, context: &Context) -> Vec<Verdict> {
    if let Some(error) = &scene.unlisted {
        return vec![Verdict::wrong(error.to_string())];
    }
    if scene.readers.is_empty() {
        return none(scene, context);
    }
    let each = scene.readers.iter().map(|reader| match state(context, reader) {
        Ok(state) if is_silent(&state) => {
            Verdict::wrong(format!("{reader} does not answer: plug it in again"))
        }
        Ok(_) => Verdict::ok(reader.to_string()),
        Err(error) => Verdict::wrong(format!("{reader}: {error}")),
    });
    each.collect()
}

/// Returns the state of a reader as the service has it.
pub(super) fn state(context: &Context, reader: &ReaderName) -> Result<ReaderState, Error> {
    let mut states = [ReaderState::new(reader)];
    context.get_status_change(Some(Duration::ZERO), &mut states)?;
    let [state] = states;
    Ok(state)
}

/// Tells whether the reader does not answer the service.
pub(super) fn is_silent(state: &ReaderState) -> bool {
    let silent = StateFlags::UNAVAILABLE | StateFlags::UNKNOWN;
    state.event_state().intersects(silent)
}

/// Tells why there is none.
fn none(scene: &Scene, context: &Context) -> Vec<Verdict> {
    let system = scene.system.as_ref().ok();
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
    // The reader that has come meanwhile is left as it is.
    let options = Session::options()
        .share_mode(ShareMode::Direct)
        .on_close(Disposition::Leave);
    match options.open_in(context) {
        Ok(session) => vec![Verdict::ok(session.reader_name().to_string())],
        Err(error) => {
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
    }
}
