//! The simulator.

use super::{ECHO, Service, wait_for, wait_for_answer, wait_for_mute};
use pcsc_sim::{Card, Reader, Simulator};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// The answers of readers to control codes.
type Controls = Arc<Mutex<HashMap<(usize, u32), Vec<u8>>>>;

pub(crate) struct Simulated {
    pub(super) simulator: Simulator,
    readers: Vec<Reader>,
    controls: Controls,
}

fn answer_controls(reader: &Reader, index: usize, controls: Controls) {
    reader.on_control(move |code, input, output| {
        let controls = controls.lock().unwrap();
        match controls.get(&(index, code)) {
            Some(answer) => output.extend(answer),
            None if code == ECHO => output.extend(input),
            None => return Err(pcsc_sys::SCARD_E_UNSUPPORTED_FEATURE),
        }
        Ok(())
    });
}

impl Service for Simulated {
    fn start(readers: usize) -> Simulated {
        let simulator = Simulator::new();
        // The virtual reader's names, two slots each.
        let name = |reader: usize| format!("Virtual {} 00 0{}", reader / 2, reader % 2);
        let readers: Vec<Reader> = (0..readers.next_multiple_of(2))
            .map(|reader| simulator.add_reader(name(reader)))
            .collect();
        let controls = Controls::default();
        for (index, reader) in readers.iter().enumerate() {
            answer_controls(reader, index, Arc::clone(&controls));
        }
        Simulated {
            simulator,
            readers,
            controls,
        }
    }

    fn provider(&self) -> pcsc_sys::Provider {
        self.simulator.provider()
    }

    fn reader(&self, reader: usize) -> String {
        self.readers[reader].name().to_owned()
    }

    fn put(&mut self, reader: usize, card: impl Card + 'static) {
        self.readers[reader].insert(card);
    }

    fn insert_mute(&mut self, reader: usize) {
        self.readers[reader].insert(pcsc_sim::FnCard::new([], |_, _| {}));
        wait_for_mute(self.provider().functions(), &self.reader(reader));
    }

    fn remove(&mut self, reader: usize) {
        self.readers[reader].remove().unwrap();
        wait_for(self.provider().functions(), &self.reader(reader), false);
    }

    fn set_available(&mut self, reader: usize, available: bool) {
        self.readers[reader].set_available(available);
        wait_for_answer(self.provider().functions(), &self.reader(reader), available);
    }

    fn set_features(&mut self, reader: usize, features: &[(u8, u32)]) {
        self.readers[reader].set_features(features);
    }

    fn set_control(&mut self, reader: usize, code: u32, answer: &[u8]) {
        let answer = answer.to_vec();
        self.controls.lock().unwrap().insert((reader, code), answer);
    }

    fn set_attribute(&mut self, reader: usize, attribute: u32, value: &[u8]) {
        self.readers[reader].set_attribute(attribute, value);
    }

    fn kill(&mut self) {
        self.simulator.stop_service();
    }

    fn restart(&mut self) {
        // Before anybody can meet them again.
        self.readers.iter().for_each(|reader| drop(reader.remove()));
        self.simulator.start_service();
    }
}
