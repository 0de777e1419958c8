//! A card that expects one exchange after the other.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{error, fmt};

use pcsc_iso7816::status_word::StatusWord;

use crate::card::Card;
use crate::seen_command::SeenCommand;

/// A card that plays a script: commands in the order in which they must come, each with its answer.
///
/// A command that is not the next one of the script is answered with 6F00, and [`check`](ScriptedCard::check) tells of
/// the first such command. A reset does not start the script again. Clones are handles to the same card: a test inserts
/// one and asks the other.
///
/// # Examples
/// ```
/// use pcsc_sim::{ScriptedCard, Simulator};
///
/// let sim = Simulator::new();
/// let card = ScriptedCard::new([0x3B, 0x00])
///     .answer([0x00, 0xA4, 0x00, 0x00], [0x61, 0x02])
///     .answer([0x00, 0xC0, 0x00, 0x00, 0x02], [0xCA, 0xFE, 0x90, 0x00]);
/// sim.add_reader("Simulated Reader 00 00").insert(card.clone());
/// let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
/// assert_eq!(session.transmit(&[0x00, 0xA4, 0x00, 0x00])?.status().to_u16(), 0x6102);
/// assert_eq!(card.check().unwrap_err().to_string(), "only 1 of 2 commands came");
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ScriptedCard {
    atr: Vec<u8>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    script: Vec<(Vec<u8>, Vec<u8>)>,
    played: usize,
    resets: usize,
    error: Option<ScriptError>,
}

impl ScriptedCard {
    /// Makes a card that expects no command.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, ScriptedCard};
    ///
    /// let card = ScriptedCard::new([0x3B, 0x00]);
    /// assert_eq!(card.atr(), [0x3B, 0x00]);
    /// assert_eq!(card.check(), Ok(()));
    /// ```
    pub fn new(atr: impl Into<Vec<u8>>) -> Self {
        Self {
            atr: atr.into(),
            state: Arc::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends a command to the script, with the answer to it: the data, SW1 and SW2.
    ///
    /// Clones share the script: it grows for all of them, also where one is in a reader.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, ScriptedCard};
    ///
    /// let mut card = ScriptedCard::new([0x3B, 0x00]).answer([0x00, 0x84, 0x00, 0x00, 0x01], [0x42, 0x90, 0x00]);
    /// let mut response = Vec::new();
    /// card.transmit(&[0x00, 0x84, 0x00, 0x00, 0x01], &mut response);
    /// assert_eq!(response, [0x42, 0x90, 0x00]);
    /// ```
    #[must_use]
    pub fn answer(self, command: impl Into<Vec<u8>>, response: impl Into<Vec<u8>>) -> Self {
        let exchange = (command.into(), response.into());
        self.state().script.push(exchange);
        self
    }

    /// Returns how often the card was powered up or reset.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, ScriptedCard};
    ///
    /// let mut card = ScriptedCard::new([0x3B, 0x00]);
    /// card.reset();
    /// assert_eq!(card.resets(), 1);
    /// ```
    pub fn resets(&self) -> usize {
        self.state().resets
    }

    /// Tells whether the script was played to its end, with no other command between.
    ///
    /// # Errors
    /// The first command that the script did not expect; else how much of the script is missing.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, ScriptedCard};
    ///
    /// let mut card = ScriptedCard::new([0x3B, 0x00]).answer([0x00, 0x84], [0x90, 0x00]);
    /// assert!(card.check().is_err()); // nothing came yet
    /// card.transmit(&[0x00, 0x84], &mut Vec::new());
    /// assert_eq!(card.check(), Ok(()));
    /// ```
    pub fn check(&self) -> Result<(), ScriptError> {
        let state = self.state();
        match &state.error {
            Some(error) => Err(error.clone()),
            None if state.played < state.script.len() => Err(ScriptError::EndedEarly {
                played: state.played,
                expected: state.script.len(),
            }),
            None => Ok(()),
        }
    }
}

impl Card for ScriptedCard {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transmit(&mut self, command: &[u8], response: &mut Vec<u8>) {
        let state = &mut *self.state();
        match state.script.get(state.played) {
            Some((expected, answer)) if expected == command => {
                state.played += 1;
                response.extend_from_slice(answer);
            }
            next => {
                let expected = next.map(|(expected, _)| SeenCommand::new(expected, false));
                state.error.get_or_insert(ScriptError::Unexpected {
                    played: state.played,
                    command: SeenCommand::new(command, false),
                    expected,
                });
                response.extend_from_slice(&<[u8; 2]>::from(StatusWord::NO_PRECISE_DIAGNOSIS));
            }
        }
    }

    fn reset(&mut self) {
        self.state().resets += 1;
    }
}

/// How the commands that came differ from a [`ScriptedCard`]'s script, or from a recording that is replayed.
///
/// # Examples
/// ```
/// use pcsc_sim::{Card, ScriptError, ScriptedCard};
///
/// let mut card = ScriptedCard::new([0x3B, 0x00]).answer([0x00, 0x84], [0x90, 0x00]);
/// card.transmit(&[0x00, 0xB0], &mut Vec::new());
/// let error = card.check().unwrap_err();
/// assert!(matches!(&error, ScriptError::Unexpected { played: 0, .. }));
/// assert_eq!(error.to_string(), "command 1 is 00 B0, where 00 84 was expected");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScriptError {
    /// A command came that is not the next one of the script.
    Unexpected {
        /// How many commands of the script had come before.
        played: usize,
        /// The command that came.
        command: SeenCommand,
        /// The command that the script has there; `None` after the script's end.
        expected: Option<SeenCommand>,
    },
    /// A command came that is nowhere in a recording, in which each is looked up.
    Unknown {
        /// How many commands had been found before.
        played: usize,
        /// The command that came.
        command: SeenCommand,
    },
    /// Commands of the script did not come.
    EndedEarly {
        /// How many commands of the script came.
        played: usize,
        /// How many commands the script has.
        expected: usize,
    },
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unexpected {
                played,
                command,
                expected: Some(expected),
            } => {
                write!(
                    f,
                    "command {} is {command}, where {expected} was expected",
                    played + 1
                )
            }
            Self::Unexpected {
                played,
                command,
                expected: None,
            } => {
                write!(
                    f,
                    "command {} is {command}, where no more was expected",
                    played + 1
                )
            }
            Self::Unknown { played, command } => {
                write!(
                    f,
                    "after {played} commands that were recorded, {command} is not in the recording"
                )
            }
            Self::EndedEarly { played, expected } => {
                write!(f, "only {played} of {expected} commands came")
            }
        }
    }
}

