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

#[test]
fn the_end_of_serving_closes_all_and_removes_the_socket() {
    let service = Service::start();
    let (mut holder, mut connecting) = (service.connected(), service.program());
    // In this process, where it goes on.
    let mut other = service.reader.other_program().unwrap();
    other.begin_transaction().unwrap();
    connecting.establish();
    connecting.send_connect();
    let path = service.served.path().to_owned();
    drop(service.served);
    assert!(!path.exists());
    holder.assert_closed();
    connecting.assert_closed();
    // No thread waits for the transaction any more: whose place it was, another one may have beside that of this process.
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
}

/// The end waits five seconds for a thread that goes on: so it would each time for its own. A busy machine may take as long,
/// but not each time.
#[test]
fn a_card_that_ends_the_serving_does_not_wait_for_itself() {
    let end = Instant::now() + DEADLINE;
    while end_by_a_card() >= Duration::from_secs(5) {
        assert!(Instant::now() < end, "it waits for itself");
    }
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
