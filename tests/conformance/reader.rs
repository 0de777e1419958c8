//! What the reader is asked: status, attributes, control; and raw handles.

use crate::card::{ATR_T1, ok};
use crate::service::ECHO;
use pcsc_session::{Attribute, Code, Context, Protocol, Session, ShareMode};

/// The answer to reset: on Windows by its own number, else by pcsc-lite's own tag for drivers, since the virtual reader knows
/// no other attribute.
const DRIVER_ATR: Attribute = if cfg!(windows) {
    Attribute::ATR_STRING
} else {
    Attribute(0x0303)
};

conformance! {
    fn the_status_tells_reader_state_protocol_and_answer_to_reset<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let session = service.open(0);
        let status = session.status().unwrap();
        assert_eq!(status.readers, [service.reader(0).as_str()]);
        assert!(status.state.is_present() && status.state.is_powered());
        assert_eq!(status.protocol, Protocol::T1);
        assert_eq!(status.atr.as_bytes(), ATR_T1);
    }

    fn an_attribute_is_read_whole<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let session = service.open(0);
        assert_eq!(session.get_attribute(DRIVER_ATR).unwrap(), ATR_T1);
        let mut buffer = [0; 1000];
        let len = session.get_attribute_into(DRIVER_ATR, &mut buffer).unwrap();
        assert_eq!(buffer[..len], ATR_T1);
    }

    fn an_attribute_and_a_control_code_that_the_reader_lacks_are_refused<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let mut session = service.open(0);
        assert!(session.get_attribute(Attribute(0x7FFF_FFFF)).unwrap_err().code().is_some());
        assert!(session.set_attribute(Attribute(0x7FFF_FFFF), &[1]).unwrap_err().code().is_some());
        assert!(session.control(0x1234, &[]).unwrap_err().code().is_some());
        // The session goes on.
        assert!(session.transmit(&[0, 0xCA, 0, 0]).unwrap().status().is_success());
    }

    fn an_empty_reader_can_be_opened_directly<S>() {
        let service = S::start(1);
        let session = service.options().reader(service.reader(0)).share_mode(ShareMode::Direct).open().unwrap();
        assert_eq!(*session.reader_name(), service.reader(0).as_str());
        assert!(!session.status().unwrap().state.is_present());
    }

    fn a_transaction_of_another_handle_is_not_waited_for<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let mut holder = service.open(0);
        let session = service.open(0);
        let transaction = holder.transaction().unwrap();
        assert!(session.control(0x1234, &[]).unwrap_err().is_sharing_violation());
        assert!(session.get_attribute(DRIVER_ATR).unwrap_err().is_sharing_violation());
        assert!(session.set_attribute(DRIVER_ATR, &[1]).unwrap_err().is_sharing_violation());
        drop(transaction);
        assert_eq!(session.get_attribute(DRIVER_ATR).unwrap(), ATR_T1);
    }

    fn control_reaches_the_reader_after_a_removal<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let direct = service.options().reader(service.reader(0)).share_mode(ShareMode::Direct);
        let session = direct.open().unwrap();
        let refused = session.control(0x1234, &[]).unwrap_err();
        service.remove(0);
        assert!(session.status().unwrap_err().is_card_removed());
        assert_eq!(session.control(0x1234, &[]).unwrap_err(), refused);
        assert!(!refused.is_card_removed());
    }

    fn control_reaches_the_reader_after_a_reset<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let session = service.open(0);
        drop(service.open(0));
        assert!(session.status().unwrap_err().is_card_reset());
        assert_eq!(session.control(ECHO, &[1, 2]).unwrap(), [1, 2]);
    }

    fn there_are_reader_groups<S>() {
        let service = S::start(2);
        let context = Context::establish_on(service.provider()).unwrap();
        let groups = context.list_reader_groups().unwrap();
        assert_eq!(groups, ["SCard$DefaultReaders"]);
        assert_eq!(context.list_readers_of(&groups[0]).unwrap(), context.list_readers().unwrap());
    }

    fn handles_go_out_and_come_in<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let (context, card) = service.open(0).into_raw();
        // SAFETY: the handle was handed out a line before, and nobody else has it.
        let mut session = unsafe { Session::from_raw(context.clone(), card) }.unwrap();
        assert_eq!(*session.reader_name(), service.reader(0).as_str());
        assert_eq!((session.protocol(), session.as_raw()), (Protocol::T1, card));
        assert!(session.transmit(&[0, 0xCA, 0, 0]).unwrap().status().is_success());
        session.close().unwrap();
        // SAFETY: nobody else has the handle, which the service has forgotten.
        let error = unsafe { Session::from_raw(context.clone(), card) }.unwrap_err();
        assert_error!(error, UnknownHandle { function: "SCardStatus" });
        assert_eq!(error.code(), Some(Code::INVALID_HANDLE));
        assert!(!error.is_service_down());
    }

    fn a_context_goes_out_and_comes_in_where_nobody_shares_it<S>() {
        let service = S::start(1);
        let context = Context::establish_on(service.provider()).unwrap();
        let shared = context.clone();
        let context = context.into_raw().unwrap_err();
        drop(shared);
        let handle = context.into_raw().unwrap();
        // SAFETY: the handle was handed out a line before, and nobody else has it.
        let context = unsafe { Context::from_raw(service.provider(), handle) };
        assert_eq!(context.as_raw(), handle);
        context.is_valid().unwrap();
        assert!(!context.list_readers().unwrap().is_empty());
    }

    fn an_input_longer_than_c_takes_is_refused<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let session = service.open(0);
        #[cfg(not(windows))]
        assert_error!(session.set_attribute(DRIVER_ATR, &[0; 265]).unwrap_err(), InputTooLong { function: "SCardSetAttrib", len: 265, max: 264 });
        assert_ne!(session.set_attribute(DRIVER_ATR, &[0; 264]).unwrap_err().code(), None);
        assert_error!(session.control(0x1234, &[0; 65_549]).unwrap_err(), InputTooLong { function: "SCardControl", len: 65_549, max: 65_548 });
        assert_ne!(session.control(0x1234, &[0; 65_548]).unwrap_err().code(), None);
    }
}
