//! Events for async programs.

use super::Monitor;
use crate::service::watch::{Canceller, Woken};
use crate::{Error, Event, MonitorOptions};
use futures_core::Stream;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The [`Event`]s of a [`Monitor`] as a [`Stream`], for programs of any async runtime: [`MonitorOptions::stream`] makes it.
///
/// It tells what a monitor tells, and begins as one does, with the present state. It needs nothing of a runtime, neither
/// timers nor threads: the one thread that watches for all monitors and streams of a provider wakes the task, once for each
/// change. The drop of a stream ends its wait, and that of the last one the thread.
///
/// It ends, with `None`, when its [canceller](EventStream::canceller) says so. As a monitor it can be polled again and then
/// goes on: nothing that happened meanwhile is lost. Nothing else ends it but `fork`, in the child: there it tells nothing.
///
/// What is awaited with a timeout or with something else is what the runtime has for any stream. A [`Session`] blocks: the
/// crate's documentation says what an async program does with it, [Async programs](crate#async-programs).
///
/// [`Session`]: crate::Session
///
/// # Examples
/// ```
/// use pcsc_session::{Event, Monitor};
/// use tokio_stream::StreamExt;
///
/// # let simulator = pcsc_sim::Simulator::new();
/// # let reader = simulator.add_reader("Simulated Reader 00 00");
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// let mut events = Monitor::options().provider(simulator.provider()).stream()?;
/// assert!(matches!(events.next().await, Some(Event::ReaderAdded { .. })));
/// # reader.insert(pcsc_sim::DemoCard::new());
/// while let Some(event) = events.next().await {
///     println!("{event}");
///     if let Event::CardInserted { .. } = event {
///         break;
///     }
/// }
/// # Ok::<(), pcsc_session::Error>(())
/// # })?;
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is polled"]
pub struct EventStream {
    monitor: Monitor,
}

impl EventStream {
    /// Makes a handle that ends the stream, from any thread and any task.
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        self.monitor.canceller()
    }
}

impl MonitorOptions {
    /// Starts a stream of events. Unlike [`start`](MonitorOptions::start) it does not wait for the first look.
    ///
    /// The drop of the last one, and the start of one that asks for shorter periods, end a call of C in another thread: that
    /// is waited for, for a tenth of a second where the service does not answer.
    ///
    /// # Errors
    /// As [`start`](MonitorOptions::start).
    pub fn stream(&self) -> Result<EventStream, Error> {
        let monitor = self.subscribe()?;
        Ok(EventStream { monitor })
    }
}

impl Stream for EventStream {
    type Item = Event;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        let monitor = &mut self.get_mut().monitor;
        loop {
            if let Some(event) = monitor.events.pop_front() {
                return Poll::Ready(Some(event));
            }
            match monitor.subscription.poll(monitor.told_number(), context.waker()) {
                None => return Poll::Pending,
                Some(Woken::Changed(snapshot)) => monitor.take(snapshot),
                Some(Woken::Cancelled | Woken::TimedOut | Woken::OfTheParent) => return Poll::Ready(None),
            }
        }
    }

    /// Returns how many events there are already.
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.monitor.events.len(), None)
    }
}

const _: fn() = || {
    fn moves_between_threads<T: Send + Unpin + 'static>() {}
    moves_between_threads::<EventStream>();
};
