//! What happens to readers while the program runs: one thread that sleeps until the next event.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use pcsc_sim::Reader;

use crate::config::{Action, Config, Event};

/// Lets the events of these readers happen, each at its time from now; without any there is no thread.
pub(crate) fn serve(config: &Config, readers: Vec<Reader>) -> io::Result<()> {
    let start = Instant::now();
    let mut events: Vec<(Reader, Event)> = Vec::new();
    for (reader, described) in readers.iter().zip(&config.readers) {
        let all = described.events.iter().cloned();
        events.extend(all.map(|event| (reader.clone(), event)));
    }
    if events.is_empty() {
        return Ok(());
    }
    // Events of the same time happen in the order of the file.
    events.sort_by_key(|(_, event)| event.after_ms.0);
    thread::Builder::new()
        .name("libpcsc_sim".into())
        .spawn(move || {
            for (reader, event) in events {
                let time = start + Duration::from_millis(event.after_ms.0.into());
                thread::sleep(time.saturating_duration_since(Instant::now()));
                happen(&reader, &event);
            }
        })
        .map(drop)
}

fn happen(reader: &Reader, event: &Event) {
    match event.action.as_ref() {
        Action::Insert => {
            let card = event.card.as_ref().and_then(|card| card.as_ref().make());
            match card {
                Some(card) => reader.insert(card),
                // Kind "none": nothing comes, and what was there goes.
                None => drop(reader.remove()),
            }
        }
        Action::Remove => drop(reader.remove()),
        Action::Unplug => reader.unplug(),
    }
}
