//! What the ends of one session mean to all others of the process: field cases 28 to 30, on simulators.
//!
//! With the system's library they are in `tests/releases.rs`, and in the tests of the release gate.

use crate::card::{ATR_T1, ok};
use crate::service::{DEADLINE, Service, simulated::Simulated};
use pcsc_session::{Context, Disposition, Session};
use pcsc_sim::{Card, Simulator};
use std::sync::mpsc::{self, Receiver, Sender};

/// A card whose reset takes until it is let go, once a command was sent.
struct Slow {
    is_slow: bool,
    begins: Sender<()>,
    goes_on: Receiver<()>,
}

impl Card for Slow {
    fn atr(&self) -> &[u8] {
        &ATR_T1
    }

    fn transmit(&mut self, _command: &[u8], response: &mut Vec<u8>) {
        response.extend_from_slice(&[0x90, 0x00]);
        self.is_slow = true;
    }

    fn reset(&mut self) {
        if std::mem::take(&mut self.is_slow) {
            self.begins.send(()).unwrap();
            self.goes_on.recv_timeout(DEADLINE).unwrap();
        }
    }
}

/// Field case 28.
#[test]
fn a_session_may_end_while_a_context_is_released() {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let simulator = Simulator::new();
        simulator.add_reader("Simulated Reader 00 00").insert(ok());
        let options = Session::options().provider(simulator.provider());
        let context = Context::establish_on(simulator.provider()).unwrap();
        let session = options.open().unwrap();
        simulator.before("SCardReleaseContext", 1, move |_| drop(session));
        drop(context);
        // So it is with all that end later.
        options.open().unwrap().close().unwrap();
        tell.send(simulator.calls("SCardDisconnect")).unwrap();
    });
    assert_eq!(told.recv_timeout(DEADLINE), Ok(2));
}

/// Field cases 29 and 30.
#[test]
fn a_slow_card_of_one_simulator_holds_up_nothing_of_another() {
    let mut slow = Simulated::start(1);
    let (begins, begun) = mpsc::channel();
    let (go_on, goes_on) = mpsc::channel();
    slow.insert(
        0,
        Slow {
            is_slow: false,
            begins,
            goes_on,
        },
    );
    let mut session = slow
        .options()
        .reader(slow.reader(0))
        .on_close(Disposition::Reset)
        .open()
        .unwrap();
    session.transmit(&[0x00, 0x84, 0x00, 0x00, 0x08]).unwrap();
    std::thread::scope(|scope| {
        let ending = scope.spawn(move || session.close().unwrap());
        begun.recv_timeout(DEADLINE).unwrap();
        let other = Simulator::new();
        // More than are ever put aside.
        for number in 1..=300 {
            drop(Context::establish_on(other.provider()).unwrap());
            assert_eq!(other.calls("SCardReleaseContext"), number);
        }
        let is_slow = !ending.is_finished();
        go_on.send(()).unwrap();
        ending.join().unwrap();
        assert!(is_slow);
    });
}
