//! Answers, borrowed and owned; which status words are a success; errors by their variants; what comes back of an end.

use pcsc_session::{CardChannel, Code, Command, Disposition, Error, ResponseBuf, Session, StatusWord};
use pcsc_sim::{Card, DemoCard, FnCard, Reader, ScriptedCard, Simulator};

const NAME: &str = "Simulated Reader 00 00";
const ATR: [u8; 4] = [0x3B, 0x80, 0x01, 0x81];

fn world(card: impl Card + 'static) -> (Simulator, Reader, Session) {
    let simulator = Simulator::new();
    let reader = simulator.add_reader(NAME);
    reader.insert(card);
    let session = Session::options().provider(simulator.provider()).open().unwrap();
    (simulator, reader, session)
}

#[test]
fn the_readers_name_is_printed_beside_a_borrowed_answer() {
    let answer = [0xCA, 0xFE, 0x90, 0x00];
    let (_simulator, _reader, mut session) =
        world(ScriptedCard::new(ATR).answer([0x00, 0x84, 0x00, 0x00, 0x02], answer));
    let response = session.execute(&Command::get_challenge(2)).unwrap();
    let line = format!(
        "{}: {:02X?} {}",
        response.reader_name(),
        response.data(),
        response.status()
    );
    assert_eq!(line, "Simulated Reader 00 00: [CA, FE] 9000: normal processing");
    // A clone of the session's own shares it.
    let name = session.reader_name().clone();
    let response = session.transmit(&[0x00]).unwrap();
    assert_eq!(
        format!("{name} {}", response.data().len()),
        "Simulated Reader 00 00 0"
    );
}

#[test]
fn owned_answers_stay_over_the_next_commands() {
    let (_simulator, _reader, mut session) = world(DemoCard::new());
    let challenge = Command::get_challenge(8);
    let mut challenges: Vec<ResponseBuf> = Vec::new();
    for _ in 0..3 {
        challenges.push(session.execute(&challenge).unwrap().ok().unwrap().to_owned());
    }
    let last = session.execute(&challenge).unwrap();
    assert!(challenges.iter().all(|kept| kept.as_response() != last));
    // The demonstration card's challenges are the same in each run.
    let (_simulator, _reader, mut again) = world(DemoCard::new());
    for kept in &challenges {
        let response = again.execute(&challenge).unwrap();
        assert_eq!(kept.as_response(), response);
        assert_eq!(*kept, ResponseBuf::from(response));
        assert_eq!((kept.data().len(), kept.status()), (8, StatusWord::SUCCESS));
    }
    let first = challenges[0].data().to_vec();
    assert_eq!(challenges.remove(0).into_data(), first);
    // What can be asked of an answer can be asked of an owned one.
    assert_eq!(*challenges[0].as_response().reader_name(), NAME);
    assert!(challenges[0].as_response().ok().is_ok());
}

#[test]
fn one_vector_takes_the_data_of_every_answer() {
    let (_simulator, _reader, mut session) = world(DemoCard::new());
    let mut data = vec![0xEE; 100];
    let status = session
        .execute_into(&Command::get_challenge(8), &mut data)
        .unwrap();
    assert_eq!((status, data.len()), (StatusWord::SUCCESS, 8));
    let status = session
        .transmit_into(&[0x00, 0xFF, 0x00, 0x00], &mut data)
        .unwrap();
    assert_eq!((status.to_u16(), data.as_slice()), (0x6D00, &[][..]));
    assert!(data.capacity() >= 100);
}

/// Reads with an Le beyond the file's end: data, and a warning.
fn read_beyond_the_end() -> Command<'static> {
    Command::read_binary_sfi(1, 0, 100).unwrap()
}

