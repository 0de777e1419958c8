//! Whether a program is to be told that a reader has changed.

use pcsc_sys::{SCARD_E_CANCELLED, SCARD_S_SUCCESS};
use pcsclite_wire::ReaderState;
use std::time::{Duration, Instant};

/// How long a program from 4:6 on may take to ask for the states after it has begun to wait. A message that comes before
/// the states would be taken for them.
pub(super) const FOR_STATES: Duration = Duration::from_secs(1);

/// How long a program from 4:5 on may take to ask for the count of readers that came and went, once it has the states: it asks
/// where it waits for readers, too. A message that comes before would be taken for the count.
pub(super) const FOR_EVENTS: Duration = Duration::from_millis(5);

/// What a program is to be told, and when.
///
/// Nothing is told in the middle of an answer, and nothing twice: one message for each time that a program begins to wait.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// Whether a request is being answered.
    is_busy: bool,
    wait: Option<Wait>,
}

/// A wait, until it is over.
#[derive(Debug)]
struct Wait {
    /// What the program knows.
    known: Vec<ReaderState>,
    /// More is to be asked for until then.
    asks_until: Option<Instant>,
    is_cancelled: bool,
    has_changed: bool,
}

/// What is to be done for a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    /// To look again then.
    LookAt(Instant),
    /// To tell the end of its wait, with this code.
    Tell(u32),
}

impl Waiting {
    /// Notes that a request has come: nothing is told until it is answered.
    pub(super) fn begin_answer(&mut self) {
        self.is_busy = true;
    }

    /// Notes that a request has been answered.
    pub(super) fn end_answer(&mut self) {
        self.is_busy = false;
    }

    /// Whether the program waits.
    pub(super) fn is_waiting(&self) -> bool {
        self.wait.is_some()
    }

    /// Begins a wait of a program that knows these states, or is about to ask for them; it has so much time to ask.
    pub(super) fn begin(&mut self, known: Vec<ReaderState>, time: Duration) {
        self.wait = Some(Wait {
            known,
            asks_until: Some(Instant::now() + time),
            is_cancelled: false,
            has_changed: false,
        });
    }

    /// Notes that the program has been told these states.
    pub(super) fn told(&mut self, known: Vec<ReaderState>) {
        if let Some(wait) = &mut self.wait {
            wait.known = known;
            wait.asks_until = Some(Instant::now() + FOR_EVENTS);
            wait.has_changed = false;
        }
    }

    /// Notes that the program has asked for all that it can.
    pub(super) fn asked_all(&mut self) {
        if let Some(wait) = &mut self.wait {
            wait.asks_until = None;
        }
    }

    /// Ends the wait at the program's own wish; false where it was over.
    pub(super) fn stop(&mut self) -> bool {
        self.wait.take().is_some()
    }

    /// Notes that another program has cancelled the wait.
    pub(super) fn cancel(&mut self) {
        if let Some(wait) = &mut self.wait {
            wait.is_cancelled = true;
        }
    }

    /// Tells what is due, the readers being in these states. The wait is over where that is to be told.
    pub(super) fn due(&mut self, states: &[ReaderState], now: Instant) -> Due {
        let Some(wait) = &mut self.wait else {
            return Due::Nothing;
        };
        wait.has_changed |= wait.known != states;
        if self.is_busy || !(wait.has_changed || wait.is_cancelled) {
            return Due::Nothing;
        }
        if let Some(until) = wait.asks_until.filter(|until| now < *until) {
            return Due::LookAt(until);
        }
        let code = if wait.is_cancelled {
            SCARD_E_CANCELLED
        } else {
            SCARD_S_SUCCESS
        };
        self.wait = None;
        Due::Tell(code as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(events: u32) -> Vec<ReaderState> {
        vec![ReaderState {
            event_counter: events,
            ..Default::default()
        }]
    }

    #[test]
    fn a_change_is_told_once_and_not_within_an_answer() {
        let (mut waiting, now) = (Waiting::default(), Instant::now() + FOR_EVENTS);
        assert_eq!(waiting.due(&states(1), now), Due::Nothing);
        waiting.begin_answer();
        waiting.begin(states(1), Duration::ZERO);
        assert_eq!(waiting.due(&states(2), now), Due::Nothing);
        waiting.end_answer();
        // It was there, although it is as it was.
        assert_eq!(waiting.due(&states(1), now), Due::Tell(0));
        assert_eq!(waiting.due(&states(3), now), Due::Nothing);
        assert!(!waiting.stop());
    }

    #[test]
    fn a_program_that_is_to_ask_for_the_states_is_told_after_them_or_after_a_while() {
        let (mut waiting, now) = (Waiting::default(), Instant::now());
        waiting.begin(states(1), FOR_STATES);
        assert_eq!(waiting.due(&states(1), now), Due::Nothing);
        assert!(matches!(waiting.due(&states(2), now), Due::LookAt(_)));
        waiting.told(states(2));
        assert_eq!(waiting.due(&states(2), now), Due::Nothing);
        assert!(matches!(waiting.due(&states(3), now), Due::LookAt(_)));
        waiting.asked_all();
        assert_eq!(waiting.due(&states(3), now), Due::Tell(0));
        waiting.begin(states(3), FOR_STATES);
        assert_eq!(waiting.due(&states(4), now + 2 * FOR_STATES), Due::Tell(0));
    }

    #[test]
    fn a_wait_is_cancelled_or_stopped() {
        let (mut waiting, now) = (Waiting::default(), Instant::now() + FOR_EVENTS);
        waiting.cancel();
        waiting.begin(states(1), Duration::ZERO);
        waiting.cancel();
        assert_eq!(waiting.due(&states(1), now), Due::Tell(SCARD_E_CANCELLED as u32));
        waiting.begin(states(1), Duration::ZERO);
        assert!(waiting.stop());
        assert_eq!(waiting.due(&states(2), now), Due::Nothing);
    }
}
