//! Where the simulator does as Windows does, and not as pcsc-lite: field cases L43 and L44.
#![cfg(windows)]

use pcsc_sim::{FnCard, Reader, Simulator};
use pcsc_sys::*;
use std::ptr;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(20);
const ATR: [u8; 2] = [0x3B, 0x00];

#[link(name = "kernel32")]
unsafe extern "system" {
    fn WaitForSingleObject(handle: HANDLE, milliseconds: u32) -> u32;
}

/// Whether an event is set.
fn is_set(event: HANDLE) -> bool {
    // SAFETY: the event of a simulator's table is never closed.
    match unsafe { WaitForSingleObject(event, 0) } {
        0 => true,
        0x102 => false,
        other => panic!("{other:X}"),
    }
}

fn card() -> FnCard<impl FnMut(&[u8], &mut Vec<u8>) + Send> {
    FnCard::new(ATR, |_: &[u8], response: &mut Vec<u8>| {
        response.extend([0x90, 0x00])
    })
}

/// A direct connection to a reader.
fn connect(sim: &Simulator, reader: &Reader) -> SCARDHANDLE {
    let functions = sim.provider().functions();
    let (mut context, mut card, mut protocol) = (0, 0, 0);
    // SAFETY: the reserved pointers are null, and the result is a local.
    let code = unsafe {
        (functions.SCardEstablishContext)(SCARD_SCOPE_SYSTEM, ptr::null(), ptr::null(), &mut context)
    };
    assert_eq!(code, SCARD_S_SUCCESS);
    let name: Vec<u16> = reader.name().encode_utf16().chain([0]).collect();
    // SAFETY: the name is null-terminated, and the results are locals.
    let code = unsafe {
        (functions.SCardConnectW)(
            context,
            name.as_ptr(),
            SCARD_SHARE_DIRECT,
            0,
            &mut card,
            &mut protocol,
        )
    };
    assert_eq!(code, SCARD_S_SUCCESS);
    card
}

/// Asks for an attribute with room for so many bytes.
fn attribute(sim: &Simulator, card: SCARDHANDLE, attribute: DWORD, room: usize) -> (LONG, DWORD, Vec<u8>) {
    let (mut buffer, mut len) = (vec![0; room], room as DWORD);
    let get = sim.provider().functions().SCardGetAttrib;
    // SAFETY: the buffer has its length.
    let code = unsafe { get(card, attribute, buffer.as_mut_ptr(), &mut len) };
    buffer.truncate(len as usize);
    (code, len, buffer)
}

/// Case L44.
#[test]
fn attributes_are_as_long_as_they_are() {
    let sim = Simulator::new();
    let reader = sim.add_reader("one");
    let card = connect(&sim, &reader);
    for len in [1, 264, 265, 4_000, MAX_BUFFER_SIZE_EXTENDED] {
        let value = vec![0x5A; len];
        reader.set_attribute(SCARD_ATTR_VENDOR_NAME, value.clone());
        let got = (SCARD_S_SUCCESS, len as DWORD, value.clone());
        assert_eq!(attribute(&sim, card, SCARD_ATTR_VENDOR_NAME, len), got);
        assert_eq!(attribute(&sim, card, SCARD_ATTR_VENDOR_NAME, 1 << 20), got);
        let (code, told, _) = attribute(&sim, card, SCARD_ATTR_VENDOR_NAME, len - 1);
        assert_eq!((code, told), (SCARD_E_INSUFFICIENT_BUFFER, len as DWORD));
        let functions = sim.provider().functions();
        let mut told = 0;
        // SAFETY: no buffer, and the length is a local.
        let code =
            unsafe { (functions.SCardGetAttrib)(card, SCARD_ATTR_VENDOR_NAME, ptr::null_mut(), &mut told) };
        assert_eq!((code, told), (SCARD_S_SUCCESS, len as DWORD));
        let (mut told, mut memory) = (SCARD_AUTOALLOCATE, ptr::null_mut::<u8>());
        // SAFETY: for this length the buffer is the place of a pointer.
        let code = unsafe {
            (functions.SCardGetAttrib)(card, SCARD_ATTR_VENDOR_NAME, (&raw mut memory).cast(), &mut told)
        };
        assert_eq!((code, told), (SCARD_S_SUCCESS, len as DWORD));
        // SAFETY: the function allocated so many bytes.
        assert_eq!(unsafe { std::slice::from_raw_parts(memory, len) }, value);
        // SAFETY: the value has its length.
        let code =
            unsafe { (functions.SCardSetAttrib)(card, SCARD_ATTR_VENDOR_NAME, value.as_ptr(), len as DWORD) };
        assert_eq!(code, SCARD_S_SUCCESS);
    }
    let mut memory = ptr::null_mut::<u8>();
    let mut told = SCARD_AUTOALLOCATE;
    let get = sim.provider().functions().SCardGetAttrib;
    // SAFETY: for this length the buffer is the place of a pointer.
    let code = unsafe { get(card, 0x7FFF_0100, (&raw mut memory).cast(), &mut told) };
    // What fails allocates nothing that the program would have to free.
    assert_eq!((code, memory.is_null()), (SCARD_E_UNSUPPORTED_FEATURE, true));
}

