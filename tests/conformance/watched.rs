//! A card that a test can ask afterwards, and sessions with it.

use crate::service::Service;
use pcsc_session::Session;
use pcsc_sim::{Card, DemoCard, FnCard};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

/// A card in a reader, of which the test keeps hold: what it was sent, and how it is now.
pub(crate) struct Watched<C>(Arc<Mutex<Seen<C>>>);

struct Seen<C> {
    card: C,
    commands: Vec<Vec<u8>>,
}

impl<C: Card> Watched<C> {
    pub(crate) fn new(card: C) -> Watched<C> {
        let commands = Vec::new();
        Watched(Arc::new(Mutex::new(Seen { card, commands })))
    }

    fn seen(&self) -> MutexGuard<'_, Seen<C>> {
        self.0.lock().unwrap()
    }

    /// What the card was sent since this was last asked.
    pub(crate) fn commands(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.seen().commands)
    }

    /// Looks at the card as it is now.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&C) -> T) -> T {
        look(&self.seen().card)
    }
}

/// The reader's side of a watched card.
struct Plugged<C> {
    atr: Vec<u8>,
    watched: Watched<C>,
}

impl<C: Card> Card for Plugged<C> {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transmit(&mut self, command: &[u8], response: &mut Vec<u8>) {
        let mut seen = self.watched.seen();
        seen.commands.push(command.to_vec());
        seen.card.transmit(command, response);
    }

    fn reset(&mut self) {
        self.watched.seen().card.reset();
    }
}

/// Puts a card into the first reader, opens a session, runs this and takes the card out.
pub(crate) fn with_card<S: Service, C: Card + 'static>(
    service: &mut S,
    card: C,
    run: impl FnOnce(&mut Session, &Watched<C>),
) {
    let atr = card.atr().to_vec();
    let watched = Watched::new(card);
    let plugged = Plugged {
        atr,
        watched: Watched(Arc::clone(&watched.0)),
    };
    service.insert(0, plugged);
    let mut session = service.open(0);
    run(&mut session, &watched);
    drop(session);
    service.remove(0);
}

/// The answer to reset of a demonstration card.
pub(crate) fn atr_of(card: &DemoCard) -> Vec<u8> {
    card.atr().to_vec()
}

/// A card with this ATR whose answer is what this function makes of the command.
pub(crate) fn answering(
    atr: &[u8],
    mut answer: impl FnMut(&[u8]) -> Vec<u8> + Send + 'static,
) -> Box<dyn Card> {
    let transmit = move |command: &[u8], response: &mut Vec<u8>| response.extend(answer(command));
    Box::new(FnCard::new(atr, transmit))
}

/// A card with this ATR that gives these answers in turn, then 6F00.
pub(crate) fn scripted(atr: &[u8], answers: &[&[u8]]) -> Box<dyn Card> {
    let mut answers: VecDeque<Vec<u8>> = answers.iter().map(|answer| answer.to_vec()).collect();
    answering(atr, move |_| answers.pop_front().unwrap_or(vec![0x6F, 0x00]))
}
