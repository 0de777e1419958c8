//! The connections to cards that a program has over one conversation, and the resets that they bring.

use super::tape::Tape;
use pcsc_session::Code;
use pcsclite_wire::message;
use std::collections::HashMap;
use std::time::SystemTime;

/// `SCARD_RESET_CARD` and `SCARD_UNPOWER_CARD`, the dispositions that a card does not keep its state through; one that is ejected
/// is out of the reader.
const RESET: u32 = 1;
const UNPOWER: u32 = 2;

/// `SCARD_SHARE_EXCLUSIVE` and `SCARD_SHARE_DIRECT`.
const EXCLUSIVE: u32 = 1;
const DIRECT: u32 = 3;

/// The connections, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Cards(HashMap<i32, Card>);

/// A connection to a reader's card.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) reader: String,
    /// Its last command has carried a secret.
    pub(super) is_secret: bool,
    is_exclusive: bool,
    /// How often it has the card for itself: by transactions, and by being exclusive.
    locks: u32,
    /// How many resets there were when the program was connected.
    resets: u64,
    /// The program was told that the card was reset, or that it is not there any more.
    is_past: bool,
}

impl Cards {
    pub(super) fn get_mut(&mut self, number: i32) -> Option<&mut Card> {
        self.0.get_mut(&number)
    }

    /// Notes a connection; a card without power gets it.
    pub(super) fn connect(
        &mut self,
        reader: String,
        answer: &message::Connect,
        time: SystemTime,
        tape: &mut Tape,
    ) {
        if answer.code != 0 {
            return;
        }
        if answer.share_mode != DIRECT {
            tape.power_up(&reader, time);
        }
        let is_exclusive = answer.share_mode == EXCLUSIVE;
        let card = Card {
            resets: tape.resets(&reader),
            reader,
            is_secret: false,
            is_exclusive,
            locks: u32::from(is_exclusive),
            is_past: false,
        };
        self.0.insert(answer.card, card);
    }

    pub(super) fn reconnect(&mut self, answer: &message::Reconnect, time: SystemTime, tape: &mut Tape) {
        let Some(card) = self.0.get_mut(&answer.card) else {
            return;
        };
        let resets = [RESET, UNPOWER].contains(&answer.initialization);
        match Code(answer.code) {
            Code::SUCCESS => {
                if resets {
                    tape.reset(&card.reader, time);
                }
                let is_exclusive = answer.share_mode == EXCLUSIVE;
                match (card.is_exclusive, is_exclusive) {
                    (false, true) => card.locks += 1,
                    (true, false) => card.locks = card.locks.saturating_sub(1),
                    _ => {}
                }
                card.is_exclusive = is_exclusive;
                card.resets = tape.resets(&card.reader);
                card.is_past = false;
            }
            // What is refused after the reset.
            Code::PROTO_MISMATCH if resets => tape.reset(&card.reader, time),
            // There is no answer to reset now.
            Code::UNRESPONSIVE_CARD | Code::NO_SMARTCARD if resets => tape.forget(&card.reader),
            _ => {}
        }
    }

    pub(super) fn disconnect(&mut self, answer: &message::Disconnect, time: SystemTime, tape: &mut Tape) {
        if answer.code != 0 {
            return;
        }
        if let Some(card) = self.0.remove(&answer.card) {
            match answer.disposition {
                RESET => tape.reset(&card.reader, time),
                UNPOWER => tape.power_down(&card.reader),
                _ => {}
            }
        }
    }

    pub(super) fn begin(&mut self, answer: &message::BeginTransaction, time: SystemTime, tape: &mut Tape) {
        self.hear(answer.card, answer.code, time, tape);
        if let Some(card) = self.0.get_mut(&answer.card).filter(|_| answer.code == 0) {
            card.locks += 1;
        }
    }

    pub(super) fn end(&mut self, answer: &message::EndTransaction, time: SystemTime, tape: &mut Tape) {
        self.hear(answer.card, answer.code, time, tape);
        // What else fails is what was to be done to the card: the transaction has ended.
        if Code(answer.code) == Code::SHARING_VIOLATION {
            return;
        }
        if let Some(card) = self.0.get_mut(&answer.card) {
            card.locks = card.locks.saturating_sub(1);
            match (answer.disposition, answer.code) {
                (RESET | UNPOWER, 0) => tape.reset(&card.reader, time),
                (RESET | UNPOWER, _) if !card.is_past => tape.forget(&card.reader),
                _ => {}
            }
        }
    }

    /// Hears a code: one says that the card was reset, which this recording may not know of yet.
    pub(super) fn hear(&mut self, number: i32, answered: u32, time: SystemTime, tape: &mut Tape) {
        let Some(card) = self.0.get_mut(&number).filter(|card| !card.is_past) else {
            return;
        };
        let answered = Code(answered);
        if answered == Code::RESET_CARD && card.resets == tape.resets(&card.reader) {
            tape.reset(&card.reader, time);
        }
        card.is_past = [Code::RESET_CARD, Code::REMOVED_CARD].contains(&answered);
    }

    /// Ends all, with their context: the service resets the cards that one of them has for itself.
    pub(super) fn release(&mut self, time: SystemTime, tape: &mut Tape) {
        for (_, card) in self.0.drain() {
            let is_same = !card.is_past && card.resets == tape.resets(&card.reader);
            if card.locks > 0 && is_same {
                tape.reset(&card.reader, time);
            }
        }
    }

    /// Notes that the service may have ended, which takes the cards' power.
    pub(super) fn lose_service(&self, tape: &mut Tape) {
        self.0.values().for_each(|card| tape.power_down(&card.reader));
    }
}