/// Case L44.
#[test]
fn the_answer_to_reset_has_the_standards_number() {
    let sim = Simulator::new();
    let reader = sim.add_reader("one");
    let handle = connect(&sim, &reader);
    assert_eq!(
        attribute(&sim, handle, SCARD_ATTR_ATR_STRING, 33).0,
        SCARD_E_NO_SMARTCARD
    );
    reader.insert(card());
    assert_eq!(
        attribute(&sim, handle, SCARD_ATTR_ATR_STRING, 33),
        (SCARD_S_SUCCESS, 2, ATR.to_vec())
    );
}

/// Case L43.
#[test]
fn a_reader_that_was_pulled_out_cannot_be_used() {
    let sim = Simulator::new();
    let reader = sim.add_reader("one");
    reader.insert(card());
    let handle = connect(&sim, &reader);
    reader.unplug();
    // A new one of its name is another reader.
    sim.add_reader("one").insert(card());
    let functions = sim.provider().functions();
    let mut protocol = 0;
    // SAFETY: the result is a local, or there are no pointers.
    let codes = unsafe {
        [
            (functions.SCardReconnect)(handle, SCARD_SHARE_SHARED, 3, SCARD_LEAVE_CARD, &mut protocol),
            (functions.SCardBeginTransaction)(handle),
            (functions.SCardEndTransaction)(handle, SCARD_LEAVE_CARD),
            (functions.SCardControl)(handle, 1, ptr::null(), 0, ptr::null_mut(), 0, &mut protocol),
            (functions.SCardStatusW)(
                handle,
                ptr::null_mut(),
                ptr::null_mut(),
                ptr::null_mut(),
                &mut protocol,
                ptr::null_mut(),
                ptr::null_mut(),
            ),
            attribute(&sim, handle, SCARD_ATTR_ATR_STRING, 33).0,
        ]
    };
    assert_eq!(codes, [SCARD_E_READER_UNAVAILABLE; 6]);
    // SAFETY: any number may be passed.
    assert_eq!(
        unsafe { (functions.SCardDisconnect)(handle, SCARD_RESET_CARD) },
        SCARD_S_SUCCESS
    );
}

/// Case L44.
#[test]
fn the_started_event_is_set_while_the_service_runs() {
    let sim = Simulator::new();
    let functions = sim.provider().functions();
    // SAFETY: nobody closes the handle, and the table's events stay.
    let (event, again) = unsafe {
        (
            (functions.SCardAccessStartedEvent)(),
            (functions.SCardAccessStartedEvent)(),
        )
    };
    assert!(!event.is_null() && event == again);
    assert!(is_set(event) && is_set(event));
    sim.stop_service();
    assert!(!is_set(event));
    let (tell, told) = mpsc::channel();
    let address = event as usize;
    let waiting = thread::spawn(move || {
        tell.send(()).unwrap();
        // SAFETY: the event of a simulator's table is never closed.
        unsafe { WaitForSingleObject(address as HANDLE, DEADLINE.as_millis() as u32) }
    });
    told.recv().unwrap();
    sim.start_service();
    assert_eq!(waiting.join().unwrap(), 0);
    // Each simulator has one of its own.
    let other = Simulator::new();
    // SAFETY: as above.
    let others = unsafe { (other.provider().functions().SCardAccessStartedEvent)() };
    assert!(others != event && is_set(others));
    other.stop_service();
    assert!(is_set(event) && !is_set(others));
    drop(sim);
    assert!(!is_set(event));
    // SAFETY: as above; the handle of each call is given back.
    unsafe {
        (functions.SCardReleaseStartedEvent)();
        (functions.SCardReleaseStartedEvent)();
        assert!((functions.SCardAccessStartedEvent)().is_null());
    }
}

/// What only the database of Windows could answer says so.
#[test]
fn the_functions_that_the_simulator_lacks_say_so() {
    let sim = Simulator::new();
    let functions = sim.provider().functions();
    let mut len = 0;
    // SAFETY: what is not there looks at none of its arguments.
    let codes = unsafe {
        [
            (functions.SCardListCardsW)(0, ptr::null(), ptr::null(), 0, ptr::null_mut(), &mut len),
            (functions.SCardIntroduceReaderGroupW)(0, ptr::null()),
            (functions.SCardLocateCardsW)(0, ptr::null(), ptr::null_mut(), 0),
            (functions.SCardGetReaderIconW)(0, ptr::null(), ptr::null_mut(), &mut len),
            (functions.SCardAudit)(0, 0),
        ]
    };
    assert_eq!(codes, [SCARD_E_UNSUPPORTED_FEATURE; 5]);
    // SAFETY: as above.
    assert!(unsafe { (functions.SCardAccessNewReaderEvent)() }.is_null());
}
