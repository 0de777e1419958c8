//! The PIN, its resetting code, and what commands do to them.

use super::request::Request;
use pcsc_iso7816::status_word::StatusWord;

const PIN_TRIES: u8 = 3;
const PUK_TRIES: u8 = 10;

/// Lengths of a PIN, in bytes.
const SHORTEST: usize = 4;
const LONGEST: usize = 8;

/// A secret and the tries that are left to say it.
#[derive(Clone)]
struct Secret {
    value: Vec<u8>,
    tries_left: u8,
    tries: u8,
}

impl Secret {
    fn new(value: &[u8], tries: u8) -> Self {
        Self {
            value: value.to_vec(),
            tries_left: tries,
            tries,
        }
    }

    /// Uses up a try unless the bytes are right, and gives all tries back if they are.
    fn check(&mut self, said: &[u8]) -> Result<(), StatusWord> {
        self.tries_left = self
            .tries_left
            .checked_sub(1)
            .ok_or(StatusWord::AUTHENTICATION_METHOD_BLOCKED)?;
        let differs = self
            .value
            .iter()
            .zip(said)
            .fold(self.value.len() ^ said.len(), |differs, (a, b)| {
                differs | usize::from(a ^ b)
            });
        if differs != 0 {
            return Err(StatusWord::of_retries(self.tries_left));
        }
        self.tries_left = self.tries;
        Ok(())
    }
}

/// The PIN, its resetting code and the security status. It has no `Debug`, so that no secret is shown.
#[derive(Clone)]
pub(super) struct Pin {
    pin: Secret,
    puk: Secret,
    verified: bool,
}

impl Pin {
    pub(super) fn new(pin: &[u8], puk: &[u8]) -> Self {
        Self {
            pin: Secret::new(pin, PIN_TRIES),
            puk: Secret::new(puk, PUK_TRIES),
            verified: false,
        }
    }

    pub(super) fn is_verified(&self) -> bool {
        self.verified
    }

    pub(super) fn tries_left(&self) -> u8 {
        self.pin.tries_left
    }

    pub(super) fn puk_tries_left(&self) -> u8 {
        self.puk.tries_left
    }

    pub(super) fn forget(&mut self) {
        self.verified = false;
    }

    /// ISO/IEC 7816-4:2013, 11.5.6.
    pub(super) fn verify(&mut self, request: &Request<'_>) -> Result<StatusWord, StatusWord> {
        match (request.p1, request.data) {
            (0x00, []) => match self.pin.tries_left {
                _ if self.verified => Ok(StatusWord::SUCCESS),
                0 => Err(StatusWord::AUTHENTICATION_METHOD_BLOCKED),
                left => Err(StatusWord::of_retries(left)),
            },
            (0x00, said) => {
                let said = of_pin_length(said)?;
                self.verified = false;
                self.pin.check(said)?;
                self.verified = true;
                Ok(StatusWord::SUCCESS)
            }
            (0xFF, []) => {
                self.verified = false;
                Ok(StatusWord::SUCCESS)
            }
            (0xFF, _) => Err(StatusWord::WRONG_LENGTH),
            _ => Err(StatusWord::INCORRECT_P1_P2),
        }
    }

    /// ISO/IEC 7816-4:2013, 11.5.7.
    pub(super) fn change(&mut self, request: &Request<'_>) -> Result<StatusWord, StatusWord> {
        let data = request.data()?;
        let new = match request.p1 {
            0x00 => {
                let (old, new) = data
                    .split_at_checked(self.pin.value.len())
                    .ok_or(StatusWord::WRONG_LENGTH)?;
                let new = of_pin_length(new)?;
                self.verified = false;
                self.pin.check(old)?;
                self.verified = true;
                new
            }
            0x01 if !self.verified => return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED),
            0x01 => of_pin_length(data)?,
            _ => return Err(StatusWord::INCORRECT_P1_P2),
        };
        self.pin.value = new.to_vec();
        Ok(StatusWord::SUCCESS)
    }

    /// ISO/IEC 7816-4:2013, 11.5.10.
    pub(super) fn reset_retry_counter(&mut self, request: &Request<'_>) -> Result<StatusWord, StatusWord> {
        let (said, new) = match request.p1 {
            0x00 => {
                let (said, new) = request
                    .data()?
                    .split_at_checked(self.puk.value.len())
                    .ok_or(StatusWord::WRONG_LENGTH)?;
                (said, Some(of_pin_length(new)?))
            }
            0x01 if request.data.len() != self.puk.value.len() => return Err(StatusWord::WRONG_LENGTH),
            0x01 => (request.data, None),
            _ => return Err(StatusWord::INCORRECT_P1_P2),
        };
        self.puk.check(said)?;
        if let Some(new) = new {
            self.pin.value = new.to_vec();
        }
        self.pin.tries_left = self.pin.tries;
        self.verified = false;
        Ok(StatusWord::SUCCESS)
    }
}

fn of_pin_length(pin: &[u8]) -> Result<&[u8], StatusWord> {
    if (SHORTEST..=LONGEST).contains(&pin.len()) {
        Ok(pin)
    } else {
        Err(StatusWord::WRONG_LENGTH)
    }
}
