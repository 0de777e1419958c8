//! As many clients as a service takes, which is a simulator on a socket.

use crate::daemon::place;
use crate::program::{establish, list, release, send};
use pcsc_sim::{FnCard, Simulator, serve};
use pcsc_sys::*;
use std::sync::Barrier;

/// How many pcscd takes by default, and the simulator.
const LIMIT: usize = 200;

const NAME: &str = "Many 00 00";

fn connect(context: SCARDCONTEXT) -> SCARDHANDLE {
    let (mut card, mut protocol) = (0, 0);
    let function = Functions::native().SCardConnect;
    // SAFETY: the name is a C string, and the results live through the call.
    let code = unsafe {
        function(
            context,
            c"Many 00 00".as_ptr(),
            SCARD_SHARE_SHARED,
            SCARD_PROTOCOL_ANY,
            &mut card,
            &mut protocol,
        )
    };
    assert_eq!(code, 0, "{code:X}");
    card
}

/// A card that answers with what it is sent.
fn serve(simulator: &Simulator, path: &std::path::Path) -> serve::Served {
    let reader = simulator.add_reader(NAME);
    reader.insert(FnCard::new([0x3B, 0x80, 0x01, 0x81], |command, response| {
        response.extend(command);
        response.extend([0x90, 0x00]);
    }));
    simulator.serve(path).unwrap()
}

#[test]
fn two_hundred_clients_get_their_own_answers_and_one_more_is_refused() {
    let (_one, path) = place();
    let simulator = Simulator::new();
    let served = serve(&simulator, &path);
    let (all_are_open, one_was_refused) = (Barrier::new(LIMIT + 1), Barrier::new(LIMIT + 1));
    std::thread::scope(|scope| {
        for number in 0..LIMIT {
            let (all_are_open, one_was_refused) = (&all_are_open, &one_was_refused);
            let client = move || {
                let (code, context) = establish();
                assert_eq!(code, 0, "{number}: {code:X}");
                let card = connect(context);
                all_are_open.wait();
                for round in 0..20_u8 {
                    let command = [0x00, 0xCA, number as u8, round, 0x00];
                    let (code, answer) = send(card, &command, 300);
                    assert!(
                        code == 0 && answer == [&command[..], &[0x90, 0x00]].concat(),
                        "{number}: {code:X}, {answer:X?}"
                    );
                }
                one_was_refused.wait();
                assert_eq!(list(context), (0, NAME.to_owned()));
                // SAFETY: the function looks the number up.
                let code = unsafe { (Functions::native().SCardDisconnect)(card, SCARD_LEAVE_CARD) };
                assert_eq!((code, release(context)), (0, 0), "{number}");
            };
            std::thread::Builder::new().spawn_scoped(scope, client).unwrap();
        }
        all_are_open.wait();
        let refused = establish();
        one_was_refused.wait();
        let codes = [SCARD_W_SECURITY_VIOLATION, SCARD_F_COMM_ERROR, SCARD_E_NO_SERVICE];
        assert!(
            codes.contains(&refused.0) && refused.1 == 0,
            "{:X}, {}",
            refused.0,
            refused.1
        );
    });
    // The places become free, which the service takes a moment to see.
    while served.programs() > 0 {
        std::thread::yield_now();
    }
    let (code, context) = establish();
    assert_eq!(code, 0, "{code:X}");
    assert_eq!(release(context), 0);
}
