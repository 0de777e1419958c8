//! The examples of Python's documentation, one function each, step by step: what Python calls stands beside it.

use pcsc_session::{Atr, Command, Context, Error, ReaderName, Session, SessionOptions, StatusWord};
use pcsc_sim::{DemoCard, Reader, ScriptedCard, Simulator};

/// What a program prints.
type Lines = Vec<String>;

/// Bytes as Python's examples show them: two digits each, a blank between.
fn spaced(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(" ")
}

/// The first: a command, its answer, the answer to reset.
fn first_reader(options: &SessionOptions, lines: &mut Lines) -> Result<(), Error> {
    let mut session = options.open()?; // Session()
    let get_response = [0x00, 0xC0, 0x00, 0x00, 0x20];
    let (response, sw1, sw2) = session.send_command_apdu(&get_response)?; // sendCommandAPDU
    lines.push(format!("{response:?}"));
    lines.push(format!("{sw1:02X} {sw2:02X}"));
    let atr = session.atr()?; // getATR
    lines.push(spaced(atr.as_bytes()));
    session.close()?; // close
    Ok(())
}

/// The second: the readers with their numbers, and a session on one of them.
fn one_of_the_readers(options: &SessionOptions, lines: &mut Lines) -> Result<(), Error> {
    let readers = options.establish()?.list_readers()?; // listReaders()
    for (i, reader) in readers.iter().enumerate() {
        lines.push(format!("{i}: {reader}"));
    }
    if let Some(first) = readers.first() {
        let session = options.clone().reader(first).open()?; // Session(readers[0])
        let atr = session.atr()?; // getATR
        lines.push(format!("{first}: {atr:X}"));
        session.close()?; // close
    }
    Ok(())
}

