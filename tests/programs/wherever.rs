//! One library in a session, in a transaction and on two logical channels at the same time.

use crate::piv::{Piv, PivError, cryptogram};
use crate::piv_card::{CERTIFICATE, KEY, KEY_REFERENCE, Log, PivCard, certificate};
use pcsc_session::{CardChannel, Disposition, Error, Session};
use pcsc_sim::{DemoCard, Simulator};

const PIN: u8 = DemoCard::PIN_REFERENCE;

/// A simulator with the card in its reader, a session with it, and the card's log.
fn world(card: PivCard) -> (Simulator, Session, Log) {
    let simulator = Simulator::new();
    let log = card.log();
    simulator.add_reader("Simulated Reader 00 00").insert(card);
    let session = Session::options().provider(simulator.provider()).open().unwrap();
    (simulator, session, log)
}

/// Does all that the library can, and looks at what it says.
fn use_all(card: &mut dyn CardChannel) {
    let protocol = card.protocol();
    let mut piv = Piv::select(card, DemoCard::AID).unwrap();
    assert_eq!(piv.place(), format!("Simulated Reader 00 00, {protocol}"));
    assert_eq!(piv.certificate(CERTIFICATE).unwrap(), certificate());
    assert_eq!(piv.tries_left(PIN).unwrap(), Some(3));
    let wrong = piv.verify(PIN, b"0000").unwrap_err();
    assert!(matches!(wrong, PivError::WrongPin { tries_left: 2 }), "{wrong}");
    piv.verify(PIN, DemoCard::PIN).unwrap();
    assert_eq!(piv.tries_left(PIN).unwrap(), None);
    piv.authenticate(KEY_REFERENCE, &KEY).unwrap();
    assert_eq!(piv.file(DemoCard::SECRET).unwrap(), b"Only after VERIFY.");
}

/// What a card with T=1 gets of it, with this class; the cryptogram is that of the log.
fn commands(cla: u8, cryptogram: &[u8]) -> Vec<Vec<u8>> {
    let command = |header: [u8; 3], body: &[&[u8]]| {
        let mut command = vec![cla];
        command.extend(header);
        command.extend(body.concat());
        command
    };
    vec![
        command([0xA4, 0x04, 0x00], &[&[9], DemoCard::AID, &[0]]),
        command([0xCA, 0x01, 0x02], &[&[0]]),
        // Of 613 bytes 256 have come, then 512: 101 are left.
        command([0xC0, 0x00, 0x00], &[&[0]]),
        command([0xC0, 0x00, 0x00], &[&[101]]),
        command([0x20, 0x00, PIN], &[]),
        command([0x20, 0x00, PIN], &[&[4], b"0000"]),
        command([0x20, 0x00, PIN], &[&[6], DemoCard::PIN]),
        command([0x20, 0x00, PIN], &[]),
        command([0x84, 0x00, 0x00], &[&[8]]),
        command([0x82, 0x00, KEY_REFERENCE], &[&[8], cryptogram]),
        command([0xA4, 0x00, 0x00], &[&[2, 0xE0, 0x05, 0]]),
        // With extended length, from the beginning and to see that this was the end.
        command([0xB0, 0x00, 0x00], &[&[0, 0, 0]]),
        command([0xB0, 0x00, 18], &[&[1]]),
    ]
}

/// The cryptogram among the commands.
fn sent_cryptogram(commands: &[Vec<u8>]) -> Vec<u8> {
    let command = commands.iter().find(|command| command[1] == 0x82).unwrap();
    command[5..].to_vec()
}

#[test]
fn in_a_session() {
    let (_simulator, mut session, log) = world(PivCard::new());
    use_all(&mut session);
    let sent = log.take();
    assert_eq!(sent, commands(0x00, &sent_cryptogram(&sent)));
}

