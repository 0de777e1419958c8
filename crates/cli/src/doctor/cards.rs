//! The cards, and who keeps others from them.

use super::causes::command;
use super::patience::{is_late, within};
use super::processes::Process;
use super::reached::Service;
use super::readers::{is_silent, state};
use super::scene::Scene;
use super::silence;
use super::system::System;
use super::verdict::{Verdict, Verdicts};
use pcsc_session::{Code, Disposition, Error, ReaderName, Session, ShareMode, StateFlags};
use std::time::Duration;

/// How long a connection to a card may take: none is powered for it.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn look<'a>(scene: &'a Scene, service: &'a Service) -> Verdicts<'a> {
    if scene.readers.is_empty() {
        return Verdict::unseen("there is no reader").alone();
    }
    // Before any is connected to: it may be that no call comes back as long as one waits.
    let states = scene
        .readers
        .iter()
        .map(|reader| (reader, state(service, reader)));
    let states: Vec<_> = states.collect();
    Box::new(states.into_iter().map(|(reader, state)| match state {
        Ok(state) if is_silent(&state) => Verdict::unseen(format!("{reader}: the reader does not answer")),
        Ok(state) => {
            let is = |flag| state.event_state().contains(flag);
            match () {
                () if is(StateFlags::MUTE) => Verdict::wrong(format!(
                    "{reader}: the card does not answer: take it out, check which way round it is, put it back"
                )),
                () if is(StateFlags::EXCLUSIVE) => kept(scene, reader, "another program has the card to itself"),
                () if !is(StateFlags::PRESENT) => Verdict::ok(format!("{reader}: none")),
                () => reached(scene, service, reader, is(StateFlags::INUSE)),
            }
        }
        Err(why) => Verdict::wrong(format!("{reader}: {why}")),
    }))
}

/// Connects to a card, without power for it and without what would be noticed.
fn reached(scene: &Scene, service: &Service, reader: &ReaderName, is_used: bool) -> Verdict {
    // Windows keeps a direct connection apart from all others.
    if cfg!(windows) {
        return Verdict::ok(format!(
            "{reader}: a card; whether somebody has a transaction is not to be asked on Windows"
        ));
    }
    let (provider, name) = (service.provider, reader.clone());
    // What another program's transaction keeps waiting, nothing may end: that goes on until the program ends.
    let opened = within(PATIENCE, move || {
        let options = Session::options().provider(provider).reader(&name);
        let options = options.share_mode(ShareMode::Direct).on_close(Disposition::Leave);
        options.open().map(drop)
    });
    match opened {
        Ok(Ok(())) if is_used => Verdict::ok(format!("{reader}: a card, which other programs use and share")),
        Ok(Ok(())) => Verdict::ok(format!("{reader}: a card, which no program uses")),
        Ok(Err(error)) if error.code() == Some(Code::SHARING_VIOLATION) => {
            kept(scene, reader, "another program has the card to itself")
        }
        Ok(Err(error)) => refused(scene, &error),
        Err(error) if is_late(&error) && scene.answers_nobody() => silence::verdict(scene),
        Err(error) if is_late(&error) => {
            kept(scene, reader, "another program's transaction has the others wait")
        }
        Err(error) => Verdict::unseen(format!("{reader}: {error}")),
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
    let (who, command) = match &scene.system {
        Ok(system) => keeper(system),
        Err(_) => ("which one cannot be seen: end it, or wait".to_owned(), None),
    };
    Verdict::wrong(format!("{reader}: {how}; {who}")).mended_by(command)
}

/// Tells who it is, as far as it is seen, and what ends it, where it can be no other.
fn keeper(system: &System) -> (String, Option<String>) {
    let clients = system.clients().unwrap_or_default();
    let names: Vec<String> = clients.programs.iter().map(Process::to_string).collect();
    let names = names.join(", ");
    let unseen = match clients.unseen {
        _ if clients.are_all => "",
        0 if clients.has_ended => "; the service still has a connection of a program that has ended",
        0 if system.is_root() => "; those in containers are not seen",
        0 => "; those of other users and in containers are not seen",
        1 => "; of one connection to the service it is not seen whose it is",
        _ => "; of several connections to the service it is not seen whose they are",
    };
    match (&*clients.programs, clients.are_all) {
        ([one], true) => (
            format!("it is {one}, the service's only other client: end it, or wait"),
            Some(system.end(one)),
        ),
        ([], true) => ("it has ended meanwhile".to_owned(), None),
        (_, true) => (format!("it is one of {names}: end that one, or wait"), None),
        ([], false) => (
            format!("which one cannot be seen{unseen}: end it, or wait"),
            system.look_as_root(),
        ),
        (_, false) => (
            format!("perhaps it is {names}{unseen}: end the one, or wait"),
            system.look_as_root(),
        ),
    }
}
