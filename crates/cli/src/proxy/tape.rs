//! What is written down.

use crate::recording_file::{RecordingFile, Stop};
use pcsc_recording::{Exchange, Writer};
use pcsc_session::iso7816::command::{continues_answer, is_sensitive_apdu};
use pcsclite_wire::ReaderState;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::SystemTime;

/// `SCARD_POWERED`.
const POWERED: u32 = 0x0010;

/// A recording, until it cannot be written any more.
#[derive(Debug)]
pub(crate) struct Tape {
    writer: Option<Writer<RecordingFile>>,
    stop: Arc<Stop>,
    /// How many packets there were.
    packets: u64,
    /// Secrets are recorded, too.
    secrets: bool,
    readers: HashMap<String, Reader>,
}

/// What is known of a reader.
#[derive(Debug, Default)]
struct Reader {
    /// How many cards had come and gone, and the last one's answer to reset, where it was written.
    card: Option<(u32, Vec<u8>)>,
    /// Commands have gone to the card since.
    is_used: bool,
    /// The card has no power: the next program that connects resets it.
    is_unpowered: bool,
    /// How often a card was reset.
    resets: u64,
    /// The last command has carried a secret: the rest of its answer is one, too.
    is_secret: bool,
}

impl Tape {
    /// Begins a recording.
    pub(crate) fn new(file: RecordingFile, secrets: bool) -> io::Result<Tape> {
        Ok(Tape {
            stop: file.stop(),
            writer: Some(Writer::new(file)?),
            packets: 0,
            secrets,
            readers: HashMap::new(),
        })
    }

    pub(super) fn packets(&self) -> u64 {
        self.packets
    }

    /// Returns what says that the recording stops.
    pub(super) fn stop(&self) -> Arc<Stop> {
        Arc::clone(&self.stop)
    }

    /// Hears the state of a reader with a card: records the answer to reset where it is another one than before.
    pub(super) fn state(&mut self, state: &ReaderState, time: SystemTime) {
        let Some(atr) = state.atr() else { return };
        let name = name(state.name.as_bytes());
        let card = (state.event_counter, atr.to_vec());
        let is_powered = state.state & POWERED != 0;
        let reader = self.reader(&name);
        let is_other = reader.card.as_ref() != Some(&card);
        if is_other {
            reader.card = Some(card);
            reader.is_unpowered = !is_powered;
            self.write_atr(&name, time);
        } else if is_powered {
            // By another program.
            self.power_up(&name, time);
        } else {
            reader.is_unpowered = true;
        }
    }

    /// Records that a card was reset: by the answer to reset that is known, or by the next one that is told where none is.
    pub(super) fn reset(&mut self, name: &str, time: SystemTime) {
        let reader = self.reader(name);
        reader.resets += 1;
        reader.is_unpowered = false;
        self.write_atr(name, time);
    }

    /// Notes that a card has lost its power: it is reset when a program connects to it.
    pub(super) fn power_down(&mut self, name: &str) {
        self.reader(name).is_unpowered = true;
    }

    /// Notes that a card has power, and records that it was reset where it had none and was used before.
    pub(super) fn power_up(&mut self, name: &str, time: SystemTime) {
        let reader = self.reader(name);
        let is_reset = std::mem::take(&mut reader.is_unpowered) && reader.is_used;
        if is_reset {
            self.reset(name, time);
        }
    }

    /// Forgets the answer to reset of a card that has none now.
    pub(super) fn forget(&mut self, name: &str) {
        let reader = self.reader(name);
        reader.resets += 1;
        reader.card = None;
    }

    /// Returns how often a reader's cards were reset.
    pub(super) fn resets(&self, name: &str) -> u64 {
        self.readers.get(name).map_or(0, |reader| reader.resets)
    }

    /// Records a command and what came back, without what is secret; `is_after_secret` where the connection's last command has
    /// carried a secret. Tells whether this one has.
    pub(super) fn exchange(
        &mut self,
        name: &str,
        command: &[u8],
        answer: Result<&[u8], &str>,
        is_after_secret: bool,
        time: SystemTime,
    ) -> bool {
        let exchange = match answer {
            Ok(answer) => Exchange::new(command, answer),
            Err(why) => Exchange::unanswered(command, why),
        };
        let reader = self.reader(name);
        let is_rest = continues_answer(command) && (is_after_secret || reader.is_secret);
        let is_secret = is_sensitive_apdu(command) || is_rest;
        reader.is_secret = is_secret;
        reader.is_used = true;
        let exchange = exchange.leave_secret_out(is_secret && !self.secrets);
        self.write(|writer| writer.exchange(name, &exchange, time));
        is_secret
    }

    fn reader(&mut self, name: &str) -> &mut Reader {
        self.readers.entry(name.to_owned()).or_default()
    }

    /// Records the answer to reset, where it is known.
    fn write_atr(&mut self, name: &str, time: SystemTime) {
        let reader = self.reader(name);
        reader.is_used = false;
        if let Some((_, atr)) = reader.card.clone() {
            self.write(|writer| writer.answer_to_reset(name, &atr, time));
        }
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
