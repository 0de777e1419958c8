//! The readers of a configuration that runs, and what happens to them.

use super::card::CardConfig;
use super::reader::Action;
use super::{Config, ServiceAction};
use crate::card::Card;
use crate::reader::Reader;
use crate::service::lock::lock;
use crate::simulator::Simulator;
use std::sync::Mutex;

/// What happens, and to which of the readers.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Service(ServiceAction),
    Reader(usize, Action, Option<Box<CardConfig>>),
}

/// A simulator and its readers.
///
/// The lock of the readers comes before all of the simulator's: cards are made and reset with it.
#[derive(Debug)]
pub(super) struct Slots {
    pub(super) simulator: Simulator,
    slots: Mutex<Vec<Slot>>,
}

/// A reader, there or not.
#[derive(Debug)]
struct Slot {
    name: String,
    reader: Reader,
    is_plugged: bool,
    /// The card that is in the reader; `None` where there is none.
    card: Option<CardConfig>,
    /// That card, where it was inserted while the reader was not there.
    waiting: Option<Waiting>,
}

/// A card that waits for its reader.
struct Waiting(Box<dyn Card>);

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waiting")
    }
}

impl Slots {
    /// Plugs the readers of a configuration in.
    pub(super) fn start(config: &Config) -> Self {
        let simulator = Simulator::new();
        simulator.set_power_off_after(config.power_off_after());
        let plugged = config.plug_into(&simulator);
        let slots = config.readers.iter().zip(plugged);
        let slots = slots.map(|(config, reader)| Slot {
            name: config.name.as_ref().clone(),
            reader,
            is_plugged: config.is_plugged(),
            card: config
                .card
                .as_ref()
                .map(|card| card.as_ref().clone())
                .filter(CardConfig::is_one),
            waiting: None,
        });
        Self {
            slots: Mutex::new(slots.collect()),
            simulator,
        }
    }

    /// The place of a reader, by its name.
    #[cfg(unix)]
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        lock(&self.slots).iter().position(|slot| slot.name == name)
    }

    /// Lets something happen; fails with what is in its way.
    pub(super) fn happen(&self, change: Change) -> Result<(), &'static str> {
        match change {
            Change::Service(ServiceAction::Stop) => self.simulator.stop_service(),
            Change::Service(ServiceAction::Start) => self.simulator.start_service(),
            Change::Reader(place, action, card) => match lock(&self.slots).get_mut(place) {
                Some(slot) => return slot.happen(action, card.map(|card| *card)),
                None => return Err("there is no such reader"),
            },
        }
        Ok(())
    }
}

impl Slot {
    fn happen(&mut self, action: Action, card: Option<CardConfig>) -> Result<(), &'static str> {
        const EMPTY: &str = "there is no card in the reader";
        match action {
            Action::Insert => self.put(card),
            Action::Mute => self.put(Some(CardConfig::MUTE)),
            // Another card of the same kind, where no other is described.
            Action::Swap => match (card, self.card.take()) {
                (_, None) => return Err(EMPTY),
                (card, before) => self.put(card.or(before)),
            },
            Action::Remove => {
                if self.card.is_none() {
                    return Err(EMPTY);
                }
                self.put(None);
            }
            Action::PowerOff => {
                if !self.reader.power_off() {
                    return Err("a program is connected to the card");
                }
            }
            Action::Unplug => {
                self.reader.unplug();
                self.is_plugged = false;
            }
            Action::Plug => {
                self.reader = self.reader.replug();
                self.is_plugged = true;
                if let Some(Waiting(card)) = self.waiting.take() {
                    self.reader.insert(card);
                }
            }
        }
        Ok(())
    }

    /// Puts a card into the reader, in the place of the one that is there; takes that out where there is none to put.
    fn put(&mut self, card: Option<CardConfig>) {
        self.card = card.filter(CardConfig::is_one);
        match self.card.as_ref().and_then(CardConfig::make) {
            Some(card) if self.is_plugged => self.reader.insert(card),
            // The service knows no reader that is not there, nor what is done with it.
            card => {
                drop(self.reader.remove());
                self.waiting = card.map(Waiting);
            }
        }
    }
}
