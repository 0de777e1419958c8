//! A program's own library for a PIV-like application, written once for whatever takes commands.

use pcsc_session::iso7816::command::OutOfRange;
use pcsc_session::iso7816::tlv::{TlvError, ber::DataObjects};
use pcsc_session::{CardChannel, Command, Error, ResponseBuf, StatusWord};
use std::fmt;

/// The bytes of a challenge and of the key.
pub(crate) const BLOCK: usize = 8;

/// What the library fails with: the card's refusals by their meaning, all else as it came.
#[derive(Debug)]
pub(crate) enum PivError {
    WrongPin { tries_left: u8 },
    Blocked,
    NotAuthenticated,
    Absent { tag: u32 },
    Tlv(TlvError),
    Card(Error),
}

impl fmt::Display for PivError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PivError::WrongPin { tries_left } => write!(f, "wrong PIN, {tries_left} tries left"),
            PivError::Blocked => f.write_str("the PIN is blocked"),
            PivError::NotAuthenticated => f.write_str("the card knows another key"),
            PivError::Absent { tag } => write!(f, "there is no data object {tag:X}"),
            PivError::Tlv(error) => error.fmt(f),
            PivError::Card(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PivError {}

impl From<OutOfRange> for PivError {
    fn from(error: OutOfRange) -> PivError {
        PivError::Card(error.into())
    }
}

impl From<Error> for PivError {
    fn from(error: Error) -> PivError {
        PivError::Card(error)
    }
}

impl From<TlvError> for PivError {
    fn from(error: TlvError) -> PivError {
        PivError::Tlv(error)
    }
}

/// The application, selected on whatever takes commands.
pub(crate) struct Piv<'a> {
    card: &'a mut dyn CardChannel,
}

impl<'a> Piv<'a> {
    /// Selects the application of this exact name.
    pub(crate) fn select(card: &'a mut dyn CardChannel, aid: &[u8]) -> Result<Piv<'a>, PivError> {
        let information = card.execute(&Command::select_aid(aid))?.ok()?;
        let name = value_of(value_of(information.data(), 0x6F)?, 0x84)?;
        if name != aid {
            return Err(PivError::Absent { tag: 0x84 });
        }
        Ok(Piv { card })
    }

    /// Says where the card is, and how it is talked to.
    pub(crate) fn place(&self) -> String {
        let name = CardChannel::connection(self.card).reader_name();
        format!("{name}, {}", self.card.protocol())
    }

    /// Reads the certificate out of its data object; the bytes stay in the channel's buffer.
    pub(crate) fn certificate(&mut self, tag: u16) -> Result<&[u8], PivError> {
        let object = self.card.execute(&Command::get_data(tag, 256))?.ok()?;
        value_of(value_of(object.data(), 0x53)?, 0x70)
    }

    /// Asks how many tries of the PIN are left; none where it is verified.
    pub(crate) fn tries_left(&mut self, reference: u8) -> Result<Option<u8>, PivError> {
        let blocked = StatusWord::AUTHENTICATION_METHOD_BLOCKED;
        let answer = self.card.execute(&Command::verification_status(reference))?;
        let answer = answer.ok_if(|status| status.retries().is_some() || status == blocked)?;
        Ok(match answer.status() {
            StatusWord::SUCCESS => None,
            status => Some(status.retries().unwrap_or(0)),
        })
    }

    /// Verifies the PIN.
    pub(crate) fn verify(&mut self, reference: u8, pin: &[u8]) -> Result<(), PivError> {
        match self.card.execute(&Command::verify(reference, pin)?)?.ok() {
            Ok(_) => Ok(()),
            Err(Error::Status { status, .. }) if status == StatusWord::AUTHENTICATION_METHOD_BLOCKED => {
                Err(PivError::Blocked)
            }
            Err(error) => match error.status().and_then(StatusWord::retries) {
                Some(tries_left) => Err(PivError::WrongPin { tries_left }),
                None => Err(error.into()),
            },
        }
    }

    /// Gets a challenge and answers it at once.
    pub(crate) fn authenticate(&mut self, reference: u8, key: &[u8; BLOCK]) -> Result<(), PivError> {
        let challenge = self.card.execute(&Command::get_challenge(BLOCK))?.ok()?;
        let cryptogram = cryptogram(challenge.data(), key);
        let command = Command::external_authenticate(0, reference, &cryptogram)?;
        accepted(self.card.execute(&command)?.ok())
    }

    /// Gets a challenge, to be answered later.
    pub(crate) fn challenge(&mut self) -> Result<ResponseBuf, PivError> {
        Ok(self
            .card
            .execute(&Command::get_challenge(BLOCK))?
            .ok()?
            .to_owned())
    }

    /// Answers a challenge.
    pub(crate) fn answer(
        &mut self,
        reference: u8,
        challenge: &ResponseBuf,
        key: &[u8; BLOCK],
    ) -> Result<(), PivError> {
        let cryptogram = cryptogram(challenge.data(), key);
        let command = Command::external_authenticate(0, reference, &cryptogram)?;
        accepted(self.card.execute(&command)?.ok())
    }

    /// Reads a transparent file to its end.
    pub(crate) fn file(&mut self, id: u16) -> Result<Vec<u8>, PivError> {
        self.card
            .execute(&Command::select_file(&id.to_be_bytes()))?
            .ok()?;
        Ok(self.card.transparent_file().read().map_err(Error::from)?)
    }
}

fn accepted<T>(answer: Result<T, Error>) -> Result<(), PivError> {
    match answer {
        Ok(_) => Ok(()),
        Err(Error::Status { status, .. }) if status == 0x6300 => Err(PivError::NotAuthenticated),
        Err(error) => Err(error.into()),
    }
}

/// The value of a data object among others.
fn value_of(bytes: &[u8], tag: u32) -> Result<&[u8], PivError> {
    let object = DataObjects::new(bytes).find(tag)?;
    Ok(object.ok_or(PivError::Absent { tag })?.value())
}

/// What the application's key makes of a challenge: a toy, since both sides are this test.
pub(crate) fn cryptogram(challenge: &[u8], key: &[u8; BLOCK]) -> Vec<u8> {
    let pairs = challenge.iter().zip(key);
    pairs.map(|(byte, key)| byte.rotate_left(3) ^ key).collect()
}