#[test]
fn in_a_transaction_which_stays_open_over_all_of_it() {
    let (simulator, mut session, log) = world(PivCard::new());
    let mut transaction = session.transaction().unwrap();
    use_all(&mut transaction);
    let sent = log.take();
    assert_eq!(sent, commands(0x00, &sent_cryptogram(&sent)));
    // The file's own transaction has ended, this one has not.
    let open = |simulator: &Simulator| {
        simulator.calls("SCardBeginTransaction") - simulator.calls("SCardEndTransaction")
    };
    assert_eq!(open(&simulator), 1);
    transaction.end(Disposition::Leave).unwrap();
    assert_eq!(open(&simulator), 0);
    // The card was left as it is: the PIN is still verified.
    let mut piv = Piv::select(&mut session, DemoCard::AID).unwrap();
    assert_eq!(piv.tries_left(PIN).unwrap(), None);
}

#[test]
fn a_transaction_that_fails_leaves_no_verified_pin_behind() {
    fn read(session: &mut Session) -> Result<(), PivError> {
        let mut transaction = session.transaction()?.on_drop(Disposition::Reset);
        let mut piv = Piv::select(&mut transaction, DemoCard::AID)?;
        piv.verify(PIN, DemoCard::PIN)?;
        piv.file(0xE0FF)?;
        Ok(transaction.end(Disposition::Leave).map_err(Error::from)?)
    }

    let (_simulator, mut session, _log) = world(PivCard::new());
    let error = read(&mut session).unwrap_err();
    assert!(
        matches!(&error, PivError::Card(Error::Status { status, .. }) if *status == 0x6A82),
        "{error}"
    );
    session.reconnect(Disposition::Leave).unwrap();
    let mut piv = Piv::select(&mut session, DemoCard::AID).unwrap();
    assert_eq!(piv.tries_left(PIN).unwrap(), Some(3));
}

#[test]
fn on_two_channels_that_are_open_at_the_same_time() {
    let (_simulator, session, log) = world(PivCard::new());
    let mut one = session.open_channel().unwrap();
    let mut other = session.open_numbered_channel(7).unwrap();
    assert_eq!((one.number(), other.number()), (1, 7));
    assert_eq!(
        log.take(),
        [&[0x00, 0x70, 0x00, 0x00, 0x01][..], &[0x00, 0x70, 0x00, 0x07]]
    );

    use_all(&mut one);
    let sent = log.take();
    assert_eq!(sent, commands(0x01, &sent_cryptogram(&sent)));

    // The PIN is the whole card's, so it is verified here as well: what remains is of this channel alone.
    let mut piv = Piv::select(&mut other, DemoCard::AID).unwrap();
    piv.authenticate(KEY_REFERENCE, &KEY).unwrap();
    assert_eq!(piv.certificate(CERTIFICATE).unwrap(), certificate());
    let sent = log.take();
    assert!(
        sent.len() > 5 && sent.iter().all(|command| command[0] == 0x43),
        "{sent:02X?}"
    );

    drop(other);
    one.close().unwrap();
    assert_eq!(log.take(), [[0x00, 0x70, 0x80, 0x07], [0x00, 0x70, 0x80, 0x01]]);
}

