//! Events as a stream, in a runtime.

use crate::monitoring::start as start_monitor;
use crate::service::Service;
use pcsc_session::{Event, EventStream, Monitor, MonitorOptions};
use pcsc_sim::DemoCard;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio_stream::StreamExt;

fn runtime() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

fn options<S: Service>(service: &S) -> MonitorOptions {
    let options = Monitor::options().provider(service.provider());
    options.poll(Duration::from_millis(100))
}

/// Starts a stream of the first reader's events.
fn start<S: Service>(service: &S) -> EventStream {
    options(service).reader(service.reader(0)).stream().unwrap()
}

/// Waits for the next event, by its variant's name.
#[track_caller]
fn expect(runtime: &Runtime, events: &mut EventStream, variant: &str) -> Event {
    let event = runtime.block_on(events.next()).unwrap();
    assert!(
        format!("{event:?}").starts_with(variant),
        "{variant} expected: {event:?}"
    );
    event
}

conformance! {
    fn a_stream_tells_what_a_monitor_tells<S>() {
        let mut service = S::start(2);
        let (runtime, mut events) = (runtime(), options(&service).stream().unwrap());
        let mut monitor = start_monitor(&service);
        let mut expect = |variant: &str| {
            let event = expect(&runtime, &mut events, variant);
            assert_eq!(monitor.next(), Some(event));
        };
        expect("ReaderAdded");
        expect("ReaderAdded");
        for _ in 0..3 {
            service.insert(1, DemoCard::new());
            expect("CardInserted");
            service.remove(1);
            expect("CardRemoved");
        }
        service.kill();
        if cfg!(windows) {
            // There is no service without a reader there, and so no reader without it.
            expect("ReaderRemoved");
            expect("ReaderRemoved");
            service.restart();
        } else {
            expect("ServiceLost");
            service.restart();
            expect("ServiceBack");
        }
        expect("ReaderAdded");
        expect("ReaderAdded");
    }

    fn a_session_runs_beside_the_runtime<S>() {
        let mut service = S::start(1);
        let options = service.options().reader(service.reader(0));
        let (runtime, mut events) = (runtime(), start(&service));
        expect(&runtime, &mut events, "ReaderAdded");
        service.insert(0, DemoCard::new());
        expect(&runtime, &mut events, "CardInserted");
        let data = runtime.block_on(async {
            // The session goes from one thread to another, and back.
            let mut session = tokio::task::spawn_blocking(move || options.open()).await.unwrap().unwrap();
            let (session, response) = tokio::task::spawn_blocking(move || {
                let response = session.transmit(&[0x00, 0x84, 0x00, 0x00, 0x08]).map(|response| response.to_owned());
                (session, response)
            })
            .await
            .unwrap();
            tokio::task::spawn_blocking(|| session.close()).await.unwrap().unwrap();
            response.unwrap().into_data()
        });
        assert_eq!(data.len(), 8);
    }

    fn a_waiting_task_is_cancelled_and_goes_on<S>() {
        let mut service = S::start(1);
        let (runtime, mut events) = (runtime(), start(&service));
        expect(&runtime, &mut events, "ReaderAdded");
        let canceller = events.canceller();
        let mut events = runtime.block_on(async {
            let waiting = tokio::spawn(async move { (events.next().await, events) });
            tokio::task::yield_now().await;
            canceller.cancel();
            let (event, events) = waiting.await.unwrap();
            assert_eq!(event, None);
            events
        });
        service.insert(0, DemoCard::new());
        expect(&runtime, &mut events, "CardInserted");
    }

    fn a_task_that_waits_is_given_up<S>() {
        let mut service = S::start(1);
        let (runtime, mut events) = (runtime(), start(&service));
        let mut others = start(&service);
        expect(&runtime, &mut events, "ReaderAdded");
        expect(&runtime, &mut others, "ReaderAdded");
        runtime.block_on(async {
            let waiting = tokio::spawn(async move { events.next().await });
            tokio::task::yield_now().await;
            waiting.abort();
            assert!(waiting.await.unwrap_err().is_cancelled());
        });
        service.insert(0, DemoCard::new());
        expect(&runtime, &mut others, "CardInserted");
    }
}