#[test]
fn what_else_is_a_success_is_the_callers_to_say() {
    let (_simulator, _reader, mut session) = world(DemoCard::new());
    session
        .execute(&Command::select_aid(DemoCard::AID))
        .unwrap()
        .ok()
        .unwrap();
    let read = read_beyond_the_end();

    let error = session.execute(&read).unwrap().ok().unwrap_err();
    assert!(
        matches!(&error, Error::Status { status, header: Some([0x00, 0xB0, 0x81, 0x00]), reader, .. }
            if *status == 0x6282 && *reader == NAME),
        "{error:?}"
    );
    let response = session
        .execute(&read)
        .unwrap()
        .ok_with(&[0x6281, 0x6282])
        .unwrap();
    assert_eq!(
        (response.data(), response.status().to_u16()),
        (&b"Hello from a simulated card!"[..], 0x6282)
    );
    let refused = session.execute(&read).unwrap().ok_with(&[0x6281, 0x6283]);
    assert_eq!(refused.unwrap_err().status().unwrap(), 0x6282);
    let warning = |status: StatusWord| matches!(status.sw1(), 0x62 | 0x63);
    let response = session.execute(&read).unwrap().ok_if(warning).unwrap();
    assert_eq!(response.data().len(), 28);
    let absent = Command::select_aid(b"\xF0NONE");
    assert!(session.execute(&absent).unwrap().ok_if(warning).is_err());
    // Plain success needs no list.
    let challenge = Command::get_challenge(8);
    assert!(session.execute(&challenge).unwrap().ok_with::<u16>(&[]).is_ok());
    assert!(session.execute(&challenge).unwrap().ok_if(|_| false).is_ok());
}

#[test]
fn a_sim_card_with_a_proactive_command_answers_in_its_own_way() {
    let status = [0x80, 0xF2, 0x00, 0x00, 0x02];
    let card = ScriptedCard::new(ATR)
        .answer(status, [0x0A, 0x0B, 0x91, 0x1C])
        .answer(status, [0x0A, 0x0B, 0x91, 0x1C]);
    let (_simulator, _reader, mut session) = world(card.clone());
    let command = Command::new(0x80, 0xF2, 0x00, 0x00).with_ne(2);
    assert!(session.execute(&command).unwrap().ok().is_err());
    let response = session.execute(&command).unwrap();
    let response = response.ok_if(|status| status.sw1() == 0x91).unwrap();
    assert_eq!(
        (response.data(), response.status().sw2()),
        (&[0x0A, 0x0B][..], 0x1C)
    );
    card.check().unwrap();
}

/// What a program says of an error: every variant has fields of its own, and may get more.
fn advice(error: &Error) -> String {
    match error {
        Error::NoReaders { .. } => "plug a reader in".to_owned(),
        Error::InvalidReader { name, available, .. } => format!("{name} is not among {}", available.len()),
        Error::NoCard { reader, .. } => format!("put a card into {reader}"),
        Error::Status {
            status,
            header: Some([_, ins, ..]),
            ..
        } => format!("{ins:02X}: {status:04X}"),
        Error::ShortResponse { len, .. } => format!("{len} bytes"),
        Error::CommandTooLong { len, max, .. } => format!("{len} of {max}"),
        Error::EmptyCommand { .. } => "say something".to_owned(),
        Error::OutOfRange { source, .. } => source.to_string(),
        Error::Pcsc {
            function,
            code,
            reader: Some(reader),
            ..
        } => format!("{function} on {reader}: {code:?}"),
        error if error.is_service_down() => "start the service".to_owned(),
        error => error.to_string(),
    }
}

