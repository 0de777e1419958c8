//! Streams of events: who is woken, when and in which thread, and what is left at the end.

use futures_core::Stream;
use pcsc_session::{Event, EventStream, Monitor};
use pcsc_sim::{DemoCard, Simulator};
use std::pin::Pin;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};
use tokio_stream::StreamExt;

/// How long any single thing may take. Nothing waits this long unless it is broken.
const DEADLINE: Duration = Duration::from_secs(60);

/// The tests count the threads of the process: one runs at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn start(simulator: &Simulator) -> EventStream {
    Monitor::options()
        .provider(simulator.provider())
        .stream()
        .unwrap()
}

fn poll(events: &mut EventStream, waker: &Waker) -> Poll<Option<Event>> {
    Pin::new(events).poll_next(&mut Context::from_waker(waker))
}

/// A waker that tells of each wake.
struct Telling(Mutex<Sender<()>>);

impl Wake for Telling {
    fn wake(self: Arc<Self>) {
        let _ = self.0.lock().unwrap().send(());
    }
}

fn telling() -> (Waker, Receiver<()>) {
    let (sender, receiver) = mpsc::channel();
    (Waker::from(Arc::new(Telling(Mutex::new(sender)))), receiver)
}

/// A waker that runs this.
struct Running<F>(F);

impl<F: Fn() + Send + Sync + 'static> Wake for Running<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

/// Waits for the next event as an executor does that knows nothing else.
#[track_caller]
fn next(events: &mut EventStream) -> Option<Event> {
    let (waker, woken) = telling();
    loop {
        match poll(events, &waker) {
            Poll::Ready(event) => return event,
            Poll::Pending => woken.recv_timeout(DEADLINE).expect("a wake"),
        }
    }
}

/// A simulator with a reader, and a stream that has told it.
fn with_reader() -> (Simulator, pcsc_sim::Reader, EventStream) {
    let simulator = Simulator::new();
    let reader = simulator.add_reader("Simulated Reader 00 00");
    let mut events = start(&simulator);
    assert!(matches!(next(&mut events), Some(Event::ReaderAdded { .. })));
    (simulator, reader, events)
}

/// Runs this in a thread; it ends before the deadline.
#[track_caller]
fn ends<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(run()));
    receiver.recv_timeout(DEADLINE).expect("it ends")
}

/// How many threads watch.
#[cfg(target_os = "linux")]
fn watching() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).ok());
    names.filter(|name| name == "pcsc-watch\n").count()
}

#[cfg(target_os = "linux")]
#[track_caller]
fn none_watches() {
    let end = Instant::now() + DEADLINE;
    while watching() > 0 {
        assert!(Instant::now() < end, "{} threads are left", watching());
        thread::yield_now();
    }
}

#[cfg(not(target_os = "linux"))]
fn none_watches() {}

#[test]
fn a_task_is_woken_once_for_each_change() {
    let _alone = alone();
    let (_simulator, reader, mut events) = with_reader();
    let (waker, woken) = telling();
    for _ in 0..100 {
        for is_insertion in [true, false] {
            assert!(poll(&mut events, &waker).is_pending());
            if is_insertion {
                reader.insert(DemoCard::new());
            } else {
                reader.remove();
            }
            woken.recv_timeout(DEADLINE).unwrap();
            let event = poll(&mut events, &waker);
            let is_expected = match &event {
                Poll::Ready(Some(Event::CardInserted { .. })) => is_insertion,
                Poll::Ready(Some(Event::CardRemoved { .. })) => !is_insertion,
                _ => false,
            };
            assert!(is_expected, "{event:?}");
        }
    }
    assert!(woken.try_recv().is_err(), "it was woken for nothing");
    assert!(poll(&mut events, &waker).is_pending());
    assert_eq!(events.size_hint(), (0, None));
}