/// The third: a reader by its name, and the two exceptions.
fn named_reader(options: &SessionOptions, name: &str, lines: &mut Lines) -> Result<(), Error> {
    let mut session = match options.clone().reader(name).open() {
        Ok(session) => session,
        Err(Error::NoReaders { .. }) => {
            lines.push("no reader".to_owned()); // NoReadersException
            return Ok(());
        }
        Err(error @ Error::InvalidReader { .. }) => {
            lines.push(error.to_string()); // InvalidReaderException
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let command = [
        0x00, 0xA4, 0x04, 0x00, 0x07, 0xA0, 0x00, 0x00, 0x00, 0x04, 0x10, 0x10,
    ];
    let (_response, sw1, sw2) = session.send_command_apdu(&command)?; // sendCommandAPDU
    if sw1 == 0x90 && sw2 == 0x00 {
        lines.push("done".to_owned());
    } else {
        lines.push(format!("refused: {sw1:02X} {sw2:02X}"));
    }
    session.close()?; // finally: close
    Ok(())
}

/// The fourth: the end by hand, and after any exception.
fn ended_by_hand(options: &SessionOptions, lines: &mut Lines) {
    let work = |lines: &mut Lines| -> Result<(), Error> {
        let mut session = options.open()?; // Session()
        let atr = session.atr()?; // getATR
        lines.push(spaced(atr.as_bytes()));
        let (response, sw1, sw2) = session.send_command_apdu(&[0x00, 0xCA, 0x9F, 0x7F, 0x00])?;
        lines.push(format!("{} {sw1:02X} {sw2:02X}", response.len()));
        session.close()?; // close
        Ok(()) // The session that an error ends is closed by its drop.
    };
    if let Err(error) = work(lines) {
        lines.push(format!("error: {error}")); // Exception
    }
}

/// The fifth: the exceptions, which are variants of one type.
fn exception(error: &Error) -> &'static str {
    match error {
        Error::NoReaders { .. } => "NoReadersException",
        Error::InvalidReader { .. } => "InvalidReaderException",
        _ => "SmartcardException",
    }
}

const FIRST: &str = "Simulated Reader 00 00";

fn world() -> (Simulator, Reader, SessionOptions) {
    let simulator = Simulator::new();
    let reader = simulator.add_reader(FIRST);
    let options = Session::options().provider(simulator.provider());
    (simulator, reader, options)
}

#[test]
fn the_first_example() {
    let (simulator, reader, options) = world();
    let answers: [(&[u8], &[u8], &str); 3] = [
        (&[0x69, 0x85], &[], "69 85"),
        (&[0xCA, 0xFE, 0x90, 0x00], &[0xCA, 0xFE], "90 00"),
        // More than two bytes: SW1 and SW2 stand after them as well.
        (&[1, 2, 3, 0x90, 0x00], &[1, 2, 3, 0x90, 0x00], "90 00"),
    ];
    for (answer, response, status) in answers {
        let card = ScriptedCard::new([0x3B, 0x80, 0x01, 0x81]).answer([0x00, 0xC0, 0x00, 0x00, 0x20], answer);
        reader.insert(card.clone());
        let mut lines = Lines::new();
        first_reader(&options, &mut lines).unwrap();
        assert_eq!(lines, [format!("{response:?}").as_str(), status, "3B 80 01 81"]);
        card.check().unwrap();
    }
    assert_eq!(
        (
            simulator.calls("SCardConnect"),
            simulator.calls("SCardDisconnect")
        ),
        (3, 3)
    );
}

#[test]
fn the_second_example() {
    let (simulator, reader, options) = world();
    reader.insert(ScriptedCard::new([0x3B, 0x80, 0x01, 0x81]));
    simulator.add_reader("Simulated Reader 01 00");
    let mut lines = Lines::new();
    one_of_the_readers(&options, &mut lines).unwrap();
    assert_eq!(
        lines,
        [
            "0: Simulated Reader 00 00",
            "1: Simulated Reader 01 00",
            "Simulated Reader 00 00: 3B800181",
        ]
    );
    let mut lines = Lines::new();
    let without = Simulator::new();
    one_of_the_readers(&Session::options().provider(without.provider()), &mut lines).unwrap();
    assert!(lines.is_empty());
}

#[test]
fn the_third_example() {
    let (simulator, reader, options) = world();
    let command = [
        0x00, 0xA4, 0x04, 0x00, 0x07, 0xA0, 0x00, 0x00, 0x00, 0x04, 0x10, 0x10,
    ];
    for (answer, line) in [([0x90, 0x00], "done"), ([0x6A, 0x82], "refused: 6A 82")] {
        let card = ScriptedCard::new([0x3B, 0x80, 0x01, 0x81]).answer(command, answer);
        reader.insert(card.clone());
        let mut lines = Lines::new();
        named_reader(&options, FIRST, &mut lines).unwrap();
        assert_eq!(lines, [line]);
        card.check().unwrap();
    }
    let mut lines = Lines::new();
    named_reader(&options, "Another", &mut lines).unwrap();
    assert!(
        lines[0].contains("\"Another\"") && lines[0].contains(FIRST),
        "{lines:?}"
    );
    reader.remove();
    let absent = named_reader(&options, FIRST, &mut lines).unwrap_err();
    assert!(matches!(absent, Error::NoCard { .. }), "{absent}");
    // As in Python, a name is not among no readers either.
    reader.unplug();
    named_reader(&options, FIRST, &mut lines).unwrap();
    assert!(lines[1].contains(FIRST), "{lines:?}");
    assert_eq!(simulator.calls("SCardDisconnect"), 2);
}

#[test]
fn the_fourth_example() {
    let (simulator, reader, options) = world();
    let card = ScriptedCard::new([0x3B, 0x80, 0x01, 0x81]);
    reader.insert(card.answer([0x00, 0xCA, 0x9F, 0x7F, 0x00], [0x6A, 0x88]));
    let mut lines = Lines::new();
    ended_by_hand(&options, &mut lines);
    assert_eq!(lines, ["3B 80 01 81", "0 6A 88"]);

    simulator.fail("SCardTransmit", 1, pcsc_sys::SCARD_E_NOT_TRANSACTED);
    let mut lines = Lines::new();
    ended_by_hand(&options, &mut lines);
    assert_eq!(lines.len(), 2);
    assert!(lines[1].starts_with("error: SCardTransmit failed"), "{lines:?}");
    assert_eq!(
        (
            simulator.calls("SCardConnect"),
            simulator.calls("SCardDisconnect")
        ),
        (2, 2)
    );

    reader.unplug();
    let mut lines = Lines::new();
    ended_by_hand(&options, &mut lines);
    assert!(
        lines.len() == 1 && lines[0].starts_with("error: there is no"),
        "{lines:?}"
    );
}

#[test]
fn the_fifth_example() {
    let (simulator, reader, options) = world();
    assert_eq!(exception(&options.open().unwrap_err()), "SmartcardException");
    let error = options.clone().reader("Another").open().unwrap_err();
    assert_eq!(exception(&error), "InvalidReaderException");
    reader.insert(DemoCard::new());

    // The names that Python gives to its types.
    let name: ReaderName = Context::establish_on(simulator.provider())
        .and_then(|context| context.list_readers())
        .unwrap()
        .remove(0);
    let mut session = options.clone().reader(name).open().unwrap();
    let command: Vec<u8> = vec![0x00, 0xA4, 0x04, 0x00];
    let response: Vec<u8> = session.transmit(&command).unwrap().data().to_vec();
    assert!(response.is_empty());
    let status: StatusWord = session.execute(&Command::get_challenge(8)).unwrap().status();
    assert_eq!(u16::from(status), 0x9000);
    let atr: Atr = session.atr().unwrap();
    assert_eq!(atr.as_bytes().first(), Some(&0x3B));
    drop(session);

    reader.unplug();
    assert_eq!(exception(&options.open().unwrap_err()), "NoReadersException");
}
