//! The thread that watches: it alone calls C.

use super::known::Known;
use super::pace::{LONGEST, Pace};
use super::shared::{Interest, Shared};
use super::snapshot::Snapshot;
use crate::error::{Error, Platform};
use crate::ffi::{CallError, Code, ReaderState, StateFlags};
use crate::service::context::Context;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The first look after news.
const SOON: Duration = Duration::from_millis(50);

/// What watches one provider.
#[derive(Debug)]
pub(super) struct Watcher {
    shared: Arc<Shared>,
    platform: Platform,
    known: Known,
    readers_come: ReadersCome,
    /// Until the next look, where not all is told.
    looks: Pace,
    /// Between calls that return for nothing.
    pauses: Pace,
    losses: u64,
    loss: Option<Error>,
    is_lost: bool,
}

/// How the platform tells that a reader has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReadersCome {
    /// By the reader that stands for them, which has told this count so far; 0 where it counts nothing, so that what came
    /// before the wait began shows in the list alone.
    Told { count: u16 },
    /// The call takes that reader beside fewer others only.
    NoRoomBeside { readers: usize },
    /// Not at all.
    Untold,
}

/// What became of one question.
enum Answer {
    /// A reader is not as it was known.
    Changed,
    TimedOut,
    Cancelled,
    /// The service does not know one of the names.
    UnknownName,
    /// There were too many names.
    TooMany,
}

const GET_STATUS_CHANGE: &str = "SCardGetStatusChange";

impl Watcher {
    pub(super) fn new(shared: Arc<Shared>, platform: Platform) -> Watcher {
        Watcher {
            shared,
            platform,
            known: Known::default(),
            readers_come: ReadersCome::Told { count: 0 },
            looks: Pace::new(SOON),
            pauses: Pace::new(Duration::from_millis(1)),
            losses: 0,
            loss: None,
            is_lost: false,
        }
    }

    /// Watches until nobody wants to know any more.
    pub(super) fn run(mut self) {
        while self.shared.goes_on() {
            let context = Context::establish_on(self.shared.provider());
            let Err(error) = context.and_then(|context| self.follow(&context)) else {
                break;
            };
            self.lose(error);
            let time = self.looks.wait(self.shared.interest().poll);
            self.shared.pause_without_service(time);
        }
        self.shared.end();
    }

    /// Watches on one context, until that is lost or nobody wants to know any more.
    fn follow(&mut self, context: &Context) -> Result<(), Error> {
        self.readers_come = ReadersCome::Told { count: 0 };
        while self.shared.goes_on() {
            self.known.list(context.list_readers()?);
            self.is_lost = false;
            let interest = self.shared.interest();
            let mut questions = self.questions();
            if questions.is_empty() {
                // C would return at once.
                self.publish();
                self.shared.pause(interest.poll);
                continue;
            }
            let time = self.time(interest);
            let is_for_nothing = match self.ask(context, time, &mut questions)? {
                None => break,
                Some(Answer::Cancelled) => false,
                Some(Answer::UnknownName) => {
                    self.find_unknown(context, &questions)?;
                    true
                }
                Some(Answer::TooMany) => {
                    self.readers_come = ReadersCome::NoRoomBeside {
                        readers: questions.len() - 1,
                    };
                    false
                }
                Some(answer @ (Answer::Changed | Answer::TimedOut)) => {
                    self.take(&questions);
                    self.known.retry();
                    if self.publish() {
                        self.looks.restart();
                        self.pauses.restart();
                        false
                    } else {
                        matches!(answer, Answer::Changed)
                    }
                }
            };
            if is_for_nothing {
                // If it goes on like this, at least it does not keep the processor busy.
                let time = self.pauses.wait(interest.poll);
                self.shared.pause(time);
            }
        }
        Ok(())
    }