impl error::Error for ScriptError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(card: &mut ScriptedCard, command: &[u8]) -> Vec<u8> {
        let mut response = Vec::new();
        card.transmit(command, &mut response);
        response
    }

    #[test]
    fn plays_its_script_in_order() {
        let mut card = ScriptedCard::new([0x3B, 0x00])
            .answer([1, 2], [0x90, 0x00])
            .answer([1, 2], [0x69, 0x85]);
        assert_eq!(send(&mut card, &[1, 2]), [0x90, 0x00]);
        assert_eq!(
            card.check(),
            Err(ScriptError::EndedEarly {
                played: 1,
                expected: 2
            })
        );
        assert_eq!(send(&mut card, &[1, 2]), [0x69, 0x85]);
        assert_eq!(card.check(), Ok(()));
    }

    #[test]
    fn a_clone_is_the_same_card() {
        let card = ScriptedCard::new([0x3B, 0x00]);
        let mut inserted = card.clone().answer([1, 2], [0x90, 0x00]);
        assert!(card.check().is_err());
        assert_eq!(send(&mut inserted, &[1, 2]), [0x90, 0x00]);
        inserted.reset();
        assert_eq!((card.check(), card.resets()), (Ok(()), 1));
    }

    #[test]
    fn remembers_the_first_unexpected_command() {
        let mut card = ScriptedCard::new([0x3B, 0x00]).answer([1, 2], [0x90, 0x00]);
        assert_eq!(send(&mut card, &[9, 9]), [0x6F, 0x00]);
        assert_eq!(send(&mut card, &[1, 2]), [0x90, 0x00]);
        assert_eq!(send(&mut card, &[8, 8]), [0x6F, 0x00]);
        let unexpected = ScriptError::Unexpected {
            played: 0,
            command: SeenCommand::new(&[9, 9], false),
            expected: Some(SeenCommand::new(&[1, 2], false)),
        };
        assert_eq!(card.check(), Err(unexpected));
    }

    #[test]
    fn what_is_secret_is_in_no_error() {
        let verify = |pin: &[u8]| [&[0, 0x20, 0, 0x81, pin.len() as u8], pin].concat();
        let mut card = ScriptedCard::new([0x3B, 0x00]).answer(verify(&[0x77; 4]), [0x90, 0x00]);
        send(&mut card, &verify(&[0x77; 3]));
        let error = card.check().unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(!text.contains("77") && !text.contains("119"), "{text}");
        assert!(
            text.starts_with(
                "command 1 is 00 20 00 81 and 4 bytes that are not shown, where 00 20 00 81 and 5 bytes"
            ),
            "{text}"
        );
    }
}
