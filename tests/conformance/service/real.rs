//! A real, private pcscd.

use super::client::Client;
use super::{ECHO, Service, has_card, is_empty, wait, wait_for, wait_for_answer, wait_for_mute};
use pcsc_sim::{Card, vpcd::Inserted};
use pcsc_sys::{DWORD, SCARD_READERSTATE};
use private_pcscd::{Driver, Pcscd};

const _: () = assert!(ECHO == Pcscd::ECHO);

pub(crate) struct Real<C> {
    provider: pcsc_sys::Provider,
    cards: Vec<Option<Inserted<Box<dyn Card>>>>,
    pcscd: Pcscd,
    /// Each reader's number of cards that came and went, from before it did not answer.
    events_before_silence: Vec<DWORD>,
    client: std::marker::PhantomData<C>,
}

#[cfg(any(feature = "load", feature = "link"))]
impl Real<super::client::Library> {
    /// Has cards in a reader answer no more when they are powered or reset.
    pub(crate) fn set_mute(&self, reader: usize, mute: bool) {
        self.pcscd.set_mute(reader, mute).unwrap();
    }
}

impl<C: Client> Real<C> {
    /// Waits until a reader's state is such a one; returns the number of cards that came and went.
    fn events(&self, reader: usize, is_awaited: fn(&SCARD_READERSTATE) -> bool) -> DWORD {
        wait(self.provider.functions(), &self.reader(reader), is_awaited) >> 16
    }

    /// Waits until the service has done with a card what it does with one that comes.
    ///
    /// pcscd shows a card a moment before it notes that the card has power but no user. A connection in between is forgotten,
    /// and its card loses the power soon. What is changed after that is the number of events; who waits with 0 for one is not
    /// woken by it, and sees it when the time is over.
    fn wait_for_card(&self, reader: usize, events_before: DWORD) {
        let is_done =
            |state: &SCARD_READERSTATE| has_card(state) && state.dwEventState >> 16 != events_before;
        wait(self.provider.functions(), &self.reader(reader), is_done);
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
            events_before_silence: vec![0; pcscd.reader_names().len()],
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

    fn insert(&mut self, reader: usize, card: impl Card + 'static) {
        let before = self.events(reader, is_empty);
        self.put(reader, card);
        self.wait_for_card(reader, before);
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
        if available {
            self.pcscd.set_available(reader, true).unwrap();
            self.wait_for_card(reader, self.events_before_silence[reader]);
        } else {
            // A silent reader tells no number.
            self.events_before_silence[reader] = self.events(reader, has_card);
            self.pcscd.set_available(reader, false).unwrap();
            wait_for_answer(self.provider.functions(), &self.reader(reader), false);
        }
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
