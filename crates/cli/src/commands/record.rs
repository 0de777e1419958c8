//! `pcsc record`: what another program sends to cards, and what comes back.

use crate::exit::Exit;
use crate::failure::{Failure, tell};
use crate::interrupt::Held;
use crate::program;
use crate::proxy::{Proxy, Tape, Went, service_socket};
use crate::recording_file::RecordingFile;
use crate::settings::Settings;
use clap::Args;
use pcsc_session::Context;
use pcsc_sim::config::Running;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Record what another program sends to cards, and what comes back, in a file that Wireshark opens
///
/// COMMAND finds by PCSCLITE_CSOCK_NAME a socket through which it speaks to pcscd, or with --sim to a simulator: pcsc record --
/// opensc-tool -n. Nothing of it is changed. Its commands are recorded with their answers and the answers to reset that it is
/// told; what goes to a reader by SCardControl is not. The recording ends with COMMAND, and so do the connections of programs
/// that it leaves behind. Secrets are known by their instructions alone: for what is secret because it is marked, as {key} of pcsc
/// send, record by pcsc send --record.
#[derive(Debug, Args)]
pub(crate) struct Record {
    /// The file, in place of what it held; card.pcapng where none is given, unless that is there
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Record secrets, too: PINs and keys, by their instructions, which are left out else
    #[arg(long)]
    secrets: bool,
    /// The program, and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Record {
    pub(crate) fn run(self, settings: &Settings) -> Result<(), Failure> {
        // Without a service there is nothing to record, and without a program nobody.
        program::find(&self.command)?;
        let running = if settings.service.is_simulated() {
            Some(settings.service.start()?)
        } else {
            Context::establish_on(settings.service.provider()?)?;
            None
        };
        // A pipe may wait here for somebody who reads it.
        let (path, file) = match &self.output {
            Some(path) => (&**path, RecordingFile::replace(path)?),
            None => {
                let path = Path::new("card.pcapng");
                (path, RecordingFile::create(path)?)
            }
        };
        let tape = Tape::new(file, self.secrets).map_err(|error| Failure::of_file(path, error))?;

        let held = Held::begin();
        let failure = |error| Failure::of("the socket for the program cannot be made", error);
        let folder = program::folder("pcsc-record-").map_err(failure)?;
        let serve = |running: &Running| running.simulator().serve(folder.path().join("simulator"));
        let served = running.as_ref().map(serve).transpose().map_err(failure)?;
        let service = (served.as_ref()).map_or_else(service_socket, |served| served.path().to_owned());
        let proxy = Proxy::start(&folder.path().join(program::SOCKET), service, tape).map_err(failure)?;
        let ended = program::run(&self.command, proxy.socket(), &held);
        let Went { connections, packets } = proxy.end();
        let ended = ended?;
        let why = match (connections, packets) {
            (0, _) => "the program has not asked for a service by PCSCLITE_CSOCK_NAME: nothing is recorded",
            (_, Some(0)) => "the program has come to no card: nothing is recorded",
            _ => return ended.result(),
        };
        // Its own code says more, where it is one.
        match ended.result() {
            Ok(()) => Err(Failure::Other(Exit::Other, why.to_owned())),
            result => {
                tell(why);
                result
            }
        }
    }
}
