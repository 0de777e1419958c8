//! The thread that watches: it alone calls C.

use super::asking::{Answer, ask, is_pnp};
use super::known::Known;
use super::pace::{LONGEST, Pace};
use super::shared::{Interest, Shared};
use super::snapshot::Snapshot;
use crate::error::{Error, Platform};
use crate::ffi::{Code, ReaderName, ReaderState, StateFlags};
use crate::service::context::Context;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often in a row another context is asked, for a second altogether, before what one says is believed.
const DOUBTS: u32 = 10;

/// The first look after news.
const SOON: Duration = Duration::from_millis(50);

/// What watches one provider.
#[derive(Debug)]
pub(super) struct Watcher {
    shared: Arc<Shared>,
    platform: Platform,
    known: Known,
    readers_come: ReadersCome,
    /// There are more readers than one call takes.
    asks_in_parts: bool,
    /// Until the next look, where not all is told.
    looks: Pace,
    /// Until the next try to reach the service.
    retries: Pace,
    /// Between calls that return for nothing.
    pauses: Pace,
    /// The first look is done.
    has_looked: bool,
    /// How many contexts were doubted since the last answer.
    doubts: u32,
    /// The readers that the last one has told to be gone, and what had been counted of those that come and go.
    gone: Vec<ReaderName>,
    count_before: u16,
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

/// Why a context is watched on no more.
enum End {
    /// Nobody wants to know any more.
    Over,
    /// It may be of no more use, though the service runs.
    ///
    /// pcscd 2.5 tells a change between the beginning of a wait and the states of the readers now and then. Every libpcsclite
    /// takes it for a part of them, and what follows for something else again: no reader has its name any more. Some calls fail,
    /// some tell that all readers have gone, or list none of them.
    Doubtful,
}

impl Watcher {
    pub(super) fn new(shared: Arc<Shared>, platform: Platform) -> Watcher {
        Watcher {
            shared,
            platform,
            known: Known::on(platform),
            readers_come: ReadersCome::Told { count: 0 },
            asks_in_parts: false,
            looks: Pace::new(SOON),
            retries: Pace::new(SOON),
            pauses: Pace::new(Duration::from_millis(1)),
            has_looked: false,
            doubts: 0,
            gone: Vec::new(),
            count_before: 0,
            losses: 0,
            loss: None,
            is_lost: false,
        }
    }

    /// Watches until nobody wants to know any more.
    pub(super) fn run(mut self) {
        let mut established = Context::establish_on(self.shared.provider());
        while self.shared.goes_on() {
            let followed = established.and_then(|context| {
                let end = match self.follow(&context) {
                    // No service answers a wait or a list so: the library has read something else.
                    Err(error) if error.code() == Some(Code::UNSUPPORTED_FEATURE) && self.may_doubt() => {
                        End::Doubtful
                    }
                    end => end?,
                };
                match end {
                    End::Over => Ok(None),
                    End::Doubtful => self.another(context).map(Some),
                }
            });
            match followed {
                Ok(None) => break,
                Ok(Some(context)) => {
                    established = Ok(context);
                    continue;
                }
                Err(error) => self.lose(error),
            }
            let planned = self.shared.interest();
            let time = self.retries.wait(planned.poll);
            self.shared.pause_without_service(planned, time);
            established = Context::establish_on(self.shared.provider());
        }
        self.shared.end();
    }

    /// Tells whether what is likely to be a mix-up may be taken for one.
    fn may_doubt(&self) -> bool {
        matches!(self.platform, Platform::Linux | Platform::Bsd) && self.doubts < DOUBTS
    }

    /// Returns another context in the place of one that is doubted. Where none can be had, that one goes on, and is believed.
    ///
    /// Fails where the service of the doubted one has gone: that of the other one may have begun since, with the same readers.
    fn another(&mut self, doubted: Context) -> Result<Context, Error> {
        let time = Duration::from_millis((1 << self.doubts.min(DOUBTS)) - 1);
        self.doubts += 1;
        self.shared.pause(self.shared.interest(), time);
        let Ok(other) = Context::establish_on(self.shared.provider()) else {
            self.doubts = DOUBTS;
            return Ok(doubted);
        };
        match doubted.list_readers() {
            Err(error) if error.code() != Some(Code::UNSUPPORTED_FEATURE) => Err(error),
            _ => Ok(other),
        }
    }

