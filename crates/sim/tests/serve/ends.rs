//! The end of the service, and of what serves it.

use crate::program::{DEADLINE, Program, Service};
use pcsc_sim::{DemoCard, FnCard, Limits};
use std::io::ErrorKind;
use std::os::unix::net::UnixStream;
use std::sync::mpsc;
use std::time::{Duration, Instant};

#[test]
fn a_service_that_is_stopped_closes_all_and_refuses_until_it_is_back() {
    let service = Service::start();
    let path = service.served.path();
    for _ in 0..3 {
        let (mut program, mut waiting) = (service.connected(), service.program());
        waiting.wait();
        assert_eq!(program.begin(), 0);
        service.simulator.stop_service();
        program.assert_closed();
        waiting.assert_closed();
        // As of a pcscd that was killed.
        assert!(path.exists());
        assert_eq!(
            UnixStream::connect(path).unwrap_err().kind(),
            ErrorKind::ConnectionRefused
        );
        service.simulator.start_service();
        assert!(service.served.failure().is_none());
        // Not locked by the one from before.
        let mut program = service.connected();
        assert_eq!(program.begin(), 0);
        assert_eq!(program.states()[0].event_counter, 0);
        // Its transaction ends with a reset, which is not to meet the next one.
        drop(program);
        service.wait_for_programs(0);
    }
}

#[test]
fn nobody_can_connect_once_the_service_has_stopped() {
    let service = Service::start();
    for _ in 0..500 {
        service.simulator.stop_service();
        let error = UnixStream::connect(service.served.path()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        service.simulator.start_service();
    }
}

#[test]
fn a_call_that_waits_or_whose_card_acts_ends_with_the_service() {
    let service = Service::start();
    let simulator = service.simulator.clone();
    let mut holder = service.connected();
    assert_eq!(holder.begin(), 0);
    let mut connecting = service.program();
    connecting.establish();
    connecting.send_connect();
    service.simulator.stop_service();
    connecting.assert_closed();
    service.simulator.start_service();
    // By its own card.
    service
        .reader
        .insert(FnCard::new([0x3B, 0x80, 0x01, 0x81], move |_, response| {
            simulator.stop_service();
            response.extend([0x90, 0x00]);
        }));
    let mut program = service.connected();
    program.send_transmit();
    program.assert_closed();
}

/// What the end waits at most for a thread that goes on: so it would each time, and a busy machine takes as long once.
const PATIENCE: Duration = Duration::from_secs(5);

/// Ends the serving until that waits for no thread.
fn end_without_patience(end: fn() -> Duration) {
    let begun = Instant::now();
    while end() >= PATIENCE {
        assert!(begun.elapsed() < DEADLINE, "it waits for a thread");
    }
}

#[test]
fn the_end_of_serving_closes_all_and_removes_the_socket() {
    end_without_patience(end_beside_who_waits);
}

/// Ends the serving while a program waits for a transaction; returns how long that has taken.
fn end_beside_who_waits() -> Duration {
    let service = Service::start();
    let (mut holder, mut connecting) = (service.connected(), service.program());
    // In this process, where it goes on.
    let mut other = service.reader.other_program().unwrap();
    other.begin_transaction().unwrap();
    connecting.establish();
    connecting.send_connect();
    let path = service.served.path().to_owned();
    let start = Instant::now();
    drop(service.served);
    let took = start.elapsed();
    assert!(!path.exists());
    holder.assert_closed();
    connecting.assert_closed();
    // No thread waits for the transaction any more: there is a place beside `other`'s once theirs are free.
    service.simulator.set_limits(Limits::PCSCD.contexts(2));
    let end = Instant::now() + DEADLINE;
    while service.reader.other_program().is_err() {
        assert!(Instant::now() < end, "a thread is left");
        std::thread::yield_now();
    }
    other.end_transaction().unwrap();
    drop(other);
    assert!(service.reader.power_off(), "nobody is connected");
    // Another one may take its place, or the same again.
    let served = service.simulator.serve(&path).unwrap();
    Program::connect(served.path()).establish();
    service.reader.insert(DemoCard::new());
    took
}

#[test]
fn a_card_that_ends_the_serving_does_not_wait_for_itself() {
    end_without_patience(end_by_a_card);
}

/// Has a card end the serving; returns how long that has taken.
fn end_by_a_card() -> Duration {
    let (tell, told) = mpsc::channel();
    let service = Service::start();
    let mut served = Some(service.served);
    let path = served.as_ref().unwrap().path().to_owned();
    service
        .reader
        .insert(FnCard::new([0x3B, 0x80, 0x01, 0x81], move |_, response| {
            let start = Instant::now();
            drop(served.take());
            tell.send(start.elapsed()).unwrap();
            response.extend([0x90, 0x00]);
        }));
    let mut program = Program::connect(&path);
    program.establish();
    assert_eq!(program.connect_card(), 0);
    program.send_transmit();
    program.assert_closed();
    let took = told.recv_timeout(DEADLINE).unwrap();
    assert!(!path.exists());
    took
}
