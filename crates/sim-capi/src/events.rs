//! What happens to readers while the program runs: one thread that sleeps until the next event.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use pcsc_sim::{Card, Reader, Simulator};

use crate::config::{Config, ServiceAction};
use crate::quiet_thread;
use crate::reader::{Action, Event};

/// What happens, and to which of the readers.
enum Happening {
    Service(ServiceAction),
    Reader(usize, Box<Event>),
}

/// Lets the events of the service and of these readers happen, each at its time from now; without any there is no thread.
pub(crate) fn serve(config: &Config, simulator: &Simulator, readers: Vec<Reader>) -> io::Result<()> {
    let start = Instant::now();
    let of_service = config
        .events
        .iter()
        .map(|event| (event.after_ms.0, Happening::Service(event.action)));
    let of_readers = config.readers.iter().enumerate().flat_map(|(index, reader)| {
        let events = reader.events.iter().cloned();
        events.map(move |event| (event.after_ms.0, Happening::Reader(index, Box::new(event))))
    });
    let mut events: Vec<_> = of_service.chain(of_readers).collect();
    if events.is_empty() {
        return Ok(());
    }
    // Events of the same time happen in the order of the file, those of the service first.
    events.sort_by_key(|(after_ms, _)| *after_ms);
    let described = config.readers.iter().zip(readers);
    let mut slots: Vec<_> = described
        .map(|(config, reader)| Slot {
            reader,
            is_plugged: config.is_plugged(),
            waiting: None,
        })
        .collect();
    let simulator = simulator.clone();
    quiet_thread::spawn("libpcsc_sim", move || {
        for (after_ms, happening) in events {
            let time = start + Duration::from_millis(after_ms.into());
            thread::sleep(time.saturating_duration_since(Instant::now()));
            match happening {
                Happening::Service(ServiceAction::Stop) => simulator.stop_service(),
                Happening::Service(ServiceAction::Start) => simulator.start_service(),
                Happening::Reader(index, event) => slots[index].happen(&event),
            }
        }
    })
    .map(drop)
}

/// A reader, there or not.
struct Slot {
    reader: Reader,
    is_plugged: bool,
    /// The card that was inserted while the reader was not there.
    waiting: Option<Box<dyn Card>>,
}

impl Slot {
    fn happen(&mut self, event: &Event) {
        match event.action.as_ref() {
            Action::Insert => {
                let card = event.card.as_ref().and_then(|card| card.as_ref().make());
                match card {
                    Some(card) if self.is_plugged => self.reader.insert(card),
                    // Kind "none": nothing comes, and what was there goes. The service knows no reader that is not there,
                    // nor what is done with it.
                    card => {
                        drop(self.reader.remove());
                        self.waiting = card;
                    }
                }
            }
            Action::Remove => {
                drop(self.reader.remove());
                self.waiting = None;
            }
            Action::PowerOff => drop(self.reader.power_off()),
            Action::Unplug => {
                self.reader.unplug();
                self.is_plugged = false;
            }
            Action::Plug => {
                self.reader = self.reader.replug();
                self.is_plugged = true;
                if let Some(card) = self.waiting.take() {
                    self.reader.insert(card);
                }
            }
        }
    }
}