#[test]
fn the_task_that_polled_last_is_woken_alone() {
    let _alone = alone();
    let (_simulator, reader, mut events) = with_reader();
    let (first, first_woken) = telling();
    let (second, second_woken) = telling();
    assert!(poll(&mut events, &first).is_pending());
    assert!(poll(&mut events, &second).is_pending());
    reader.insert(DemoCard::new());
    second_woken.recv_timeout(DEADLINE).unwrap();
    assert!(first_woken.try_recv().is_err());
    // Its waker is not kept.
    drop(first);
    assert!(matches!(
        first_woken.try_recv(),
        Err(mpsc::TryRecvError::Disconnected)
    ));
}

#[test]
fn a_stream_is_dropped_while_a_task_waits_for_it() {
    let _alone = alone();
    let (simulator, reader, mut events) = with_reader();
    let mut others = start(&simulator);
    assert!(matches!(next(&mut others), Some(Event::ReaderAdded { .. })));
    let (waker, woken) = telling();
    assert!(poll(&mut events, &waker).is_pending());
    drop((events, waker));
    // Nobody has its waker any more.
    assert!(matches!(woken.try_recv(), Err(mpsc::TryRecvError::Disconnected)));
    reader.insert(DemoCard::new());
    assert!(matches!(next(&mut others), Some(Event::CardInserted { .. })));
    assert!(poll(&mut others, Waker::noop()).is_pending());
    drop(others);
    none_watches();
}

#[test]
fn a_waker_may_drop_the_stream_that_wakes_it() {
    let _alone = alone();
    for _ in 0..100 {
        let (_simulator, reader, mut events) = with_reader();
        let (dropped, is_dropped) = mpsc::channel();
        let stream = Arc::new(Mutex::new(None::<EventStream>));
        let task = Arc::clone(&stream);
        let dropped = Mutex::new(dropped);
        let run = move || {
            drop(task.lock().unwrap().take());
            dropped.lock().unwrap().send(thread::current().id()).unwrap();
        };
        let waker = Waker::from(Arc::new(Running(run)));
        assert!(poll(&mut events, &waker).is_pending());
        *stream.lock().unwrap() = Some(events);
        reader.insert(DemoCard::new());
        // It was the last one: the thread ends by itself.
        let thread = is_dropped.recv_timeout(DEADLINE).unwrap();
        assert_ne!(thread, thread::current().id());
    }
    none_watches();
}

#[test]
fn a_waker_may_start_a_stream_and_poll_it() {
    let _alone = alone();
    let (simulator, reader, mut events) = with_reader();
    let provider = simulator.provider();
    let (sender, receiver) = mpsc::channel();
    let sender = Mutex::new(sender);
    let run = move || {
        let mut events = Monitor::options().provider(provider).stream().unwrap();
        let event = poll(&mut events, Waker::noop());
        sender.lock().unwrap().send(event).unwrap();
    };
    let waker = Waker::from(Arc::new(Running(run)));
    assert!(poll(&mut events, &waker).is_pending());
    reader.insert(DemoCard::new());
    let event = receiver.recv_timeout(DEADLINE).unwrap();
    assert!(
        matches!(event, Poll::Ready(Some(Event::ReaderAdded { .. }))),
        "{event:?}"
    );
}

#[test]
fn a_waker_may_hold_another_stream() {
    let _alone = alone();
    let (simulator, _reader, mut events) = with_reader();
    // As a task does that was woken and is gone: the last to know it is the waker.
    let holding = |held: EventStream| {
        Waker::from(Arc::new(Running(move || {
            let _ = held.size_hint();
        })))
    };
    let (first, second) = (holding(start(&simulator)), holding(start(&simulator)));
    ends(move || {
        assert!(poll(&mut events, &first).is_pending());
        drop(first);
        // The first one goes when it is replaced, the second with the stream.
        assert!(poll(&mut events, &second).is_pending());
        drop(second);
        drop(events);
    });
    none_watches();
}

#[test]
fn a_panic_in_a_waker_is_its_own() {
    let _alone = alone();
    let (simulator, reader, mut events) = with_reader();
    let mut others = start(&simulator);
    assert!(matches!(next(&mut others), Some(Event::ReaderAdded { .. })));
    let waker = Waker::from(Arc::new(Running(|| panic!("of a waker, in a test"))));
    assert!(poll(&mut events, &waker).is_pending());
    for _ in 0..2 {
        reader.insert(DemoCard::new());
        assert!(matches!(next(&mut others), Some(Event::CardInserted { .. })));
        reader.remove();
        assert!(matches!(next(&mut others), Some(Event::CardRemoved { .. })));
    }
    assert!(matches!(next(&mut events), Some(Event::CardMissed { .. })));
}

