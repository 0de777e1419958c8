//! The simulator on a socket.

use super::client::Client;
use super::simulated::Simulated;
use super::{Service, wait_for, wait_for_answer, wait_for_mute};
use pcsc_sim::{Card, serve};
use private_pcscd::Vacancy;
use std::marker::PhantomData;

pub(crate) struct Served<C> {
    provider: pcsc_sys::Provider,
    _served: serve::Served,
    simulated: Simulated,
    _vacancy: Vacancy,
    client: PhantomData<C>,
}

impl<C: Client> Service for Served<C> {
    const CANCELS_TRANSACTIONS: bool = C::CANCELS_TRANSACTIONS;

    fn start(readers: usize) -> Served<C> {
        let vacancy = Vacancy::take().unwrap();
        let simulated = Simulated::start(readers);
        let served = simulated.simulator.serve(Vacancy::SOCKET).unwrap();
        let provider = C::provider(vacancy.client_library());
        Served {
            provider,
            _served: served,
            simulated,
            _vacancy: vacancy,
            client: PhantomData,
        }
    }

    fn provider(&self) -> pcsc_sys::Provider {
        self.provider
    }

    fn reader(&self, reader: usize) -> String {
        self.simulated.reader(reader)
    }

    fn put(&mut self, reader: usize, card: impl Card + 'static) {
        self.simulated.put(reader, card);
    }

    fn insert_mute(&mut self, reader: usize) {
        self.simulated.insert_mute(reader);
        wait_for_mute(self.provider.functions(), &self.reader(reader));
    }

    fn remove(&mut self, reader: usize) {
        self.simulated.remove(reader);
        wait_for(self.provider.functions(), &self.reader(reader), false);
    }

    fn set_available(&mut self, reader: usize, available: bool) {
        self.simulated.set_available(reader, available);
        wait_for_answer(self.provider.functions(), &self.reader(reader), available);
    }

    fn set_features(&mut self, reader: usize, features: &[(u8, u32)]) {
        self.simulated.set_features(reader, features);
    }

    fn set_control(&mut self, reader: usize, code: u32, answer: &[u8]) {
        self.simulated.set_control(reader, code, answer);
    }

    fn set_attribute(&mut self, reader: usize, attribute: u32, value: &[u8]) {
        self.simulated.set_attribute(reader, attribute, value);
    }

    fn kill(&mut self) {
        self.simulated.kill();
    }

    fn restart(&mut self) {
        self.simulated.restart();
    }
}
