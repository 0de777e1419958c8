//! A real, private pcscd.

use super::client::Client;
use super::{ECHO, Service, events, has_card, is_empty, wait, wait_for, wait_for_answer, wait_for_mute};
use pcsc_sim::{Card, vpcd::Inserted};
use private_pcscd::{Driver, Pcscd};

const _: () = assert!(ECHO == Pcscd::ECHO);

pub(crate) struct Real<C> {
    provider: pcsc_sys::Provider,
    cards: Vec<Option<Inserted<Box<dyn Card>>>>,
    pcscd: Pcscd,
    client: std::marker::PhantomData<C>,
}

#[cfg(any(feature = "load", feature = "link"))]
impl Real<super::client::Library> {
    /// Has cards in a reader answer no more when they are powered or reset.
    pub(crate) fn set_mute(&self, reader: usize, mute: bool) {
        self.pcscd.set_mute(reader, mute).unwrap();
    }
}

impl<C: Client> Service for Real<C> {
    const CANCELS_TRANSACTIONS: bool = C::CANCELS_TRANSACTIONS;

    fn start(readers: usize) -> Real<C> {
        let pcscd = Pcscd::start_with(readers, Driver::Prompt).unwrap();
        let provider = C::provider(pcscd.client_library());
        let cards = pcscd.reader_names().iter().map(|_| None).collect();
        Real {
            provider,
            cards,
            pcscd,
            client: std::marker::PhantomData,
        }
    }

    fn provider(&self) -> pcsc_sys::Provider {
        self.provider
    }

    fn reader(&self, reader: usize) -> String {
        self.pcscd.reader_names()[reader].clone()
    }

    fn put(&mut self, reader: usize, card: impl Card + 'static) {
        let card: Box<dyn Card> = Box::new(card);
        self.cards[reader] = Some(self.pcscd.insert(reader, card).unwrap());
    }

    /// Into an empty reader.
    ///
    /// pcscd shows a card a moment before it notes that the card has power but no user. A connection in between is forgotten,
    /// and its card loses the power soon. What is changed after that is the number of events.
    fn insert(&mut self, reader: usize, card: impl Card + 'static) {
        let (functions, name) = (self.provider.functions(), self.reader(reader));
        let before = events(wait(functions, &name, is_empty));
        self.put(reader, card);
        wait(functions, &name, |state| {
            has_card(state) && events(state.dwEventState) != before
        });
    }

    fn insert_mute(&mut self, reader: usize) {
        self.pcscd.set_mute(reader, true).unwrap();
        let card: Box<dyn Card> = Box::new(pcsc_sim::FnCard::new([0x3B, 0x00], |_, _| {}));
        self.cards[reader] = Some(self.pcscd.insert(reader, card).unwrap());
        wait_for_mute(self.provider.functions(), &self.reader(reader));
        self.pcscd.set_mute(reader, false).unwrap();
    }

    fn remove(&mut self, reader: usize) {
        self.cards[reader].take().unwrap().remove().unwrap();
        self.pcscd.notify(reader).unwrap();
        wait_for(self.provider.functions(), &self.reader(reader), false);
    }

    fn set_available(&mut self, reader: usize, available: bool) {
        self.pcscd.set_available(reader, available).unwrap();
        wait_for_answer(self.provider.functions(), &self.reader(reader), available);
    }

    fn set_features(&mut self, reader: usize, features: &[(u8, u32)]) {
        self.pcscd.set_features(reader, features).unwrap();
    }

    fn set_control(&mut self, reader: usize, code: u32, answer: &[u8]) {
        self.pcscd.set_control(reader, code, answer).unwrap();
    }

    fn set_attribute(&mut self, reader: usize, attribute: u32, value: &[u8]) {
        self.pcscd.set_attribute(reader, attribute, value).unwrap();
    }

    fn kill(&mut self) {
        self.pcscd.kill().unwrap();
    }

    fn restart(&mut self) {
        self.cards.iter_mut().for_each(|card| *card = None);
        self.pcscd.restart().unwrap();
    }
}
