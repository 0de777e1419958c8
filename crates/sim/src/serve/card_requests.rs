//! What a program may ask of a card that it is connected to.

use super::requests::{Program, code, give_back, number};
use crate::service::attempt::Attempt;
use crate::service::code::Code;
use crate::service::connecting::{self, Request};
use crate::service::transmit::{Exchange, Failed, try_transmit};
use crate::service::{attribute, control, disconnecting, status, transaction};
use pcsc_sys::arguments::Room;
use pcsc_sys::{
    SCARD_E_INSUFFICIENT_BUFFER, SCARD_E_SHARING_VIOLATION, SCARD_PROTOCOL_UNDEFINED, SCARD_S_SUCCESS,
};
use pcsclite_wire::MAX_EXTENDED;
use pcsclite_wire::message::{self, Message};
use std::time::Duration;

/// How long pcscd waits before it refuses to begin a transaction, so that the program does not ask at once again.
const POLL_RATE: Duration = Duration::from_millis(100);

impl Program<'_> {
    pub(super) fn reconnect(&mut self) -> Option<()> {
        let mut asked: message::Reconnect = self.asked()?;
        let card = self.card(asked.card)?;
        let request = Request {
            share_mode: asked.share_mode.into(),
            protocols: asked.preferred_protocols.into(),
        };
        // The library asks again, and pcscd resets the card each time.
        let mut was_reset = false;
        let initialization = asked.initialization.into();
        let reconnected = refused(
            card.attempt_once(|| connecting::reconnect_once(&card, request, initialization, &mut was_reset)),
        );
        asked.active_protocol = *reconnected.as_ref().unwrap_or(&SCARD_PROTOCOL_UNDEFINED) as u32;
        asked.code = code(reconnected);
        self.say(&asked);
        Some(())
    }

    pub(super) fn disconnect(&mut self) -> Option<()> {
        let mut asked: message::Disconnect = self.asked()?;
        let card = self.card(asked.card)?;
        let disconnected = disconnecting::disconnect(&card, asked.disposition.into());
        if disconnected.is_ok() {
            self.cards.retain(|(number, _)| *number != asked.card);
            give_back(&self.programs.numbers, asked.card);
        }
        asked.code = code(disconnected);
        self.say(&asked);
        Some(())
    }

    pub(super) fn begin(&mut self) -> Option<()> {
        let mut asked: message::BeginTransaction = self.asked()?;
        let card = self.card(asked.card)?;
        let once = || card.attempt_once(|| transaction::begin_once(&card));
        let mut begun = once();
        if let Ok(Attempt::Later(state)) = begun {
            drop(card.reader.wait_for(state, POLL_RATE));
            begun = once();
        }
        asked.code = code(refused(begun));
        self.say(&asked);
        Some(())
    }

    pub(super) fn end(&mut self) -> Option<()> {
        let mut asked: message::EndTransaction = self.asked()?;
        let card = self.card(asked.card)?;
        asked.code = code(transaction::end(&card, asked.disposition.into()));
        self.say(&asked);
        Some(())
    }

    pub(super) fn status(&mut self) -> Option<()> {
        let mut asked: message::Status = self.asked()?;
        let card = self.card(asked.card)?;
        asked.code = code(refused(card.attempt_once(|| status::status_once(&card))));
        self.say(&asked);
        Some(())
    }

    pub(super) fn transmit(&mut self) -> Option<()> {
        let mut asked: message::Transmit = self.asked()?;
        let card = self.card(asked.card)?;
        self.read_input(asked.sent()?)?;
        let begin = message::Transmit::LEN;
        let room = bounded(asked.receive_length);
        self.output.resize(begin + room, 0);
        let mut exchange = Exchange {
            protocol: asked.send_protocol.into(),
            command: Some(&self.input),
            room: Room::from(self.output.get_mut(begin..)?),
            instead: None,
        };
        let transmitted = try_transmit(&card, &mut exchange);
        let (len, code) = match transmitted {
            None => (0, SCARD_E_SHARING_VIOLATION),
            Some(Ok((len, protocol))) => {
                asked.receive_protocol = protocol as u32;
                (len, SCARD_S_SUCCESS)
            }
            Some(Err(Failed::Refused(code, len))) => (len, code),
            Some(Err(Failed::Unanswered(code))) => (0, code),
        };
        asked.receive_length = len as u32;
        asked.code = number(code);
        self.output
            .truncate(begin + if code == SCARD_S_SUCCESS { len } else { 0 });
        asked.encode_into(&mut self.output);
        Some(())
    }

    pub(super) fn control(&mut self) -> Option<()> {
        let mut asked: message::Control = self.asked()?;
        let card = self.card(asked.card)?;
        self.read_input(asked.sent()?)?;
        let answer = control::control(&card, asked.control_code.into(), Some(&self.input), None);
        asked.returned = answer.as_ref().map_or(0, |answer| answer.len() as u32);
        let answer = answer.and_then(|answer| {
            if answer.len() <= bounded(asked.receive_length) {
                Ok(answer)
            } else {
                Err(SCARD_E_INSUFFICIENT_BUFFER)
            }
        });
        asked.code = code(answer.as_ref().map_err(|code| *code));
        self.say(&asked);
        self.output.extend_from_slice(&answer.unwrap_or_default());
        Some(())
    }

    /// Reads what follows a message, in its place.
    fn read_input(&mut self, len: usize) -> Option<()> {
        self.input.clear();
        self.input.resize(len, 0);
        self.client.read(&mut self.input)
    }

    pub(super) fn get_attribute(&mut self) -> Option<()> {
        let mut asked: message::Attribute = self.asked()?;
        let card = self.card(asked.card)?;
        let room = asked.bytes()?.len();
        let got = attribute::get(&card, asked.attribute.into(), room).and_then(|value| {
            if value.len() > room {
                return Err(SCARD_E_INSUFFICIENT_BUFFER);
            }
            let len = value.len() as u32;
            let value = message::AttributeValue::new(&value).ok_or(SCARD_E_INSUFFICIENT_BUFFER)?;
            Ok((len, value))
        });
        if let Ok((len, value)) = got {
            (asked.length, asked.value) = (len, value);
        }
        asked.code = code(got);
        self.say(&asked);
        Some(())
    }

    pub(super) fn set_attribute(&mut self) -> Option<()> {
        let mut asked: message::Attribute = self.asked()?;
        let card = self.card(asked.card)?;
        let value = asked.bytes()?;
        asked.code = code(attribute::set(&card, asked.attribute.into(), Some(value)));
        self.say(&asked);
        Some(())
    }
}

/// Room for an answer: no more than there can be of it.
fn bounded(length: u32) -> usize {
    (length as usize).min(MAX_EXTENDED)
}

/// What pcscd says where a transaction is in the way.
fn refused<T>(attempt: Result<Attempt<'_, T>, Code>) -> Result<T, Code> {
    match attempt? {
        Attempt::Done(done) => Ok(done),
        Attempt::Later(_) => Err(SCARD_E_SHARING_VIOLATION),
    }
}
