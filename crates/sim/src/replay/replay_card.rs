//! A card that answers as a recorded one did.

use super::matching::{answer, is_begun_by};
use super::replay_error::ReplayError;
use crate::card::Card;
use crate::scripted_card::ScriptError;
use crate::seen_command::SeenCommand;
use pcsc_iso7816::status_word::StatusWord;
use pcsc_recording::{RecordedCard, RecordedExchange, Recording};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The answer to reset of a card whose own was not recorded.
const UNKNOWN_ATR: [u8; 2] = [0x3B, 0x00];

/// A card that answers as one of a recording did.
///
/// It expects the recorded commands in their order, or, after [`by_lookup`](ReplayCard::by_lookup), looks each one up. A command
/// that is none of them is answered with 6F00, and [`check`](ReplayCard::check) tells of the first such command. A reset does not
/// start the recording again, and is not compared: the end of a session makes one, and so do other programs;
/// [`resets`](ReplayCard::resets) counts them. Clones are handles to the same card: a test inserts one and asks the other.
///
/// Of a secret that was left out, any command with the header is taken that has data where that had some, of whatever length, and
/// the answer has zeros in place of its data. A command
/// that was not answered is answered with nothing, in its order; it is not found when it is looked up.
///
/// Recordings are made by `pcsc_session::Recorder`. Those of other tools that write GSMTAP SIM, such as SIMtrace's, replay as
/// well, whether captured from Ethernet or from the loopback interface: a command finds what a card with T=0 saw of it.
///
/// # Examples
/// ```
/// use pcsc_sim::{ReplayCard, Simulator};
/// # let folder = std::env::temp_dir().join(format!("replay-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("card.pcapng");
/// # let mut recording = pcsc_recording::Writer::new(std::fs::File::create(&path)?)?;
/// # let now = std::time::SystemTime::now();
/// # let select = pcsc_recording::Exchange::new(&[0x00, 0xA4, 0x00, 0x00], &[0x90, 0x00]);
/// # recording.exchange("Reader 00 00", &select, now)?;
///
/// let card = ReplayCard::open(&path)?;
/// # std::fs::remove_dir_all(&folder)?;
/// let sim = Simulator::new();
/// sim.add_reader("Simulated Reader 00 00").insert(card.clone());
/// let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
/// assert_eq!(session.transmit(&[0x00, 0xA4, 0x00, 0x00])?.status().to_u16(), 0x9000);
/// card.check()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct ReplayCard {
    atr: Vec<u8>,
    exchanges: Arc<[RecordedExchange]>,
    is_by_lookup: bool,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Where the next command is looked for first.
    next: usize,
    played: usize,
    resets: usize,
    error: Option<ScriptError>,
}

impl ReplayCard {
    /// Makes the card of a recording that has one: the only one to which a command went.
    ///
    /// # Errors
    /// [`ReplayError::Unreadable`]; [`ReplayError::SeveralCards`], of which [`new`](ReplayCard::new) takes one.
    pub fn open(path: impl AsRef<Path>) -> Result<ReplayCard, ReplayError> {
        let path = path.as_ref();
        let recording = Recording::open(path).map_err(|error| ReplayError::Unreadable {
            path: path.to_owned(),
            error,
        })?;
        let used = || {
            recording
                .cards()
                .iter()
                .filter(|card| !card.exchanges().is_empty())
        };
        let chosen: Vec<_> = match used().count() {
            0 => recording.cards().iter().collect(),
            _ => used().collect(),
        };
        match chosen[..] {
            [card] => Ok(ReplayCard::new(card)),
            _ => Err(ReplayError::SeveralCards {
                path: path.to_owned(),
                cards: recording
                    .cards()
                    .iter()
                    .map(|card| (card.reader().to_owned(), card.atr().unwrap_or_default().to_vec()))
                    .collect(),
            }),
        }
    }

