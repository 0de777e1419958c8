//! How a session and a context come back after the service has ended.

use crate::card::{assert_no_card, ok};
use crate::recovering::assert_usable;
use crate::service::{DEADLINE, fill};
use pcsc_session::{Cause, Code, Context, Disposition, Recovered};
use std::sync::{Mutex, PoisonError};

const GET: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];

/// Has each backend fill its service alone: they are in one process, which may have no more than 1024 descriptors, and a
/// client of a service in the same process takes two.
static FILLS: Mutex<()> = Mutex::new(());

conformance! {
    fn a_service_that_was_killed_is_told_once_it_is_back<S>() {
        let mut service = S::start(1);
        for is_known in [false, true] {
            service.insert(0, ok());
            let context = service.options().establish().unwrap();
            let mut session = service.options().reader(service.reader(0)).open_in(&context).unwrap();
            let before = session.context().as_raw();
            service.kill();
            if is_known {
                let error = session.transmit(&GET).unwrap_err();
                assert!(error.is_service_down() && error.code() == Some(Code::NO_SERVICE), "{error}");
            }
            for _ in 0..2 {
                let error = session.recover().unwrap_err();
                assert!(error.is_service_down(), "{error}");
                assert_eq!(error.function(), Some("SCardEstablishContext"), "{error}");
                assert!(session.transmit(&GET).unwrap_err().is_service_down());
            }
            service.restart();
            // The card is not there yet.
            let error = session.recover().unwrap_err();
            assert_no_card(&error, "SCardConnect", &service.reader(0));
            service.insert(0, ok());
            assert_eq!(session.recover(), Ok(Recovered::ServiceBack));
            assert_usable(&mut session);
            // A context of its own.
            assert_ne!(session.context().as_raw(), before);
            assert_eq!(context.as_raw(), before);
            assert!(context.list_readers().unwrap_err().is_service_down());
            service.remove(0);
        }
    }

    fn a_service_that_was_restarted_meanwhile_is_told<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let mut session = service.open(0);
        service.kill();
        service.restart();
        service.insert(0, ok());
        assert_eq!(session.recover(), Ok(Recovered::ServiceBack));
        assert_usable(&mut session);
    }

    fn a_session_that_its_end_gave_back_comes_back<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let session = service.open(0);
        service.kill();
        let (mut session, error) = session.close().unwrap_err().into_parts();
        assert!(error.is_service_down(), "{error}");
        assert!(session.reconnect(Disposition::Leave).unwrap_err().is_service_down());
        assert!(session.recover().unwrap_err().is_service_down());
        service.restart();
        service.insert(0, ok());
        assert_eq!(session.recover(), Ok(Recovered::ServiceBack));
        assert_usable(&mut session);
        session.close().unwrap();
    }

    fn at_the_limit_of_clients_the_limit_is_told<S>() {
        let _alone = FILLS.lock().unwrap_or_else(PoisonError::into_inner);
        let mut service = S::start(1);
        service.insert(0, ok());
        let mut session = service.open(0);
        service.kill();
        service.restart();
        service.insert(0, ok());
        let (contexts, refused) = fill(|| service.options().establish());
        let error = session.recover().unwrap_err();
        let is_limit = |cause: &Cause| matches!(cause, Cause::ServiceAtItsLimit { .. });
        for error in [refused, error] {
            // The code is pcsc-lite's; nothing is known of a limit of Windows'.
            assert!(error.causes().iter().any(is_limit) || cfg!(windows), "{error}");
        }
        drop(contexts);
        assert_eq!(session.recover_within(Some(DEADLINE)), Ok(Recovered::ServiceBack));
        assert_usable(&mut session);
    }

    fn a_context_comes_back_and_its_clones_do_by_themselves<S>() {
        let mut service = S::start(1);
        let mut context = Context::establish_on(service.provider()).unwrap();
        let (before, mut clone) = (context.as_raw(), context.clone());
        assert_eq!(context.recover(), Ok(Recovered::Intact));
        assert_eq!(context.as_raw(), before);
        service.kill();
        for _ in 0..2 {
            assert!(context.recover().unwrap_err().is_service_down());
        }
        service.restart();
        assert_eq!(context.recover(), Ok(Recovered::ServiceBack));
        assert_eq!(context.recover(), Ok(Recovered::Intact));
        assert_ne!(context.as_raw(), before);
        context.list_readers().unwrap();
        assert!(clone.list_readers().unwrap_err().is_service_down());
        assert_eq!(clone.recover(), Ok(Recovered::ServiceBack));
        assert_ne!(clone.as_raw(), context.as_raw());
        clone.list_readers().unwrap();
        service.insert(0, ok());
        assert_usable(&mut service.options().reader(service.reader(0)).open_in(&context).unwrap());
    }
}