#[test]
fn two_channels_take_turns_and_neither_disturbs_the_other() {
    let (_simulator, session, log) = world(PivCard::new());
    let mut channels = (session.open_channel().unwrap(), session.open_channel().unwrap());
    let mut one = Piv::select(&mut channels.0, DemoCard::AID).unwrap();
    let mut two = Piv::select(&mut channels.1, DemoCard::AID).unwrap();
    log.take();

    let challenges = (one.challenge().unwrap(), two.challenge().unwrap());
    assert_ne!(challenges.0, challenges.1);
    two.answer(KEY_REFERENCE, &challenges.1, &KEY).unwrap();
    one.answer(KEY_REFERENCE, &challenges.0, &KEY).unwrap();
    let answer = |cla: u8, challenge: &[u8]| {
        let header = [cla, 0x82, 0x00, KEY_REFERENCE, 8];
        [&header[..], &cryptogram(challenge, &KEY)].concat()
    };
    assert_eq!(
        log.take(),
        [
            vec![0x01, 0x84, 0x00, 0x00, 0x08],
            vec![0x02, 0x84, 0x00, 0x00, 0x08],
            answer(0x02, challenges.1.data()),
            answer(0x01, challenges.0.data()),
        ]
    );

    // The other channel's challenge is none of this one's.
    let challenges = (one.challenge().unwrap(), two.challenge().unwrap());
    let refused = one.answer(KEY_REFERENCE, &challenges.1, &KEY).unwrap_err();
    assert!(matches!(refused, PivError::NotAuthenticated), "{refused}");

    // What one channel answered stays, borrowed, while another application is selected on the other one.
    let borrowed = one.certificate(CERTIFICATE).unwrap();
    let mut two = Piv::select(&mut channels.1, DemoCard::SECOND_AID).unwrap();
    assert_eq!(
        two.file(DemoCard::SECOND_GREETING).unwrap(),
        b"Hello from the second application!"
    );
    assert_eq!(borrowed, certificate());
    assert_eq!(
        one.file(DemoCard::GREETING).unwrap(),
        b"Hello from a simulated card!"
    );
}

#[test]
fn on_t0_get_response_goes_where_its_command_went() {
    let (_simulator, mut session, log) = world(PivCard::new().t0());
    use_all(&mut session.transaction().unwrap());
    let check = |cla: u8, sent: &[Vec<u8>]| {
        assert!(sent.iter().all(|command| command[0] == cla), "{sent:02X?}");
        // No Le with data on T=0: the file control information is fetched.
        assert_eq!(sent[0], [&[cla, 0xA4, 0x04, 0x00, 9][..], DemoCard::AID].concat());
        assert_eq!(sent[1][..4], [cla, 0xC0, 0x00, 0x00]);
    };
    check(0x00, &log.take());

    let mut channel = session.open_numbered_channel(5).unwrap();
    log.take();
    let mut piv = Piv::select(&mut channel, DemoCard::AID).unwrap();
    assert_eq!(piv.certificate(CERTIFICATE).unwrap(), certificate());
    assert_eq!(piv.file(DemoCard::SECRET).unwrap(), b"Only after VERIFY.");
    check(0x41, &log.take());
}

#[test]
fn refusals_have_their_meaning() {
    let (_simulator, mut session, _log) = world(PivCard::new());
    let absent = Piv::select(&mut session, b"\xF0NONE").map(|_| ()).unwrap_err();
    assert!(
        matches!(&absent, PivError::Card(error) if error.status().unwrap() == 0x6A82),
        "{absent}"
    );

    // An application's name may be given by its beginning: the library wants the whole.
    let beginning = &DemoCard::AID[..5];
    let another = Piv::select(&mut session, beginning).map(|_| ()).unwrap_err();
    assert!(matches!(another, PivError::Absent { tag: 0x84 }), "{another}");

    let mut piv = Piv::select(&mut session, DemoCard::AID).unwrap();
    let no_tlv = piv.certificate(DemoCard::DATA_OBJECT).unwrap_err(); // "Demo"
    assert!(matches!(no_tlv, PivError::Tlv(_)), "{no_tlv}");
    let refused = piv.authenticate(KEY_REFERENCE, b"open it?").unwrap_err();
    assert!(matches!(refused, PivError::NotAuthenticated), "{refused}");
    let refused = piv.file(DemoCard::SECRET).unwrap_err();
    assert!(
        matches!(&refused, PivError::Card(error) if error.status().unwrap() == 0x6982),
        "{refused}"
    );

    for tries_left in [2, 1, 0] {
        let wrong = piv.verify(PIN, b"0000").unwrap_err();
        assert!(
            matches!(wrong, PivError::WrongPin { tries_left: left } if left == tries_left),
            "{wrong}"
        );
    }
    assert_eq!(piv.tries_left(PIN).unwrap(), Some(0));
    let blocked = piv.verify(PIN, DemoCard::PIN).unwrap_err();
    assert!(matches!(blocked, PivError::Blocked), "{blocked}");
}
