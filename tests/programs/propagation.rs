//! Errors on their way out of a program: by `?` into what its functions return, and what people then read.

use pcsc_session::{CardChannel, CloseError, Command, Disposition, Error, Session, SessionOptions};
use pcsc_sim::{DemoCard, FnCard, Reader, Simulator};
use std::io::{self, ErrorKind};

const PIN: u8 = DemoCard::PIN_REFERENCE;

/// The `main` of a program that reads what a PIN protects: every step goes out by `?`.
fn read_secret(options: &SessionOptions) -> anyhow::Result<Vec<u8>> {
    let mut session = options.open()?;
    session.execute(&Command::select_aid(DemoCard::AID))?.ok()?;
    let mut transaction = session.transaction()?;
    transaction.execute(&Command::verify(PIN, DemoCard::PIN)?)?.ok()?;
    let read = Command::read_binary_sfi(5, 0, 256)?;
    let secret = transaction.execute(&read)?.ok()?.data().to_vec();
    // The error has the transaction in it, which borrows the session: it cannot leave this function.
    transaction.end(Disposition::Leave).map_err(Error::from)?;
    session.close()?;
    Ok(secret)
}

fn read_secret_boxed(options: &SessionOptions) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    let mut session = options.open()?;
    session.execute(&Command::select_aid(DemoCard::AID))?.ok()?;
    let mut transaction = session.transaction()?;
    transaction.execute(&Command::verify(PIN, DemoCard::PIN)?)?.ok()?;
    let read = Command::read_binary_sfi(5, 0, 256)?;
    let secret = transaction.execute(&read)?.ok()?.data().to_vec();
    transaction.end(Disposition::Leave).map_err(Error::from)?;
    session.close()?;
    Ok(secret)
}

/// The same among programs that know errors of I/O alone.
fn read_secret_io(options: &SessionOptions) -> io::Result<Vec<u8>> {
    let mut session = options.open()?;
    session.execute(&Command::select_aid(DemoCard::AID))?.ok()?;
    let mut transaction = session.transaction()?;
    transaction
        .execute(&Command::verify(PIN, DemoCard::PIN).map_err(Error::from)?)?
        .ok()?;
    let read = Command::read_binary_sfi(5, 0, 256).map_err(Error::from)?;
    let secret = transaction.execute(&read)?.ok()?.data().to_vec();
    transaction.end(Disposition::Leave).map_err(Error::from)?;
    session.close().map_err(Error::from)?;
    Ok(secret)
}

/// How the program fails, and what it says of that.
struct Case {
    /// The C function that fails; none where the card refuses.
    function: Option<&'static str>,
    prepare: fn(&Simulator, &Reader),
    /// How the text begins: what each code means is said elsewhere.
    begins: &'static str,
    kind: ErrorKind,
}

const READER: &str = "Simulated Reader 00 00";

const CASES: [Case; 7] = [
    Case {
        function: Some("SCardConnect"),
        prepare: |_, reader| drop(reader.remove()),
        begins: "there is no card in the reader \"Simulated Reader 00 00\", SCardConnect failed with SCARD_E_NO_SMARTCARD (0x8010000C): ",
        kind: ErrorKind::NotFound,
    },
    Case {
        function: Some("SCardEstablishContext"),
        prepare: |simulator, _| simulator.stop_service(),
        begins: "SCardEstablishContext failed: SCARD_E_NO_SERVICE (0x8010001D): ",
        kind: ErrorKind::ConnectionRefused,
    },
    Case {
        function: Some("SCardBeginTransaction"),
        prepare: |simulator, _| {
            simulator.fail("SCardBeginTransaction", 1, pcsc_sys::SCARD_E_SHARING_VIOLATION);
        },
        begins: "SCardBeginTransaction failed on the reader \"Simulated Reader 00 00\": SCARD_E_SHARING_VIOLATION (0x8010000B): ",
        kind: ErrorKind::ResourceBusy,
    },
    Case {
        function: Some("SCardTransmit"),
        prepare: |simulator, _| simulator.fail("SCardTransmit", 2, pcsc_sys::SCARD_W_RESET_CARD),
        begins: "SCardTransmit failed on the reader \"Simulated Reader 00 00\": SCARD_W_RESET_CARD (0x80100068): ",
        kind: ErrorKind::ConnectionReset,
    },
    Case {
        function: None,
        prepare: |_, reader| {
            let refuse = |_: &[u8], response: &mut Vec<u8>| response.extend([0x6A, 0x82]);
            reader.insert(FnCard::new([0x3B, 0x80, 0x01, 0x81], refuse));
        },
        begins: "the card in \"Simulated Reader 00 00\" answered the command 00 A4 04 00 with 6A82: ",
        kind: ErrorKind::Other,
    },
    Case {
        function: Some("SCardEndTransaction"),
        prepare: |simulator, _| simulator.fail("SCardEndTransaction", 1, pcsc_sys::SCARD_F_INTERNAL_ERROR),
        begins: "SCardEndTransaction failed on the reader \"Simulated Reader 00 00\": SCARD_F_INTERNAL_ERROR (0x80100001): ",
        kind: ErrorKind::Other,
    },
    Case {
        function: Some("SCardDisconnect"),
        prepare: |simulator, _| simulator.fail("SCardDisconnect", 1, pcsc_sys::SCARD_F_INTERNAL_ERROR),
        begins: "SCardDisconnect failed on the reader \"Simulated Reader 00 00\": SCARD_F_INTERNAL_ERROR (0x80100001): ",
        kind: ErrorKind::Other,
    },
];

