//! What is written down.

use crate::recording_file::RecordingFile;
use pcsc_recording::{Exchange, Writer};
use pcsc_session::iso7816::command::is_sensitive_apdu;
use pcsclite_wire::ReaderState;
use std::collections::{HashMap, HashSet};
use std::io;
use std::time::SystemTime;

/// The instruction of GET RESPONSE.
const GET_RESPONSE: u8 = 0xC0;

/// A recording, until it cannot be written any more.
#[derive(Debug)]
pub(crate) struct Tape {
    writer: Option<Writer<RecordingFile>>,
    /// How many packets there were.
    packets: u64,
    /// Secrets are recorded, too.
    secrets: bool,
    /// The readers whose cards' answers to reset were written: how many cards had come and gone, and the last one's.
    told: HashMap<String, (u32, Vec<u8>)>,
    /// The readers whose cards have carried out a command with a secret last: the rest of its answer is one, too.
    secret: HashSet<String>,
}

impl Tape {
    /// Begins a recording.
    pub(crate) fn new(file: RecordingFile, secrets: bool) -> io::Result<Tape> {
        Ok(Tape {
            writer: Some(Writer::new(file)?),
            packets: 0,
            secrets,
            told: HashMap::new(),
            secret: HashSet::new(),
        })
    }

    pub(super) fn packets(&self) -> u64 {
        self.packets
    }

    /// Records the answer to reset of a reader's card, where it is another one than before.
    pub(super) fn state(&mut self, state: &ReaderState, time: SystemTime) {
        let Some(atr) = state.atr() else { return };
        let reader = name(state.name.as_bytes());
        let now = (state.event_counter, atr.to_vec());
        if self.told.get(&reader) != Some(&now) {
            self.write(|writer| writer.answer_to_reset(&reader, atr, time));
            self.told.insert(reader, now);
        }
    }

    /// Notes that a card was reset: its next answer to reset is recorded.
    pub(super) fn reset(&mut self, reader: &str) {
        self.told.remove(reader);
    }

    /// Records a command and what came back, without what is secret.
    pub(super) fn exchange(
        &mut self,
        reader: &str,
        command: &[u8],
        answer: Result<&[u8], &str>,
        time: SystemTime,
    ) {
        let exchange = match answer {
            Ok(answer) => Exchange::new(command, answer),
            Err(why) => Exchange::unanswered(command, why),
        };
        let is_rest = command.get(1) == Some(&GET_RESPONSE) && self.secret.contains(reader);
        let is_secret = is_sensitive_apdu(command) || is_rest;
        if is_secret {
            self.secret.insert(reader.to_owned());
        } else {
            self.secret.remove(reader);
        }
        let exchange = exchange.leave_secret_out(is_secret && !self.secrets);
        self.write(|writer| writer.exchange(reader, &exchange, time));
    }

    fn write(&mut self, write: impl FnOnce(&mut Writer<RecordingFile>) -> io::Result<()>) {
        self.packets += 1;
        // The file has said why.
        if self.writer.as_mut().is_some_and(|writer| write(writer).is_err()) {
            self.writer = None;
        }
    }
}

/// Returns a reader's name as a recording has it.
pub(super) fn name(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