    /// Returns what to ask: the readers, and whether others have come.
    fn questions(&self) -> Vec<ReaderState> {
        let mut questions = self.known.questions();
        let count = match self.readers_come {
            ReadersCome::Told { count } => Some(count),
            ReadersCome::NoRoomBeside { readers } => (questions.len() < readers).then_some(0),
            ReadersCome::Untold => None,
        };
        questions.extend(count.map(|count| {
            ReaderState::new(ReaderState::PNP_NOTIFICATION).with_current_state(StateFlags::UNAWARE, count)
        }));
        questions
    }

    /// Returns how long to wait for an answer.
    fn time(&mut self, interest: Interest) -> Duration {
        if self.known.has_unasked() {
            return Duration::ZERO;
        }
        let longest = match self.readers_come {
            ReadersCome::Untold => interest.longest().min(interest.poll),
            ReadersCome::Told { .. } | ReadersCome::NoRoomBeside { .. } => interest.longest().min(LONGEST),
        };
        if self.known.is_powering() {
            longest.min(SOON)
        } else if self.known.is_counting() && self.readers_come != (ReadersCome::Told { count: 0 }) {
            longest
        } else {
            self.looks.wait(longest)
        }
    }

    /// Asks, in a call that somebody else may end; nothing where nobody wants to know any more.
    fn ask(
        &self,
        context: &Context,
        time: Duration,
        questions: &mut [ReaderState],
    ) -> Result<Option<Answer>, Error> {
        let handle = context.handle();
        let asked = self
            .shared
            .wait_in(handle, || handle.get_status_change(Some(time), questions));
        let Some(result) = asked else {
            return Ok(None);
        };
        let has_pnp = questions.last().is_some_and(is_pnp);
        Ok(Some(match result {
            Ok(()) => Answer::Changed,
            Err(CallError::Failed(Code::TIMEOUT)) => Answer::TimedOut,
            Err(CallError::Failed(Code::CANCELLED)) => Answer::Cancelled,
            Err(CallError::Failed(Code::UNKNOWN_READER)) => Answer::UnknownName,
            // pcsc-lite takes as many as there can be readers, up to 1.9.
            Err(CallError::Failed(Code::INVALID_PARAMETER)) if has_pnp && questions.len() > 1 => {
                Answer::TooMany
            }
            Err(error) => return Err(Error::of_call(GET_STATUS_CHANGE, error, None)),
        }))
    }

    /// Asks for each name alone, to find those that the service does not know.
    fn find_unknown(&mut self, context: &Context, questions: &[ReaderState]) -> Result<(), Error> {
        for question in questions {
            let mut alone = [question.clone()];
            let Some(answer) = self.ask(context, Duration::ZERO, &mut alone)? else {
                break;
            };
            if !matches!(answer, Answer::UnknownName) {
                continue;
            }
            if is_pnp(question) {
                self.readers_come = ReadersCome::Untold;
            } else {
                self.known.refuse(question.name());
            }
        }
        Ok(())
    }

    /// Takes note of what was told.
    fn take(&mut self, told: &[ReaderState]) {
        self.known.take(told, Instant::now());
        if let Some(pnp) = told.last().filter(|last| is_pnp(last)) {
            self.readers_come = if pnp.event_state().contains(StateFlags::UNKNOWN) {
                ReadersCome::Untold
            } else {
                ReadersCome::Told {
                    count: pnp.event_count(),
                }
            };
        }
    }

    /// Takes note that the service was lost, or is not there.
    fn lose(&mut self, error: Error) {
        self.known.forget();
        // Without a reader Windows has no service, and when the last one goes the call may tell either.
        if self.platform == Platform::Windows && error.code().is_some_and(Code::is_service_down) {
            self.publish();
            return;
        }
        if !self.is_lost {
            self.losses += 1;
        }
        self.is_lost = true;
        self.loss = Some(error);
        self.publish();
    }

    /// Makes known what is seen; tells whether it is news.
    fn publish(&mut self) -> bool {
        self.shared.publish(Snapshot {
            number: 0,
            losses: self.losses,
            loss: self.loss.clone(),
            is_lost: self.is_lost,
            readers: self.known.seen(),
        })
    }
}

fn is_pnp(state: &ReaderState) -> bool {
    *state.name() == ReaderState::PNP_NOTIFICATION
}
