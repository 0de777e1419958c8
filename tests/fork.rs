//! A child of `fork` ends nothing that it inherited: field case 14.
//!
//! A program of its own, since the child of a test must not run others.
// Windows has no fork; elsewhere than on Linux there is no private pcscd, on which one half of this runs.
#![cfg(all(target_os = "linux", any(feature = "load", feature = "link")))]

#[macro_use]
#[path = "conformance/assert_error.rs"]
#[allow(unused_macros, reason = "the conformance suite's cards use it")]
mod assert_error;

#[macro_use]
#[path = "conformance/service/mod.rs"]
#[allow(dead_code, reason = "the conformance suite's services")]
mod service;

#[path = "conformance/card.rs"]
#[allow(dead_code, reason = "the conformance suite's cards")]
mod card;

use futures_core::Stream;
use pcsc_session::{
    Attribute, CardChannel, Cause, Code, Command, Disposition, Error, Event, Monitor, ReaderState, Recovered,
    Session,
};
use pcsc_sim::DemoCard;
use std::pin::Pin;
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};
use tokio_stream::StreamExt;

/// How long a child may take.
const DEADLINE: Duration = Duration::from_secs(20);

/// Runs this in a child of `fork`; true where that ended well and in time.
fn in_a_child(run: impl FnOnce()) -> bool {
    end_of_a_child(run) == Some(0)
}

/// Runs this in a child of `fork`, and returns its status; `None` where it did not end in time.
fn end_of_a_child(run: impl FnOnce()) -> Option<i32> {
    // Other tests' threads are busy with simulators of theirs.
    pcsc_sim::Simulator::prepare_for_forks();
    private_pcscd::in_a_child(DEADLINE, run).ok()
}

/// Tells whether the emulator ended a child that started a thread: QEMU's table of processors still has those of the parent's
/// threads there, and QEMU calls `abort` where one of their numbers is given again, which ends by this status where the
/// signal is caught.
fn was_ended_by_the_emulator(end: Option<i32>) -> bool {
    let status = end.unwrap_or_default();
    private_pcscd::is_emulated() && libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 127
}

/// What a child tries with its copy of a session; the error that it gets.
type Call = fn(&mut Session) -> Option<Error>;

/// Ends this child of `fork`; well, or not.
fn end_with(is_well: bool) {
    // SAFETY: it ends the process without running what this program registered for its end.
    unsafe { libc::_exit(i32::from(!is_well)) };
}

const GET: [u8; 5] = [0x00, 0x84, 0x00, 0x00, 0x08];

