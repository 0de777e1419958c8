//! The card for the PIV-like library: the demonstration card with a certificate and a key, and a log of its commands.

use crate::piv::{BLOCK, cryptogram};
use pcsc_session::Command;
use pcsc_session::iso7816::class::Class;
use pcsc_session::iso7816::command::Form;
use pcsc_sim::{Card, DemoCard};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

pub(crate) const KEY: [u8; BLOCK] = *b"open it!";
pub(crate) const KEY_REFERENCE: u8 = 0x9B;
/// Where the certificate is.
pub(crate) const CERTIFICATE: u16 = DemoCard::LONG_DATA_OBJECT;

/// The commands that a card was sent; clones are of the same card.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Vec<u8>>>>);

impl Log {
    /// The commands since this was last asked.
    pub(crate) fn take(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

pub(crate) struct PivCard {
    demo: DemoCard,
    log: Log,
    /// The challenge that waits for its answer on each channel.
    challenges: BTreeMap<u8, Vec<u8>>,
}

impl PivCard {
    /// With T=1.
    pub(crate) fn new() -> PivCard {
        let mut demo = DemoCard::new();
        for command in [
            Command::select_aid(DemoCard::AID).with_ne(0),
            Command::put_data(CERTIFICATE, &certificate_object()),
        ] {
            let mut answer = Vec::new();
            demo.transmit(&command.encode(Form::Extended).unwrap(), &mut answer);
            assert_eq!(answer, [0x90, 0x00], "{command}");
        }
        PivCard {
            demo,
            log: Log::default(),
            challenges: BTreeMap::new(),
        }
    }

    pub(crate) fn t0(self) -> PivCard {
        PivCard {
            demo: self.demo.t0(),
            ..self
        }
    }

    pub(crate) fn log(&self) -> Log {
        self.log.clone()
    }

    /// EXTERNAL AUTHENTICATE: the answer to the last challenge of the same channel, which serves once.
    fn external_authenticate(&mut self, channel: u8, body: &[u8]) -> [u8; 2] {
        let Some(challenge) = self.challenges.remove(&channel) else {
            return [0x69, 0x85];
        };
        match body {
            [lc, answer @ ..] if usize::from(*lc) == BLOCK && cryptogram(&challenge, &KEY) == answer => {
                [0x90, 0x00]
            }
            _ => [0x63, 0x00],
        }
    }
}

impl Card for PivCard {
    fn atr(&self) -> &[u8] {
        self.demo.atr()
    }

    fn transmit(&mut self, command: &[u8], response: &mut Vec<u8>) {
        self.log.0.lock().unwrap().push(command.to_vec());
        let channel = Class::new(command[0]).channel().unwrap();
        match command {
            [_, 0x82, 0x00, KEY_REFERENCE, body @ ..] => {
                response.extend(self.external_authenticate(channel, body));
            }
            [_, 0x84, ..] => {
                self.demo.transmit(command, response);
                let challenge = response[..response.len() - 2].to_vec();
                self.challenges.insert(channel, challenge);
            }
            _ => self.demo.transmit(command, response),
        }
    }

    fn reset(&mut self) {
        self.challenges.clear();
        self.demo.reset();
    }
}

/// The certificate's bytes: more than two answers of the short form carry.
pub(crate) fn certificate() -> Vec<u8> {
    (0..600_u16).map(|number| (number % 251) as u8).collect()
}

/// The data object that holds the certificate, as PIV has it.
fn certificate_object() -> Vec<u8> {
    let certificate = certificate();
    let mut content = vec![0x70, 0x82];
    content.extend((certificate.len() as u16).to_be_bytes());
    content.extend(certificate);
    content.extend([0x71, 0x01, 0x00, 0xFE, 0x00]);
    let mut object = vec![0x53, 0x82];
    object.extend((content.len() as u16).to_be_bytes());
    object.extend(content);
    object
}