#[test]
fn a_cancel_ends_the_stream_and_it_goes_on() {
    let _alone = alone();
    let (_simulator, reader, mut events) = with_reader();
    let canceller = events.canceller();
    // Before, and several are one.
    canceller.cancel();
    canceller.cancel();
    assert_eq!(poll(&mut events, Waker::noop()), Poll::Ready(None));
    let (waker, woken) = telling();
    for _ in 0..100 {
        assert!(poll(&mut events, &waker).is_pending());
        canceller.cancel();
        woken.recv_timeout(DEADLINE).unwrap();
        assert_eq!(poll(&mut events, &waker), Poll::Ready(None));
    }
    reader.insert(DemoCard::new());
    assert!(matches!(next(&mut events), Some(Event::CardInserted { .. })));
    // What is gone is not cancelled.
    drop(events);
    canceller.cancel();
    assert!(woken.try_recv().is_err());
}

#[test]
fn a_thousand_streams_leave_no_thread() {
    let _alone = alone();
    let simulator = Simulator::new();
    simulator.add_reader("Simulated Reader 00 00");
    for round in 0..1000 {
        let mut events = start(&simulator);
        if round % 2 == 0 {
            let _ = poll(&mut events, Waker::noop());
        }
    }
    none_watches();
    let mut streams: Vec<_> = (0..1000).map(|_| start(&simulator)).collect();
    for events in &mut streams {
        assert!(matches!(next(events), Some(Event::ReaderAdded { .. })));
    }
    #[cfg(target_os = "linux")]
    assert_eq!(watching(), 1);
    drop(streams);
    none_watches();
}

#[test]
fn two_runtimes_follow_one_provider() {
    let _alone = alone();
    const ROUNDS: usize = 50;
    let simulator = Simulator::new();
    let reader = simulator.add_reader("Simulated Reader 00 00");
    let (told, is_told) = mpsc::channel();
    let runtimes: Vec<_> = (0..2)
        .map(|_| {
            let (mut events, told) = (start(&simulator), told.clone());
            let canceller = events.canceller();
            let runtime = thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                runtime.block_on(async {
                    while let Some(event) = events.next().await {
                        told.send(event).unwrap();
                    }
                });
            });
            (runtime, canceller)
        })
        .collect();
    let expect = |is_expected: fn(&Event) -> bool| {
        for _ in 0..2 {
            let event = is_told.recv_timeout(DEADLINE).unwrap();
            assert!(is_expected(&event), "{event:?}");
        }
    };
    expect(|event| matches!(event, Event::ReaderAdded { .. }));
    #[cfg(target_os = "linux")]
    assert_eq!(watching(), 1);
    for _ in 0..ROUNDS {
        reader.insert(DemoCard::new());
        expect(|event| matches!(event, Event::CardInserted { .. }));
        reader.remove();
        expect(|event| matches!(event, Event::CardRemoved { .. }));
    }
    for (runtime, canceller) in runtimes {
        canceller.cancel();
        runtime.join().unwrap();
    }
    none_watches();
}

#[test]
fn a_stream_moves_from_one_runtime_to_another() {
    let _alone = alone();
    let (_simulator, reader, mut events) = with_reader();
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (first, second) = (runtime(), runtime());
    // The first one gives up after one poll.
    first.block_on(async {
        let mut next = std::pin::pin!(events.next());
        std::future::poll_fn(|context| {
            assert!(next.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
    });
    drop(first);
    let event = second.block_on(async move {
        let waiting = tokio::spawn(async move { events.next().await });
        tokio::task::yield_now().await;
        reader.insert(DemoCard::new());
        waiting.await.unwrap()
    });
    assert!(matches!(event, Some(Event::CardInserted { .. })));
}