/// Runs a program in the case.
fn run<T>(case: &Case, program: impl FnOnce(&SessionOptions) -> T) -> (Simulator, T) {
    let simulator = Simulator::new();
    let reader = simulator.add_reader(READER);
    reader.insert(DemoCard::new());
    (case.prepare)(&simulator, &reader);
    let result = program(&Session::options().provider(simulator.provider()));
    (simulator, result)
}

/// The session's error in what a program got: `close` alone gives another type.
fn inner<'a>(error: &'a (dyn std::error::Error + 'static)) -> &'a Error {
    match error.downcast_ref::<CloseError<Session>>() {
        Some(error) => error.error(),
        None => error.downcast_ref().unwrap(),
    }
}

#[test]
fn the_programs_read_the_secret_where_nothing_fails() {
    let case = Case {
        function: None,
        prepare: |_, _| {},
        begins: "",
        kind: ErrorKind::Other,
    };
    assert_eq!(run(&case, read_secret).1.unwrap(), b"Only after VERIFY.");
    assert_eq!(run(&case, read_secret_boxed).1.unwrap(), b"Only after VERIFY.");
    assert_eq!(run(&case, read_secret_io).1.unwrap(), b"Only after VERIFY.");
}

#[test]
fn anyhow_prints_each_error_once() {
    for case in CASES {
        let (simulator, result) = run(&case, read_secret);
        let error = result.unwrap_err();
        let inner = inner(error.as_ref());
        assert_eq!(format!("{error:#}"), inner.to_string());
        assert!(inner.to_string().starts_with(case.begins), "{inner}");
        assert_eq!(inner.function(), case.function);
        // What could not be ended is in the error of `close`: it goes with it.
        let before = simulator.calls("SCardDisconnect");
        drop(error);
        let again = u64::from(case.function == Some("SCardDisconnect"));
        assert_eq!(simulator.calls("SCardDisconnect"), before + again);
    }
}

#[test]
fn a_programs_own_context_stands_before_the_error() {
    use anyhow::Context;
    let (_simulator, result) = run(&CASES[4], read_secret);
    let error = result.context("the secret cannot be read").unwrap_err();
    let inner = error.downcast_ref::<Error>().unwrap();
    assert_eq!(
        format!("{error:#}"),
        format!("the secret cannot be read: {inner}")
    );
    assert_eq!(inner.status().unwrap(), 0x6A82);
}

#[test]
fn a_boxed_error_has_the_text_and_the_variant() {
    for case in CASES {
        let (_simulator, result) = run(&case, read_secret_boxed);
        let error = result.unwrap_err();
        assert!(error.to_string().starts_with(case.begins), "{error}");
        assert!(error.source().is_none(), "{error}");
        let inner = inner(&*error);
        assert!(
            match case.function {
                Some("SCardConnect") => matches!(inner, Error::NoCard { reader, .. } if *reader == READER),
                Some("SCardEstablishContext") => inner.is_service_down() && inner.reader().is_none(),
                None => matches!(inner, Error::Status { status, header: Some([0x00, 0xA4, 0x04, 0x00]), .. }
                    if *status == 0x6A82),
                _ => matches!(inner, Error::Pcsc { reader: Some(reader), .. } if *reader == READER),
            },
            "{inner:?}"
        );
    }
}

#[test]
fn an_error_of_io_has_the_kind_and_the_error() {
    for case in CASES {
        let (_simulator, result) = run(&case, read_secret_io);
        let error = result.unwrap_err();
        assert_eq!(error.kind(), case.kind, "{:?}", case.function);
        assert!(error.to_string().starts_with(case.begins), "{error}");
        let inner = error.get_ref().unwrap().downcast_ref::<Error>().unwrap();
        assert_eq!(inner.function(), case.function);
    }
}

#[test]
fn an_error_goes_to_another_thread() {
    let (_simulator, result) = run(&CASES[6], read_secret_boxed);
    let error = result.unwrap_err();
    let text = std::thread::spawn(move || error.to_string()).join().unwrap();
    assert!(text.starts_with(CASES[6].begins), "{text}");
}
