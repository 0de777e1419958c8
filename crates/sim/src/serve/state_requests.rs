//! What a program may ask of the readers, and that it be told of changes.

use super::requests::{Program, put};
use super::states::states;
use super::waiting::{FOR_EVENTS, FOR_STATES, Waiting};
use pcsclite_wire::{READERS, ReaderState, Version, message};
use std::time::Duration;

impl Program<'_> {
    /// The states in one piece, as up to 4:5.
    pub(super) fn all_states(&mut self) {
        let states = states(&self.programs.world);
        self.say_states(&states, READERS);
    }

    pub(super) fn wait(&mut self) {
        let states = states(&self.programs.world);
        if self.version < Version::ANY_NUMBER_OF_READERS {
            self.say_states(&states, READERS);
        }
        let time = match self.version {
            Version::ANY_NUMBER_OF_READERS => FOR_STATES,
            Version::COUNTS_READERS => FOR_EVENTS,
            _ => Duration::ZERO,
        };
        self.client.change(|waiting| waiting.begin(states, time));
    }

    pub(super) fn stop(&mut self) {
        if self.client.change(Waiting::stop) {
            self.say(&message::Wait::default());
        }
    }

    pub(super) fn events(&mut self) {
        /// From 1 on, and not negative in 16 bits.
        const MOST: u16 = 0x7FFF;
        let changes = self.programs.world.reader_changes();
        self.say(&message::ReaderEvents {
            events: u32::from(changes % MOST) + 1,
            code: 0,
        });
        self.client.change(Waiting::asked_all);
    }

    pub(super) fn size(&mut self) {
        let readers = self.programs.world.reader_count();
        let states = self.programs.number_of_states(readers);
        self.states = Some(states);
        self.say(&message::Size {
            readers: states as u32,
        });
    }

    pub(super) fn array(&mut self) {
        let mut states = states(&self.programs.world);
        let number = self
            .states
            .unwrap_or_else(|| self.programs.number_of_states(states.len()));
        self.say_states(&states, number);
        // A reader more than the program has asked for is a change to it.
        states.truncate(number);
        self.client.change(|waiting| waiting.told(states));
    }

    /// Appends so many states; where there are fewer readers, the others are empty.
    fn say_states(&mut self, states: &[ReaderState], number: usize) {
        let none = ReaderState::default();
        for state in states.iter().chain(std::iter::repeat(&none)).take(number) {
            put(&mut self.output, state);
        }
    }
}
