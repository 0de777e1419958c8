//! As many clients as a service takes, which is a simulator on a socket.

use crate::daemon::{DEADLINE, place};
use crate::program::{establish, list, release, send};
use pcsc_sim::{FnCard, Simulator, serve};
use pcsc_sys::*;
use std::time::Instant;

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

/// Waits until all places are free, which the service takes a moment to see.
fn wait_for_no_program(served: &serve::Served) {
    let end = Instant::now() + DEADLINE;
    while served.programs() > 0 {
        assert!(Instant::now() < end, "{} programs", served.programs());
        std::thread::yield_now();
    }
}

#[test]
fn two_hundred_clients_get_their_own_answers_and_one_more_is_refused() {
    let (_one, path) = place();
    let simulator = Simulator::new();
    let served = serve(&simulator, &path);
    // What is spoken is agreed on once: a connection that finds a newer service than the last one is closed, and opened anew.
    assert_eq!(release(establish().1), 0);
    wait_for_no_program(&served);
    let clients: Vec<_> = std::thread::scope(|scope| {
        let open = || {
            let (code, context) = establish();
            assert_eq!(code, 0, "{code:X}");
            (context, connect(context))
        };
        let opening: Vec<_> = (0..LIMIT).map(|_| scope.spawn(open)).collect();
        opening.into_iter().map(|client| client.join().unwrap()).collect()
    });
    std::thread::scope(|scope| {
        for (number, &(_, card)) in clients.iter().enumerate() {
            scope.spawn(move || {
                for round in 0..20_u8 {
                    let command = [0x00, 0xCA, number as u8, round, 0x00];
                    let (code, answer) = send(card, &command, 300);
                    assert!(
                        code == 0 && answer == [&command[..], &[0x90, 0x00]].concat(),
                        "{number}: {code:X}, {answer:X?}"
                    );
                }
            });
        }
        let refused = establish();
        let codes = [SCARD_W_SECURITY_VIOLATION, SCARD_F_COMM_ERROR, SCARD_E_NO_SERVICE];
        assert!(
            codes.contains(&refused.0) && refused.1 == 0,
            "{:X}, {}",
            refused.0,
            refused.1
        );
    });
    std::thread::scope(|scope| {
        for (context, card) in clients {
            scope.spawn(move || {
                assert_eq!(list(context), (0, NAME.to_owned()));
                // SAFETY: the function looks the number up.
                let code = unsafe { (Functions::native().SCardDisconnect)(card, SCARD_LEAVE_CARD) };
                assert_eq!((code, release(context)), (0, 0));
            });
        }
    });
    wait_for_no_program(&served);
    let (code, context) = establish();
    assert_eq!(code, 0, "{code:X}");
    assert_eq!(release(context), 0);
}