#[test]
fn errors_are_matched_by_variant() {
    let (simulator, reader, mut session) = world(DemoCard::new());
    let options = Session::options().provider(simulator.provider());
    let other = options.clone().reader("Another").open().unwrap_err();
    assert_eq!(advice(&other), "Another is not among 1");
    assert_eq!(advice(&session.transmit(&[]).unwrap_err()), "say something");
    assert_eq!(
        advice(&session.transmit(&[0; 70_000]).unwrap_err()),
        "70000 of 65544"
    );
    let refused = session
        .transmit(&[0x00, 0xFE, 0x00, 0x00])
        .unwrap()
        .ok()
        .unwrap_err();
    assert_eq!(advice(&refused), "FE: 6D00");
    let out_of_range = Error::from(Command::read_binary(0x8000, 1).unwrap_err());
    assert_eq!(advice(&out_of_range), "offset is 32768, outside 0 to 32767");
    simulator.answer("SCardTransmit", 1, [0x90]);
    assert_eq!(
        advice(&session.transmit(&[0x00, 0xFE, 0x00, 0x00]).unwrap_err()),
        "1 bytes"
    );
    simulator.fail("SCardTransmit", 1, pcsc_sys::SCARD_E_NOT_TRANSACTED);
    let failed = session.transmit(&[0x00, 0xFE, 0x00, 0x00]).unwrap_err();
    assert_eq!(
        advice(&failed),
        "SCardTransmit on Simulated Reader 00 00: SCARD_E_NOT_TRANSACTED"
    );
    drop(session);
    reader.remove();
    assert_eq!(
        advice(&options.open().unwrap_err()),
        "put a card into Simulated Reader 00 00"
    );
    reader.unplug();
    assert_eq!(advice(&options.open().unwrap_err()), "plug a reader in");
    simulator.stop_service();
    assert_eq!(advice(&options.open().unwrap_err()), "start the service");
}

#[test]
fn a_session_that_could_not_be_closed_is_used_again() {
    let (simulator, _reader, session) = world(DemoCard::new());
    simulator.fail("SCardDisconnect", 1, pcsc_sys::SCARD_E_NOT_READY);
    let error = session.close().unwrap_err();
    assert_eq!(error.error().code(), Some(Code::NOT_READY));
    let mut session = error.into_inner();
    assert!(session.execute(&Command::get_challenge(8)).unwrap().ok().is_ok());
    session.close().unwrap();
    assert_eq!(simulator.calls("SCardDisconnect"), 2);
}

#[test]
fn a_transaction_that_could_not_be_ended_goes_on() {
    let (simulator, _reader, mut session) = world(DemoCard::new());
    let transaction = session.transaction().unwrap();
    simulator.fail("SCardEndTransaction", 1, pcsc_sys::SCARD_E_NOT_READY);
    let error = transaction.end(Disposition::Reset).unwrap_err();
    let (mut transaction, error) = error.into_parts();
    assert!(
        matches!(
            error,
            Error::Pcsc {
                function: "SCardEndTransaction",
                ..
            }
        ),
        "{error:?}"
    );
    assert!(
        transaction
            .execute(&Command::get_challenge(8))
            .unwrap()
            .ok()
            .is_ok()
    );
    transaction.end(Disposition::Leave).unwrap();
    assert_eq!(simulator.calls("SCardEndTransaction"), 2);
    assert!(session.execute(&Command::get_challenge(8)).unwrap().ok().is_ok());
}

#[test]
fn a_channel_that_could_not_be_closed_comes_back() {
    let mut closes = 0;
    let card = FnCard::new(ATR, move |command: &[u8], response: &mut Vec<u8>| match command {
        [0x00, 0x70, 0x00, 0x00, 0x01] => response.extend([0x02, 0x90, 0x00]),
        [0x00, 0x70, 0x80, 0x02] => {
            closes += 1;
            response.extend(if closes == 1 { [0x64, 0x00] } else { [0x90, 0x00] });
        }
        [0x02, ..] => response.extend([0xAB, 0x90, 0x00]),
        _ => response.extend([0x6D, 0x00]),
    });
    let (simulator, _reader, session) = world(card);
    let error = session.open_channel().unwrap().close().unwrap_err();
    assert_eq!(error.error().status().unwrap(), 0x6400);
    let mut channel = error.into_inner();
    assert_eq!(channel.number(), 2);
    assert_eq!(
        channel.transmit(&[0x00, 0x84, 0x00, 0x00, 0x01]).unwrap().data(),
        [0xAB]
    );
    channel.close().unwrap();
    assert_eq!(simulator.calls("SCardTransmit"), 4);
}
