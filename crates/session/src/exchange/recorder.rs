//! A recording of what goes to cards and comes back.

use crate::ffi::{CallError, ReaderName};
use pcsc_recording::{Exchange, Writer};
use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

const TARGET: &str = "pcsc_session::record";

/// A recording of what goes to cards and comes back, which Wireshark opens and the crate `pcsc-sim` replays as a card.
///
/// [`SessionOptions::record`](crate::SessionOptions::record) has sessions write into it. A clone writes into the same
/// recording: sessions on several readers, and in several threads, may share it.
///
/// Each command with its answer is a packet, and each answer to reset: that of the card at the beginning of a session, and
/// after each recovery and reconnection. A packet is written at once, by one write, after the card has answered: what a program
/// that crashed has recorded is readable, and nothing is to be closed. A command that was not answered is recorded with the
/// code that came instead.
///
/// What the [log](crate#the-log) never shows is left out, and marked as left out: the data of commands that carry secrets by
/// their instruction, or are marked, and their answers', unless
/// [`SessionOptions::record_secrets`](crate::SessionOptions::record_secrets) asks for them. What a file on the card holds may be secret
/// though no rule says so, and is in the recording.
///
/// Where writing fails, as on a full disk, the recording stops there, which is one line in the log (target
/// `pcsc_session::record`, level error); the sessions go on. [`check`](Recorder::check) says whether that has happened. What is
/// slow to write makes sessions slow.
///
/// The format is described in the crate `pcsc-recording`.
///
/// # Examples
/// ```
/// use pcsc_session::{Recorder, Session};
/// use pcsc_sim::{DemoCard, ReplayCard, Simulator};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("card.pcapng");
/// // Once, with the card.
/// let simulator = Simulator::new();
/// simulator.add_reader("Simulated Reader 00 00").insert(DemoCard::new());
/// let recorder = Recorder::create(&path)?;
/// let options = Session::options().provider(simulator.provider()).record(&recorder);
/// let status = options.open()?.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00])?.status();
/// recorder.check()?;
///
/// // Ever after, without it.
/// let simulator = Simulator::new();
/// let card = ReplayCard::open(&path)?;
/// simulator.add_reader("Simulated Reader 00 00").insert(card.clone());
/// let mut session = Session::options().provider(simulator.provider()).open()?;
/// assert_eq!(session.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00])?.status(), status);
/// card.check()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Recorder {
    state: Arc<Mutex<State>>,
}

const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Recorder>();
};

enum State {
    Recording(Writer<Box<dyn Write + Send>>),
    /// Writing failed.
    Stopped(io::Error),
}

impl Recorder {
    /// Begins a recording in a file, in place of what it held.
    ///
    /// A file that is new is for this user alone (mode 0600 on Unix), since what cards hold may be secret; one that is there
    /// keeps its mode.
    ///
    /// # Errors
    /// Where the file cannot be created or written.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Recorder> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Recorder::new(options.open(path)?)
    }

    /// Begins a recording that goes wherever this writes.
    ///
    /// Each packet is one call of [`Write::write_all`]: a buffer in between would keep packets from being there after a crash.
    ///
    /// # Errors
    /// Where the recording's header cannot be written.
    pub fn new(output: impl Write + Send + 'static) -> io::Result<Recorder> {
        let output: Box<dyn Write + Send> = Box::new(output);
        Ok(Recorder {
            state: Arc::new(Mutex::new(State::Recording(Writer::new(output)?))),
        })
    }

    /// Tells whether all was recorded so far.
    ///
    /// # Errors
    /// What stopped the recording.
    pub fn check(&self) -> io::Result<()> {
        match &*self.state() {
            State::Recording(_) => Ok(()),
            State::Stopped(error) => Err(io::Error::new(error.kind(), error.to_string())),
        }
    }

    /// Records that a card was reset or connected to.
    pub(super) fn answer_to_reset(&self, reader: &ReaderName, atr: &[u8]) {
        if !atr.is_empty() {
            self.write(|writer| writer.answer_to_reset(&reader.to_string_lossy(), atr, SystemTime::now()));
        }
    }

    /// Records a command and what came back, without what is secret where `is_left_out`.
    pub(super) fn exchange(
        &self,
        reader: &ReaderName,
        command: &[u8],
        answer: Result<&[u8], &CallError>,
        is_left_out: bool,
    ) {
        let why;
        let exchange = match answer {
            Ok(answer) => Exchange::new(command, answer),
            Err(error) => {
                why = error.to_string();
                Exchange::unanswered(command, &why)
            }
        };
        let exchange = exchange.leave_secret_out(is_left_out);
        self.write(|writer| writer.exchange(&reader.to_string_lossy(), &exchange, SystemTime::now()));
    }

    /// Writes, unless an earlier write has failed; the first one that fails is told in the log.
    fn write(&self, write: impl FnOnce(&mut Writer<Box<dyn Write + Send>>) -> io::Result<()>) {
        let mut state = self.state();
        let State::Recording(writer) = &mut *state else {
            return;
        };
        if let Err(error) = write(writer) {
            let message = format!("the recording stops, since it cannot be written: {error}");
            *state = State::Stopped(error);
            // A logger may do anything.
            drop(state);
            log::error!(target: TARGET, "{message}");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}