    /// Makes a card of one of a recording.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, Recording, ReplayCard};
    /// # let mut recording = pcsc_recording::Writer::new(Vec::new())?;
    /// # let now = std::time::SystemTime::now();
    /// # recording.answer_to_reset("Reader 00 00", &[0x3B, 0x00], now)?;
    /// # recording.answer_to_reset("Reader 01 00", &[0x3B, 0x01, 0xFF], now)?;
    /// # let file = &recording.into_inner()[..];
    ///
    /// let recording = Recording::read(file)?;
    /// let is_meant = |card: &&pcsc_sim::RecordedCard| card.reader() == "Reader 01 00";
    /// let card = ReplayCard::new(recording.cards().iter().find(is_meant).expect("it was recorded"));
    /// assert_eq!(card.atr(), [0x3B, 0x01, 0xFF]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(card: &RecordedCard) -> ReplayCard {
        ReplayCard {
            atr: card.atr().unwrap_or(&UNKNOWN_ATR).to_vec(),
            exchanges: card.exchanges().into(),
            is_by_lookup: false,
            state: Arc::default(),
        }
    }

    /// Has the card look each command up, in whatever order they come, and however often.
    ///
    /// It begins behind the command that it found last, and goes on at the beginning. So an answer that depends on what was
    /// selected is the right one, where what selects it was recorded before it.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, Recording, ReplayCard};
    /// # let mut recording = pcsc_recording::Writer::new(Vec::new())?;
    /// # let now = std::time::SystemTime::now();
    /// # for (command, answer) in [([0x00, 0xA4, 0x00, 0x01], [0x90, 0x00]), ([0x00, 0xB0, 0x00, 0x00], [0x62, 0x81]),
    /// #     ([0x00, 0xA4, 0x00, 0x02], [0x90, 0x00]), ([0x00, 0xB0, 0x00, 0x00], [0x69, 0x82])] {
    /// #     recording.exchange("", &pcsc_recording::Exchange::new(&command, &answer), now)?;
    /// # }
    /// # let file = &recording.into_inner()[..];
    ///
    /// let mut card = ReplayCard::new(&Recording::read(file)?.cards()[0]).by_lookup();
    /// let mut send = |command: [u8; 4]| {
    ///     let mut response = Vec::new();
    ///     card.transmit(&command, &mut response);
    ///     response
    /// };
    /// send([0x00, 0xA4, 0x00, 0x02]);
    /// assert_eq!(send([0x00, 0xB0, 0x00, 0x00]), [0x69, 0x82]); // of the second file
    /// send([0x00, 0xA4, 0x00, 0x01]);
    /// assert_eq!(send([0x00, 0xB0, 0x00, 0x00]), [0x62, 0x81]); // of the first
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn by_lookup(mut self) -> Self {
        self.is_by_lookup = true;
        self
    }

    /// Gives the card another answer to reset: for a recording that began after the reset, of which it is `3B 00` else.
    #[must_use]
    pub fn with_atr(mut self, atr: impl Into<Vec<u8>>) -> Self {
        self.atr = atr.into();
        self
    }

    /// Returns how often the card was powered up or reset.
    #[must_use]
    pub fn resets(&self) -> usize {
        self.state().resets
    }

    /// Returns how many of the commands that came were found in the recording.
    #[must_use]
    pub fn played(&self) -> usize {
        self.state().played
    }

    /// Tells whether the commands were those of the recording: in order all of them and no other, by lookup no other.
    ///
    /// # Errors
    /// The first command that was not the expected one, without the data of one that carries a secret; else how much of the
    /// recording is missing.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, Recording, ReplayCard};
    /// # let mut recording = pcsc_recording::Writer::new(Vec::new())?;
    /// # let select = pcsc_recording::Exchange::new(&[0x00, 0xA4, 0x00, 0x00], &[0x90, 0x00]);
    /// # recording.exchange("", &select, std::time::SystemTime::now())?;
    /// # let file = &recording.into_inner()[..];
    ///
    /// let mut card = ReplayCard::new(&Recording::read(file)?.cards()[0]);
    /// card.transmit(&[0x00, 0xB0, 0x00, 0x00], &mut Vec::new());
    /// let text = "command 1 is 00 B0 00 00, where 00 A4 00 00 was expected";
    /// assert_eq!(card.check().unwrap_err().to_string(), text);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check(&self) -> Result<(), ScriptError> {
        let state = self.state();
        match &state.error {
            Some(error) => Err(error.clone()),
            None if !self.is_by_lookup && state.played < self.exchanges.len() => {
                Err(ScriptError::EndedEarly {
                    played: state.played,
                    expected: self.exchanges.len(),
                })
            }
            None => Ok(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns where the exchange is that this command begins.
    fn place(&self, next: usize, command: &[u8]) -> Option<usize> {
        if !self.is_by_lookup {
            let expected = self.exchanges.get(next)?;
            return is_begun_by(expected, command).then_some(next);
        }
        let behind = next..self.exchanges.len();
        behind.chain(0..next).find(|&place| {
            let exchange = &self.exchanges[place];
            exchange.answer.is_some() && is_begun_by(exchange, command)
        })
    }

    /// Returns how a command differs from what was recorded.
    fn difference(&self, state: &State, command: &[u8]) -> ScriptError {
        // What was left out once of an instruction is no less secret in another place.
        let is_like =
            |exchange: &RecordedExchange| exchange.is_left_out && exchange.command.get(1) == command.get(1);
        let command = SeenCommand::new(command, self.exchanges.iter().any(is_like));
        let played = state.played;
        if self.is_by_lookup {
            return ScriptError::Unknown { played, command };
        }
        let expected = self.exchanges.get(state.next).map(|next| match next.is_left_out {
            true => SeenCommand::left(&next.command, next.command_len),
            false => SeenCommand::new(&next.command, false),
        });
        ScriptError::Unexpected {
            played,
            command,
            expected,
        }
    }
}

impl Card for ReplayCard {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transmit(&mut self, command: &[u8], response: &mut Vec<u8>) {
        let mut state = self.state();
        match self.place(state.next, command) {
            Some(place) => {
                state.next = place + 1;
                state.played += 1;
                answer(&self.exchanges[place], response);
            }
            None => {
                if state.error.is_none() {
                    state.error = Some(self.difference(&state, command));
                }
                response.extend_from_slice(&<[u8; 2]>::from(StatusWord::NO_PRECISE_DIAGNOSIS));
            }
        }
    }

    fn reset(&mut self) {
        self.state().resets += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pcsc_recording::{Exchange, Writer};
    use std::time::SystemTime;

    /// A card of a recording of these commands, the second of which has a secret that was left out.
    fn card(commands: [&[u8]; 2]) -> ReplayCard {
        let mut recording = Writer::new(Vec::new()).unwrap();
        for (place, command) in commands.into_iter().enumerate() {
            let exchange = Exchange::new(command, &[0x90, 0x00]).leave_secret_out(place == 1);
            recording.exchange("", &exchange, SystemTime::now()).unwrap();
        }
        ReplayCard::new(&Recording::read(&recording.into_inner()[..]).unwrap().cards()[0])
    }

    /// By its instruction, or since the program that recorded it said so.
    #[test]
    fn what_is_secret_is_in_no_error() {
        let typed = |ins: u8, p2: u8| vec![0x80, ins, 0, p2, 4, 0x77, 0x77, 0x77, 0x77];
        for ins in [0x20, 0x50] {
            for by_lookup in [false, true] {
                let mut card = card([&[0, 0xA4, 0, 0], &typed(ins, 1)]);
                if by_lookup {
                    card = card.by_lookup();
                } else {
                    card.transmit(&[0, 0xA4, 0, 0], &mut Vec::new());
                }
                card.transmit(&typed(ins, 2), &mut Vec::new());
                let error = card.check().unwrap_err();
                let text = format!("{error} {error:?}");
                assert!(!text.contains("77") && !text.contains("119"), "{text}");
                assert!(text.contains("00 02 and 5 bytes that are not shown"), "{text}");
            }
        }
        // Of a recording with the secrets in it, too.
        let mut card = card([&typed(0x20, 1), &[0, 0xA4, 0, 0]]);
        card.transmit(&[0, 0xB0, 0, 0], &mut Vec::new());
        assert!(!card.check().unwrap_err().to_string().contains("77"));
    }

    #[test]
    fn how_many_commands_were_found_is_told() {
        let mut card = card([&[0, 0xA4, 0, 0], &[0, 0x20, 0, 1]]).by_lookup();
        for command in [0xA4, 0xB0, 0xA4] {
            card.transmit(&[0, command, 0, 0], &mut Vec::new());
        }
        assert_eq!(card.played(), 2);
    }
}
