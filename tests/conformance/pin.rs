//! A PIN by `execute`: its tries, and what it opens.

use crate::watched::with_card;
use pcsc_session::{Command, Error, StatusWord};
use pcsc_sim::DemoCard;

conformance! {
    fn pin_tries_count_down_and_come_back<S>() {
        let mut service = S::start(1);
        const REFERENCE: u8 = DemoCard::PIN_REFERENCE;
        for card in [DemoCard::new(), DemoCard::new().t0()] {
            with_card(&mut service, card, |session, card| {
                session.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
                let secret = Command::read_binary_sfi(5, 0, 18).unwrap();
                let refused = session.execute(&secret).unwrap().ok().unwrap_err();
                assert_error!(refused, Status { status: StatusWord::from_u16(0x6982) });
                let wrong = Command::verify(REFERENCE, b"0000").unwrap();
                let right = Command::verify(REFERENCE, DemoCard::PIN).unwrap();
                // Asking for the tries uses none up.
                let ask = Command::verification_status(REFERENCE);
                for tries in [2, 1] {
                    assert_eq!(session.execute(&wrong).unwrap().status().retries(), Some(tries));
                    assert_eq!(session.execute(&ask).unwrap().status().retries(), Some(tries));
                }
                session.execute(&right).unwrap().ok().unwrap();
                assert_eq!(card.look(DemoCard::pin_tries_left), 3);
                assert_eq!(session.execute(&secret).unwrap().ok().unwrap().data().len(), 18);
                for tries in [2, 1, 0] {
                    let error = session.execute(&wrong).unwrap().ok().unwrap_err();
                    let Error::Status { status, .. } = error else { panic!("{error}") };
                    assert_eq!(status.retries(), Some(tries));
                }
                assert_eq!(session.execute(&right).unwrap().status().to_u16(), 0x6983);
                let puk_and_pin = [DemoCard::PUK, b"9876"].concat();
                session.execute(&Command::reset_retry_counter(REFERENCE, &puk_and_pin).unwrap()).unwrap().ok().unwrap();
                session.execute(&Command::verify(REFERENCE, b"9876").unwrap()).unwrap().ok().unwrap();
                assert!(card.look(DemoCard::pin_verified));
            });
        }
    }
}
