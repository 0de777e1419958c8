//! The end of a session, after each way that it can have gone: by close, and by drop.

use crate::card::{Counter, card, ok};
use crate::service::Service;
use pcsc_session::{Code, Disposition, Error, Session, ShareMode};

const GET: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];

/// Ends a session in both ways, and checks that no handle is left: only then can the card be had exclusively.
fn both_ways<S: Service>(prepare: impl Fn(&mut S) -> Session) {
    for close in [true, false] {
        let mut service = S::start(1);
        let session = prepare(&mut service);
        if close {
            session.close().unwrap();
        } else {
            drop(session);
        }
        let exclusive = service
            .options()
            .reader(service.reader(0))
            .share_mode(ShareMode::Exclusive);
        let mut session = match exclusive.open() {
            // The card is gone.
            Err(Error::NoCard { .. }) => {
                service.insert(0, ok());
                exclusive.open().unwrap()
            }
            opened => opened.unwrap(),
        };
        assert!(session.transmit(&GET).unwrap().status().is_success());
    }
}

conformance! {
    fn after_nothing<S>() {
        both_ways(|service: &mut S| {
            service.insert(0, ok());
            service.open(0)
        });
    }

    fn after_a_command<S>() {
        both_ways(|service: &mut S| {
            service.insert(0, ok());
            let mut session = service.open(0);
            session.transmit(&GET).unwrap();
            session
        });
    }

    fn after_a_short_answer<S>() {
        both_ways(|service: &mut S| {
            let mut first = true;
            service.insert(0, card(move |_| if std::mem::take(&mut first) { vec![0x90] } else { vec![0x90, 0x00] }));
            let mut session = service.open(0);
            session.transmit(&GET).unwrap_err();
            session
        });
    }

    fn after_an_empty_answer<S>() {
        for close in [true, false] {
            let mut service = S::start(2);
            service.insert(0, card(|_| vec![]));
            service.insert(1, ok());
            let mut session = service.open(0);
            session.transmit(&GET).unwrap_err();
            if close {
                session.close().unwrap();
            } else {
                drop(session);
            }
            // The virtual reader lets go of such a card: another reader shows that the service goes on.
            assert!(service.open(1).transmit(&GET).unwrap().status().is_success());
        }
    }

    fn after_a_removal_with_the_card_put_back<S>() {
        both_ways(|service: &mut S| {
            service.insert(0, ok());
            let mut session = service.open(0);
            service.remove(0);
            session.transmit(&GET).unwrap_err();
            service.insert(0, ok());
            session
        });
    }

    fn after_commands_that_were_refused<S>() {
        both_ways(|service: &mut S| {
            service.insert(0, ok());
            let mut session = service.open(0);
            session.transmit(&[]).unwrap_err();
            session.transmit(&[0; 70_000]).unwrap_err();
            session
        });
    }

    fn after_a_removal<S>() {
        both_ways(|service: &mut S| {
            service.insert(0, ok());
            let mut session = service.open(0);
            service.remove(0);
            session.transmit(&GET).unwrap_err();
            session
        });
    }

    fn after_a_removal_that_was_not_noticed<S>() {
        both_ways(|service: &mut S| {
            service.insert(0, ok());
            let session = service.open(0);
            service.remove(0);
            session
        });
    }

    fn after_a_reset_by_another<S>() {
        both_ways(|service: &mut S| {
            service.insert(0, ok());
            let mut session = service.open(0);
            drop(service.open(0));
            session.transmit(&GET).unwrap_err();
            session
        });
    }

    fn after_a_sharing_violation<S>() {
        both_ways(|service: &mut S| {
            service.insert(0, ok());
            let session = service.open(0);
            let exclusive = service.options().reader(service.reader(0)).share_mode(ShareMode::Exclusive);
            assert_eq!(exclusive.open().unwrap_err().code(), Some(Code::SHARING_VIOLATION));
            session
        });
    }

    fn the_card_is_reset_by_default_and_left_where_asked<S>() {
        let mut service = S::start(1);
        let counter = Counter::default();
        service.insert(0, counter.clone());
        let keep = service.options().reader(service.reader(0)).on_close(Disposition::Leave);
        // pcscd may take the power of a card at once that nobody is connected to, where its driver's wait is ended twice.
        let _keeps_it_powered = keep.open().unwrap();
        let before = counter.resets();
        keep.open().unwrap().close().unwrap();
        drop(keep.open().unwrap());
        assert_eq!(counter.resets(), before);
        service.open(0).close().unwrap();
        assert_eq!(counter.resets(), before + 1);
        drop(service.open(0));
        assert_eq!(counter.resets(), before + 2);
    }

    fn each_end_resets_the_card_once<S>() {
        // After a command, a reset by another, a transaction, and a transaction that nobody ended.
        let prepare: [fn(&mut Session, &S); 4] = [
            |session, _| assert!(session.transmit(&GET).unwrap().status().is_success()),
            |session, service| {
                drop(service.open(0));
                session.transmit(&GET).unwrap_err();
            },
            |session, _| drop(session.transaction().unwrap()),
            |session, _| std::mem::forget(session.transaction().unwrap()),
        ];
        for (case, prepare) in prepare.into_iter().enumerate() {
            for close in [true, false] {
                let mut service = S::start(1);
                let counter = Counter::default();
                service.insert(0, counter.clone());
                let mut session = service.open(0);
                prepare(&mut session, &service);
                let resets = counter.resets();
                if close {
                    session.close().unwrap();
                } else {
                    drop(session);
                }
                assert_eq!(counter.resets(), resets + 1, "case {case}, closed: {close}");
            }
        }
    }
}