conformance! {
    fn a_session_and_its_context_are_the_parents<S>() {
        let mut service = S::start(1);
        service.insert(0, DemoCard::new());
        let mut session = service.open(0);
        let context = session.context();
        let (session_copy, context_copy) = (&raw mut session, &raw const context);
        assert!(in_a_child(|| {
            // SAFETY: the child has a copy of the memory, and never comes back to the original.
            drop(unsafe { session_copy.read() });
            // SAFETY: as above.
            drop(unsafe { context_copy.read() });
        }));
        assert!(session.transmit(&GET).unwrap().status().is_success());
        assert!(in_a_child(|| {
            // SAFETY: as above.
            unsafe { session_copy.read() }.close().unwrap();
        }));
        assert!(session.transmit(&GET).unwrap().status().is_success());
        assert_eq!(context.list_readers().unwrap().len(), 2);
        session.close().unwrap();
        service.open(0).transmit(&GET).unwrap();
    }

    fn what_a_child_may_not_do_says_whose_it_is<S>() {
        let mut service = S::start(1);
        service.insert(0, DemoCard::new());
        let mut session = service.open(0);
        let context = session.context();
        let reader = session.reader_name().clone();
        let copy = &raw mut session;
        assert!(in_a_child(|| {
            // SAFETY: the child has a copy of the memory, and never comes back to the original.
            let mut session = unsafe { copy.read() };
            let errors = [
                context.is_valid().unwrap_err(),
                context.list_readers().unwrap_err(),
                context.list_reader_groups().unwrap_err(),
                Session::options().reader(reader).open_in(&context).map(drop).unwrap_err(),
                session.transaction().map(drop).unwrap_err(),
                session.reconnect(Disposition::Leave).unwrap_err(),
                // What was found is told again.
                session.transmit(&GET).map(drop).unwrap_err(),
            ];
            for error in errors {
                assert!(matches!(error.causes()[..], [Cause::ForkedProcess { .. }]), "{error}");
                assert!(error.is_service_down(), "{error}");
                let text = error.to_string();
                assert!(text.contains("was forked") && text.contains("open a context"), "{text}");
                assert!(!text.contains("restart") && !text.contains("systemctl"), "{text}");
            }
        }));
        assert!(session.transmit(&GET).unwrap().status().is_success());
    }

    fn a_stream_is_the_parents<S>() {
        let mut service = S::start(1);
        let options = Monitor::options().provider(service.provider()).reader(service.reader(0));
        let mut events = options.stream().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let event = runtime.block_on(events.next());
        assert!(matches!(event, Some(Event::ReaderAdded { .. })));
        let mut context = std::task::Context::from_waker(Waker::noop());
        assert!(Pin::new(&mut events).poll_next(&mut context).is_pending());
        let (copy, canceller) = (&raw mut events, events.canceller());
        let is_well = in_a_child(|| {
            // SAFETY: the child has a copy of the memory, and never comes back to the original.
            let mut events = unsafe { copy.read() };
            canceller.cancel();
            let mut poll = || Pin::new(&mut events).poll_next(&mut std::task::Context::from_waker(Waker::noop()));
            let has_ended = poll() == Poll::Ready(None) && poll() == Poll::Ready(None);
            drop(events);
            end_with(has_ended);
        });
        assert!(is_well, "the copy of the parent's stream");
        // The parent's goes on: nobody cancelled it.
        service.insert(0, DemoCard::new());
        let event = runtime.block_on(events.next());
        assert!(matches!(event, Some(Event::CardInserted { .. })), "{event:?}");
    }

    fn a_monitor_is_the_parents<S>() {
        let mut service = S::start(1);
        service.insert(0, DemoCard::new());
        let options = Monitor::options().provider(service.provider());
        let mut monitor = options.start().unwrap();
        assert!(matches!(monitor.next(), Some(Event::ReaderAdded { .. })));
        let context = service.options().establish().unwrap();
        let (copy, canceller) = (&raw mut monitor, monitor.canceller());
        // One of a child's own works, though none of the parent's threads is there.
        // But where libpcsclite's own lock was taken at that moment, it stays taken in the child: the next child will do.
        let mut ends = Vec::new();
        let is_well = (0..3).any(|_| {
            ends.push(end_of_a_child(|| {
                let mut own = options.start().unwrap();
                let is_well = own.wait_for_card(|_| true, Some(Duration::from_secs(10))).is_ok();
                drop(own);
                end_with(is_well);
            }));
            ends.last() == Some(&Some(0))
        });
        let is_well = is_well || ends.iter().copied().all(was_ended_by_the_emulator);
        assert!(is_well, "a monitor of a child's own: {ends:?}");
        let is_well = in_a_child(|| {
            // SAFETY: the child has a copy of the memory, and never comes back to the original.
            let mut monitor = unsafe { copy.read() };
            canceller.cancel();
            let mut states = [ReaderState::new("Virtual 0 00 00")];
            let errors = [
                // What it knew already is told, and no more.
                (0..3).find_map(|_| monitor.wait(None).err()).unwrap(),
                monitor.wait_for_card(|card| card.is_new, None).unwrap_err(),
                context.get_status_change(None, &mut states).unwrap_err(),
                context.cancel().unwrap_err(),
            ];
            let are_refused =
                errors.iter().all(|error| matches!(error.causes()[..], [Cause::ForkedProcess { .. }]));
            drop(monitor);
            end_with(are_refused);
        });
        assert!(is_well, "the copy of the parent's monitor");
        // The parent's goes on: nobody cancelled it.
        assert!(matches!(monitor.next(), Some(Event::CardInserted { .. })));
        service.remove(0);
        let removed = (0..2).any(|_| matches!(monitor.next(), Some(Event::CardRemoved { .. })));
        assert!(removed);
    }

    fn a_child_recovers_a_session_on_a_context_of_its_own<S>() {
        let mut service = S::start(1);
        service.insert(0, DemoCard::new());
        let mut session = service.open(0);
        let mut context = session.context();
        let before = context.as_raw();
        let (session_copy, context_copy) = (&raw mut session, &raw mut context);
        assert!(in_a_child(|| {
            // SAFETY: the child has a copy of the memory, and never comes back to the original.
            let mut session = unsafe { session_copy.read() };
            assert_eq!(session.recover(), Ok(Recovered::ServiceBack));
            assert_ne!(session.context().as_raw(), before);
            assert!(session.transmit(&GET).unwrap().status().is_success());
            assert_eq!(session.recover_within(None), Ok(Recovered::Intact));
            // SAFETY: as above.
            let mut context = unsafe { context_copy.read() };
            assert_eq!(context.recover(), Ok(Recovered::ServiceBack));
            assert_ne!(context.as_raw(), before);
            context.list_readers().unwrap();
            session.reconnect(Disposition::Leave).unwrap();
            // Its end would reset the card.
            std::mem::forget(session);
        }));
        assert!(session.transmit(&GET).unwrap().status().is_success());
        assert_eq!((session.recover(), context.recover()), (Ok(Recovered::Intact), Ok(Recovered::Intact)));
    }

    fn a_transaction_and_a_channel_are_the_parents<S>() {
        let mut service = S::start(1);
        service.insert(0, DemoCard::new());
        let mut session = service.open(0);
        let mut other = service.open(0);
        session.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
        let mut transaction = session.transaction().unwrap().on_drop(Disposition::Reset);
        let copy = &raw mut transaction;
        assert!(in_a_child(|| {
            // SAFETY: the child has a copy of the memory, and never comes back to the original.
            drop(unsafe { copy.read() });
        }));
        assert!(in_a_child(|| {
            // SAFETY: as above.
            unsafe { copy.read() }.end(Disposition::Reset).unwrap();
        }));
        // It is still this session's: the other one waits, and the card was not reset.
        let begun = Instant::now();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                other.transmit(&GET).unwrap();
                begun.elapsed()
            });
            assert!(transaction.transmit(&GET).unwrap().status().is_success());
            let held = begun.elapsed();
            transaction.end(Disposition::Leave).unwrap();
            assert!(waiting.join().unwrap() >= held.min(Duration::from_secs(1)));
        });
        let mut channel = session.open_channel().unwrap();
        let copy = &raw mut channel;
        assert!(in_a_child(|| {
            // SAFETY: as above.
            drop(unsafe { copy.read() });
        }));
        assert!(channel.transmit(&GET).unwrap().status().is_success());
        channel.close().unwrap();
        session.close().unwrap();
    }

    fn a_child_sends_nothing_over_its_parents_connection<S>() {
        let mut service = S::start(1);
        service.insert(0, DemoCard::new());
        let mut session = service.open(0);
        session.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
        let mut channel = session.basic_channel();
        // Each in a child of its own, since after one refusal all is refused.
        let refused = |error: Option<Error>| error.and_then(|error| error.code()) == Some(Code::INVALID_HANDLE);
        let calls: [(&str, Call); 13] = [
            ("channel", |session| session.open_channel().err()),
            ("numbered channel", |session| session.open_numbered_channel(2).err()),
            ("transaction", |session| session.transaction().err()),
            ("file", |session| session.transparent_file().read().err().map(Error::from)),
            ("update", |session| session.transparent_file().update(&[1]).err()),
            ("status", |session| session.status().err()),
            ("attribute", |session| session.get_attribute(Attribute::VENDOR_NAME).err()),
            ("set attribute", |session| session.set_attribute(Attribute(0x7FFF), &[1]).err()),
            ("control", |session| session.control(1, &[]).err()),
            ("secret", |session| session.transmit_sensitive(&GET).err()),
            ("PIN", |session| {
                let verify = Command::verify(DemoCard::PIN_REFERENCE, DemoCard::PIN).ok()?;
                session.execute(&verify).err()
            }),
            ("long", |session| session.execute(&Command::put_data(0x0102, &[7; 300])).err()),
            ("reconnect", |session| session.reconnect(Disposition::Reset).err()),
        ];
        let copy = &raw const session;
        for (name, call) in calls {
            let is_refused = in_a_child(|| {
                // SAFETY: the child has a copy of the memory, and never comes back to the original.
                let mut copy = std::mem::ManuallyDrop::new(unsafe { copy.read() });
                let is_refused = refused(call(&mut copy));
                // So is everything from then on.
                let is_refused = is_refused && refused(copy.transmit(&GET).err());
                end_with(is_refused);
            });
            assert!(is_refused, "{name}");
        }
        let copy = &raw mut channel;
        assert!(in_a_child(|| {
            // SAFETY: as above.
            let mut copy = std::mem::ManuallyDrop::new(unsafe { copy.read() });
            end_with(refused(copy.execute(&Command::verify(0x81, b"1").unwrap()).err()));
        }));
        drop(channel);
        assert!(session.transmit(&GET).unwrap().status().is_success());
        assert!(session.status().is_ok());
        let question = Command::verification_status(DemoCard::PIN_REFERENCE);
        assert_eq!(session.execute(&question).unwrap().status().retries(), Some(3));
        session.close().unwrap();
    }
}