    /// Watches on one context, until that is lost or doubted, or nobody wants to know any more.
    fn follow(&mut self, context: &Context) -> Result<End, Error> {
        if let ReadersCome::Told { count: count @ 1.. } = self.readers_come {
            self.count_before = count;
        }
        self.readers_come = ReadersCome::Told { count: 0 };
        self.looks.restart();
        let mut has_listed = false;
        while self.shared.goes_on() {
            let names = context.list_readers()?;
            if has_listed && self.known.differs_from(&names) && self.may_doubt() {
                return Ok(End::Doubtful);
            }
            has_listed = true;
            self.known.list(names);
            self.is_lost = false;
            // What has gone is told before the next wait, and so is that the service is back; but the first look is a whole one.
            if self.has_looked && self.publish() {
                self.looks.restart();
            }
            let planned = self.shared.interest();
            let mut questions = self.questions();
            if questions.is_empty() || self.asks_in_parts {
                match self.look_at_all(context, planned)? {
                    true => continue,
                    false => return Ok(End::Doubtful),
                }
            }
            let time = self.time(planned);
            let polls = self.readers_come == ReadersCome::Untold;
            let asked = self.shared.wait_in(context.handle(), planned, polls, || {
                ask(context, time, &mut questions)
            });
            let Some(answer) = asked else { continue };
            let is_for_nothing = match answer? {
                // The one who cancels has come to know something, or will end the watch: there is no hurry.
                Answer::Cancelled => {
                    self.shared.pause(planned, Duration::from_millis(1));
                    false
                }
                Answer::UnknownName => {
                    if !self.find_unknown(context, &questions)? {
                        return Ok(End::Doubtful);
                    }
                    true
                }
                Answer::TooMany if questions.last().is_some_and(is_pnp) => {
                    self.readers_come = ReadersCome::NoRoomBeside {
                        readers: questions.len() - 1,
                    };
                    false
                }
                Answer::TooMany => {
                    self.asks_in_parts = true;
                    false
                }
                answer @ (Answer::Changed | Answer::TimedOut) => {
                    if !self.believes(&questions) {
                        return Ok(End::Doubtful);
                    }
                    self.doubts = 0;
                    !self.take(&questions) && (matches!(answer, Answer::Changed) || time.is_zero())
                }
            };
            if is_for_nothing {
                // If it goes on like this, at least it does not keep the processor busy.
                let time = self.pauses.wait(planned.poll);
                self.shared.pause(planned, time);
            }
        }
        Ok(End::Over)
    }

    /// Looks at the readers without waiting, some at a time, and then waits for the time of a poll: where no call may wait
    /// for them all, or there is none to wait for. Tells whether the context may be believed.
    fn look_at_all(&mut self, context: &Context, planned: Interest) -> Result<bool, Error> {
        self.known.retry();
        let mut questions = self.known.questions();
        for part in questions.chunks_mut(ReaderState::AT_A_TIME) {
            let is_believed = match ask(context, Duration::ZERO, part)? {
                Answer::UnknownName => self.find_unknown(context, part)?,
                Answer::Changed | Answer::TimedOut if self.believes(part) => {
                    self.known.take(part, Instant::now());
                    true
                }
                Answer::Changed | Answer::TimedOut => false,
                Answer::Cancelled | Answer::TooMany => true,
            };
            if !is_believed {
                return Ok(false);
            }
        }
        self.doubts = 0;
        self.tell();
        let time = if self.known.is_powering() {
            SOON.min(planned.poll)
        } else {
            planned.poll
        };
        self.shared.pause(planned, time);
        Ok(true)
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

    /// Tells whether readers that are told to be gone are believed to be: another context lists those that are there.
    fn believes(&mut self, told: &[ReaderState]) -> bool {
        let is_gone =
            |state: &&ReaderState| !is_pnp(state) && state.event_state().contains(StateFlags::UNKNOWN);
        let gone: Vec<_> = told
            .iter()
            .filter(is_gone)
            .map(|state| state.name().clone())
            .collect();
        let is_doubted = !gone.is_empty() && self.may_doubt();
        if is_doubted {
            self.gone = gone;
        }
        !is_doubted
    }

    /// Asks for each name alone, to find those that the service does not know. Tells whether that is believed: where there is
    /// one that was known before, another context is to say.
    fn find_unknown(&mut self, context: &Context, questions: &[ReaderState]) -> Result<bool, Error> {
        for question in questions {
            let mut alone = [question.clone()];
            if !matches!(ask(context, Duration::ZERO, &mut alone)?, Answer::UnknownName) {
                continue;
            }
            if is_pnp(question) {
                self.readers_come = ReadersCome::Untold;
            } else if self.known.was_refused(question.name()) || !self.may_doubt() {
                self.known.refuse(question.name());
            } else {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes note of what was told, and makes it known; tells whether it is news.
    fn take(&mut self, told: &[ReaderState]) -> bool {
        let count = told
            .last()
            .filter(|last| is_pnp(last))
            .map_or(0, ReaderState::event_count);
        let gone = std::mem::take(&mut self.gone);
        // Those that were put back meanwhile are counted, where readers that come and go are.
        if count != 0 && self.count_before != 0 && count != self.count_before {
            gone.iter().for_each(|name| self.known.plug_anew(name));
        }
        self.known.take(told, Instant::now());
        self.known.retry();
        if let Some(pnp) = told.last().filter(|last| is_pnp(last)) {
            self.readers_come = if pnp.event_state().contains(StateFlags::UNKNOWN) {
                ReadersCome::Untold
            } else {
                ReadersCome::Told {
                    count: pnp.event_count(),
                }
            };
        }
        self.tell()
    }

    /// Makes known what a look has seen; tells whether it is news.
    fn tell(&mut self) -> bool {
        self.has_looked |= !self.known.has_unasked();
        let is_news = self.publish();
        if is_news {
            self.looks.restart();
            self.pauses.restart();
            self.retries.restart();
        }
        is_news
    }

    /// Takes note that the service was lost, or is not there.
    fn lose(&mut self, error: Error) {
        self.known.forget();
        self.gone.clear();
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
