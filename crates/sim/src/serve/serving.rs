//! Serving a program, from when it comes to its end.

use super::client::Client;
use super::programs::Programs;
use super::requests::Program;
use super::states::states;
use super::stream;
use super::waiting::Waiting;
use crate::service::context::{self, Context};
use pcsclite_wire::Header;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Serves a program, or closes it where that is one too many, as pcscd does.
pub(super) fn admit(programs: &Arc<Programs>, stream: UnixStream) {
    let stream = Arc::new(stream);
    let peer = Box::new(Peer(Arc::clone(&stream)));
    let Ok(context) = Context::establish_for(&programs.world, Some(peer)) else {
        return;
    };
    if stream.set_nonblocking(true).is_err() {
        return;
    }
    let client = Arc::new(Client::new(stream, context));
    programs.list(&client);
    let (among, serving) = (Arc::clone(programs), Arc::clone(&client));
    let spawned = programs.threads.spawn("pcsc-sim: program", move || {
        let _listed = Listed(&among, &serving);
        serve(&among, &serving);
    });
    if spawned.is_err() {
        programs.forget(&client);
    }
}

/// Answers requests until the program has gone, or sends what no program should.
fn serve(programs: &Programs, client: &Client) {
    let mut program = Program::new(programs, client);
    while answer(programs, client, &mut program).is_some() {}
}

fn answer(programs: &Programs, client: &Client, program: &mut Program<'_>) -> Option<()> {
    let mut header = [0; Header::LEN];
    client.read(&mut header)?;
    client.change(Waiting::begin_answer);
    let answered = answer_to(programs, client, program, Header::decode(header));
    client.change(Waiting::end_answer);
    if client.is_waiting() {
        let later = client.tell(&states(&programs.world), Instant::now());
        if later.is_some() {
            // By the thread that waits for such times.
            programs.changes.notify();
        }
    }
    answered
}

fn answer_to(programs: &Programs, client: &Client, program: &mut Program<'_>, header: Header) -> Option<()> {
    let len = header.command.message_len(programs.version)?;
    if usize::try_from(header.size) != Ok(len) {
        return None;
    }
    let answer = program.answer(header.command, len)?;
    // What a service that has gone says never comes.
    client.context.is_alive().then_some(())?;
    client.write(answer)
}

/// The other side of a connection.
#[derive(Debug)]
struct Peer(Arc<UnixStream>);

impl context::Program for Peer {
    fn is_there(&self) -> bool {
        // It has ended where the stream has in both directions, by either side, which needs not be asked for.
        !matches!(
            stream::wait([(&*self.0).into()], 0, Some(Duration::ZERO)),
            Ok([true])
        )
    }
}

/// A program that is listed, until its thread ends in any way.
struct Listed<'a>(&'a Programs, &'a Arc<Client>);

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        self.1.shut();
        // First: who is told of one program less finds room for one.
        self.1.give_up_place();
        self.0.forget(self.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, Simulator};
    use pcsclite_wire::Version;

    const DEADLINE: Duration = Duration::from_secs(60);

    #[test]
    fn a_program_that_is_listed_no_more_has_no_place_whoever_still_knows_it() {
        let simulator = Simulator::new();
        simulator.set_limits(Limits::PCSCD.contexts(1));
        let world = &simulator.endpoint.world;
        let programs = Arc::new(Programs::new(world, Version::NEWEST));
        let (program, stream) = UnixStream::pair().unwrap();
        admit(&programs, stream);
        // As the thread that tells of changes knows it for a moment.
        let known = programs.clients();
        assert!(known.len() == 1 && Context::establish(world).is_err());
        drop(program);
        let end = Instant::now() + DEADLINE;
        while !programs.clients().is_empty() {
            assert!(Instant::now() < end, "it is listed");
            std::thread::yield_now();
        }
        Context::establish(world).expect("the place is free");
        drop(known);
        programs.close();
    }
}
