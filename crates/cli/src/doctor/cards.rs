//! The cards, and who keeps others from them.

use super::Scene;
use super::causes::command;
use super::processes::{Process, end};
use super::readers::{is_silent, state};
use super::system::System;
use super::verdict::Verdict;
use pcsc_session::{Code, Context, Disposition, Error, Provider, ReaderName, Session, ShareMode, StateFlags};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How long a connection to a card may take: none is powered for it.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn look(scene: &Scene, provider: Provider, context: &Context) -> Vec<Verdict> {
    if scene.readers.is_empty() {
        return vec![Verdict::unseen("there is no reader")];
    }
    // Before any is connected to: it may be that no call comes back as long as one waits.
    let states = scene
        .readers
        .iter()
        .map(|reader| (reader, state(context, reader)));
    let states: Vec<_> = states.collect();
    let each = states.into_iter().map(|(reader, state)| match state {
        Ok(state) if is_silent(&state) => Verdict::unseen(format!("{reader}: the reader does not answer")),
        Ok(state) => {
            let is = |flag| state.event_state().contains(flag);
            match () {
                () if is(StateFlags::MUTE) => Verdict::wrong(format!(
                    "{reader}: the card does not answer: take it out, check which way round it is, put it back"
                )),
                () if is(StateFlags::EXCLUSIVE) => kept(scene, reader, "another program has the card to itself"),
                () if !is(StateFlags::PRESENT) => Verdict::ok(format!("{reader}: none")),
                () => reached(scene, provider, reader, is(StateFlags::INUSE)),
            }
        }
        Err(error) => Verdict::wrong(format!("{reader}: {error}")),
    });
    each.collect()
}

/// Connects to a card, without power for it and without what would be noticed.
fn reached(scene: &Scene, provider: Provider, reader: &ReaderName, is_used: bool) -> Verdict {
    // Windows keeps a direct connection apart from all others.
    if cfg!(windows) {
        return Verdict::ok(format!(
            "{reader}: a card; whether somebody has a transaction is not to be asked on Windows"
        ));
    }
    let (sender, receiver) = mpsc::channel();
    let name = reader.clone();
    // What another program's transaction keeps waiting, nothing may end: then this thread ends with the program.
    let thread = thread::Builder::new()
        .name("pcsc-doctor".to_owned())
        .spawn(move || {
            let options = Session::options().provider(provider).reader(&name);
            let options = options.share_mode(ShareMode::Direct).on_close(Disposition::Leave);
            let _ = sender.send(options.open().map(drop));
        });
    let opened = match thread {
        Ok(_) => receiver.recv_timeout(PATIENCE),
        Err(error) => return Verdict::unseen(format!("{reader}: {error}")),
    };
    match opened {
        Ok(Ok(())) if is_used => Verdict::ok(format!("{reader}: a card, which other programs use and share")),
        Ok(Ok(())) => Verdict::ok(format!("{reader}: a card, which no program uses")),
        Ok(Err(error)) if error.code() == Some(Code::SHARING_VIOLATION) => {
            kept(scene, reader, "another program has the card to itself")
        }
        Ok(Err(error)) => refused(scene, &error),
        Err(_) => kept(scene, reader, "another program's transaction has the others wait"),
    }
}

fn refused(scene: &Scene, error: &Error) -> Verdict {
    let system = scene.system.as_ref().ok();
    let causes = error.causes();
    let command = causes.iter().find_map(|cause| command(cause, system));
    // It names the reader.
    Verdict::wrong(error.to_string()).mended_by(command)
}

/// That of a card that another program keeps.
fn kept(scene: &Scene, reader: &ReaderName, how: &str) -> Verdict {
    let users = scene
        .system
        .as_ref()
        .map(System::users_of_the_library)
        .unwrap_or_default();
    let (who, command) = match &*users {
        [] => ("which one cannot be seen".to_owned(), None),
        [one] => (format!("it is {one}, or one that cannot be seen"), Some(end(one))),
        several => {
            let names: Vec<String> = several.iter().map(Process::to_string).collect();
            (format!("it is one of {}", names.join(", ")), None)
        }
    };
    let all = "sudo grep -l libpcsclite /proc/[0-9]*/maps".to_owned();
    let command = command.or(scene.system.is_ok().then_some(all));
    Verdict::wrong(format!("{reader}: {how}; {who}: end it, or wait")).mended_by(command)
}
