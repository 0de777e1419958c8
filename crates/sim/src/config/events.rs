//! What happens to readers as the file says: one thread that waits until the next event.

use super::Config;
use super::slots::{Change, Slots};
use crate::quiet_thread;
use crate::service::lock::lock;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The thread in which events happen, until this is dropped: none happens after that.
#[derive(Debug, Default)]
pub(super) struct Events(Arc<Ended>);

/// Whether no more is to happen.
#[derive(Debug, Default)]
struct Ended {
    is_ended: Mutex<bool>,
    changed: Condvar,
}

impl Events {
    /// Lets the events of a configuration happen, each at its time from now; without any there is no thread.
    pub(super) fn start(config: &Config, slots: &Arc<Slots>) -> io::Result<Self> {
        let start = Instant::now();
        let of_service = config
            .events
            .iter()
            .map(|event| (event.after_ms.0, Change::Service(event.action)));
        let of_readers = config.readers.iter().enumerate().flat_map(|(place, reader)| {
            let change = move |event: &super::reader::Event| {
                let card = event.card.as_ref().map(|card| Box::new(card.as_ref().clone()));
                (
                    event.after_ms.0,
                    Change::Reader(place, *event.action.as_ref(), card),
                )
            };
            reader.events.iter().map(change)
        });
        let mut events: Vec<_> = of_service.chain(of_readers).collect();
        // Events of the same time happen in the order of the file, those of the service first.
        events.sort_by_key(|(after_ms, _)| *after_ms);
        let happening = Self::default();
        if events.is_empty() {
            return Ok(happening);
        }
        let (ended, slots) = (Arc::clone(&happening.0), Arc::clone(slots));
        quiet_thread::spawn("pcsc-sim: events", move || {
            for (after_ms, change) in events {
                if ended.is_before(start + Duration::from_millis(after_ms.into())) {
                    return;
                }
                // Nothing to be told to: what cannot be is left.
                let _ = slots.happen(change);
            }
        })?;
        Ok(happening)
    }
}

impl Ended {
    /// Waits until then; true where the end comes before.
    fn is_before(&self, time: Instant) -> bool {
        let left = time.saturating_duration_since(Instant::now());
        let waited = self
            .changed
            .wait_timeout_while(lock(&self.is_ended), left, |is_ended| !*is_ended);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        *lock(&self.0.is_ended) = true;
        self.0.changed.notify_all();
    }
}
