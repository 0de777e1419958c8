//! Counting calls, and making the n-th of them go wrong.

use crate::service::code::Code;
use crate::service::lock::lock;
use crate::table::function::Function;
use crate::table::interference::{Action, Answer, Due, Interference};
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// So many counters for each function, so that threads seldom meet on one.
const SHARDS: usize = 8;

/// What goes wrong.
pub(crate) enum Fault {
    Code(Code),
    /// At this call and at each one after it.
    CodeFromNow(Code),
    Delay(Duration),
    Answer(Vec<u8>),
    Before(Action),
    After(Action),
}

/// The counts, and the faults that are to come.
#[derive(Default)]
pub(crate) struct Faults {
    counts: [Shard; SHARDS],
    planned: AtomicUsize,
    plans: Mutex<Vec<Plan>>,
}

/// The counters that some numbers share, apart from the others' in memory.
#[derive(Default)]
#[repr(align(128))]
struct Shard([AtomicU64; Function::ALL.len()]);

struct Plan {
    function: Function,
    /// How many calls until it is due, this one included.
    calls: usize,
    fault: Fault,
}

impl Faults {
    pub(crate) fn calls(&self, function: Function) -> u64 {
        self.counts
            .iter()
            .map(|shard| shard.0[function as usize].load(Ordering::Relaxed))
            .sum()
    }

    /// Plans a fault for the n-th call from now; the next one is the first.
    ///
    /// # Panics
    /// For the 0th, and for an answer of a function that has none: a fault that never comes would be a test that cannot
    /// fail.
    #[track_caller]
    pub(crate) fn plan(&self, function: Function, nth: usize, fault: Fault) {
        assert!(nth > 0, "calls are counted from 1: the next one is the first");
        if let Fault::Answer(_) = fault {
            assert!(
                matches!(
                    function,
                    Function::Transmit | Function::Control | Function::GetAttrib
                ),
                "a card or a driver answers SCardTransmit, SCardControl and SCardGetAttrib, not SCard{function:?}"
            );
        }
        let mut plans = lock(&self.plans);
        plans.push(Plan {
            function,
            calls: nth,
            fault,
        });
        self.planned.store(plans.len(), Ordering::Release);
    }

    /// Takes all plans back.
    pub(crate) fn clear(&self) {
        let mut plans = lock(&self.plans);
        let cleared = std::mem::take(&mut *plans);
        self.planned.store(0, Ordering::Release);
        drop(plans);
        // With nothing locked: what the actions have captured may call the simulator when it is dropped.
        drop(cleared);
    }

    #[cold]
    fn due(&self, function: Function) -> Option<Due> {
        let mut plans = lock(&self.plans);
        let (mut now, mut later) = (Vec::new(), Vec::new());
        for mut plan in plans.drain(..) {
            plan.calls -= usize::from(plan.function == function);
            if plan.calls > 0 {
                later.push(plan);
            } else {
                // In its place: of two that are due, the one that was asked for last wins.
                later.extend(plan.again());
                now.push(plan);
            }
        }
        self.planned.store(later.len(), Ordering::Release);
        *plans = later;
        drop(plans);
        (!now.is_empty()).then(|| merge(now))
    }
}

impl Interference for Faults {
    #[inline]
    fn enter(&self, function: Function, number: u32) -> Option<Due> {
        let shard = &self.counts[number as usize % SHARDS];
        shard.0[function as usize].fetch_add(1, Ordering::Relaxed);
        if self.planned.load(Ordering::Acquire) == 0 {
            None
        } else {
            self.due(function)
        }
    }
}

impl Plan {
    /// The plan for the next call, of one that stays.
    fn again(&self) -> Option<Self> {
        match self.fault {
            Fault::CodeFromNow(code) => Some(Self {
                function: self.function,
                calls: 1,
                fault: Fault::CodeFromNow(code),
            }),
            _ => None,
        }
    }
}

/// What plans for the same call amount to.
fn merge(plans: Vec<Plan>) -> Due {
    let mut due = Due::default();
    for plan in plans {
        match plan.fault {
            Fault::Code(code) | Fault::CodeFromNow(code) => due.code = Some(code),
            Fault::Delay(delay) => due.delay += delay,
            Fault::Answer(answer) => due.answer = Answer::Instead(answer),
            Fault::Before(action) => due.before.push(action),
            Fault::After(action) => due.after.push(action),
        }
    }
    due
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults")
            .field("planned", &self.planned)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_comes_at_its_call_and_once() {
        let faults = Faults::default();
        faults.plan(Function::Transmit, 2, Fault::Code(7));
        assert!(faults.enter(Function::Transmit, 1).is_none());
        assert!(faults.enter(Function::Status, 1).is_none());
        assert_eq!(faults.enter(Function::Transmit, 2).unwrap().code, Some(7));
        assert!(faults.enter(Function::Transmit, 3).is_none());
        assert_eq!(faults.calls(Function::Transmit), 3);
        assert_eq!(faults.calls(Function::Status), 1);
    }

    #[test]
    fn a_fault_that_stays_comes_until_it_is_taken_back() {
        let faults = Faults::default();
        faults.plan(Function::Transmit, 2, Fault::CodeFromNow(7));
        assert!(faults.enter(Function::Transmit, 1).is_none());
        for _ in 0..3 {
            assert_eq!(faults.enter(Function::Transmit, 1).unwrap().code, Some(7));
        }
        assert!(faults.enter(Function::Status, 1).is_none());
        faults.plan(Function::Status, 1, Fault::Code(8));
        faults.clear();
        assert!(faults.enter(Function::Transmit, 1).is_none());
        assert!(faults.enter(Function::Status, 1).is_none());
    }

    #[test]
    fn of_two_codes_at_one_call_the_one_asked_for_last_comes() {
        let codes = |plans: [(usize, Fault); 2]| {
            let faults = Faults::default();
            for (nth, fault) in plans {
                faults.plan(Function::Transmit, nth, fault);
            }
            [(); 4].map(|()| faults.enter(Function::Transmit, 1).and_then(|due| due.code))
        };
        let (stays, comes) = (Fault::CodeFromNow, Fault::Code);
        let [a, b] = [Some(7), Some(8)];
        assert_eq!(codes([(1, stays(7)), (3, comes(8))]), [a, a, b, a]);
        assert_eq!(codes([(3, comes(8)), (1, stays(7))]), [a; 4]);
        assert_eq!(codes([(1, stays(7)), (2, stays(8))]), [a, b, b, b]);
        assert_eq!(codes([(2, stays(8)), (1, stays(7))]), [a; 4]);
        assert_eq!(codes([(2, comes(7)), (2, comes(8))]), [None, b, None, None]);
    }

    #[test]
    #[should_panic = "counted from 1"]
    fn there_is_no_0th_call() {
        Faults::default().plan(Function::Transmit, 0, Fault::Code(7));
    }

    #[test]
    #[should_panic = "not SCardConnect"]
    fn an_answer_is_for_functions_that_bring_one() {
        Faults::default().plan(Function::Connect, 1, Fault::Answer(vec![]));
    }
}
