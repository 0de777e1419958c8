//! What is recorded of sessions, and replayed without their service.

use crate::card::{ATR_T1, bytes, card, ok};
use crate::service::DEADLINE;
use pcsc_session::{
    CardChannel, Command, Disposition, Error, ExchangeOptions, LongForm, Recorder, Recovered, Session,
};
use pcsc_sim::{Card, DemoCard, Recording, ReplayCard, Simulator};
use std::path::PathBuf;
use std::thread;
use tempfile::TempDir;

/// A recorder, and the file that it writes.
fn recorder() -> (Recorder, PathBuf, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("card.pcapng");
    (Recorder::create(&path).unwrap(), path, folder)
}

/// A session with a card, on a simulator of its own.
fn with(card: impl Card + 'static) -> (Session, Simulator) {
    let simulator = Simulator::new();
    simulator.add_reader("Elsewhere 00 00").insert(card);
    let session = Session::options().provider(simulator.provider()).open().unwrap();
    (session, simulator)
}

/// What a program may do with the demonstration card: all that came back but its random numbers.
fn conversation(session: &mut Session) -> Result<Vec<Vec<u8>>, Error> {
    let mut answers = Vec::new();
    let mut keep = |data: &[u8]| answers.push(data.to_vec());
    keep(session.execute(&Command::select_aid(DemoCard::AID))?.ok()?.data());
    keep(
        session
            .transmit(&[0x00, 0x20, 0x00, DemoCard::PIN_REFERENCE])?
            .to_owned()
            .data(),
    );
    let pin = Command::verify(DemoCard::PIN_REFERENCE, DemoCard::PIN)?;
    keep(session.execute(&pin)?.ok()?.data());
    session.execute(&Command::get_challenge(8))?.ok()?;
    session.set_exchange_options(ExchangeOptions::iso().long_form(Some(LongForm::Extended)));
    keep(session.execute(&Command::get_data(0x0102, 1000))?.ok()?.data());
    keep(
        session
            .execute(&Command::select_file(&DemoCard::LARGE.to_be_bytes()))?
            .ok()?
            .data(),
    );
    keep(
        &session
            .transparent_file()
            .with_len(32_768)
            .read()
            .map_err(|error| error.into_parts().1)?,
    );
    let mut channel = session.open_channel()?;
    keep(&[channel.number()]);
    session_status(&mut channel)?;
    drop(channel);
    keep(session.transmit(&[0x00, 0xB0, 0x7F, 0xFF, 0x01])?.data());
    Ok(answers)
}

fn session_status(card: &mut dyn CardChannel) -> Result<(), Error> {
    card.execute(&Command::select_aid(DemoCard::AID))?.ok().map(drop)
}

conformance! {
    fn a_recording_replays_without_the_service<S>() {
        let (recorder, path, _folder) = recorder();
        let mut service = S::start(1);
        service.insert(0, DemoCard::new());
        let options = service.options().reader(service.reader(0)).record(&recorder);
        let mut session = options.open().unwrap();
        let answers = conversation(&mut session).unwrap();
        let atr = session.atr().unwrap();
        drop((session, service));
        recorder.check().unwrap();

        let card = ReplayCard::open(&path).unwrap();
        assert_eq!(card.atr(), atr.as_bytes());
        let (mut session, _simulator) = with(card.clone());
        assert_eq!(conversation(&mut session).unwrap(), answers);
        assert_eq!(card.check(), Ok(()));

        // In another order, and more than once.
        let card = ReplayCard::open(&path).unwrap().by_lookup();
        let (mut session, _simulator) = with(card.clone());
        for _ in 0..3 {
            let selected = session.execute(&Command::select_aid(DemoCard::AID)).unwrap();
            assert_eq!(selected.data(), answers[0]);
        }
        assert_eq!(card.check(), Ok(()));
        assert_eq!(session.transmit(&[0x00, 0xEE, 0x00, 0x00]).unwrap().status(), 0x6F00);
        assert!(card.check().unwrap_err().to_string().contains("00 EE 00 00 is not in the recording"));
    }

    fn readers_are_named_and_cards_are_told_apart<S>() {
        let (recorder, path, _folder) = recorder();
        let mut service = S::start(2);
        service.insert(0, card(|_| vec![0x01, 0x90, 0x00]));
        service.insert(1, pcsc_sim::FnCard::new([0x3B, 0x00], |_, response| response.extend([0x02, 0x90, 0x00])));
        let sessions: Vec<_> = (0..2)
            .map(|reader| service.options().reader(service.reader(reader)).record(&recorder).open().unwrap())
            .collect();
        thread::scope(|scope| {
            for mut session in sessions {
                scope.spawn(move || (0..50).for_each(|n| assert!(session.transmit(&[0, 0xCA, 0, n, 0]).is_ok())));
            }
        });
        let recording = Recording::open(&path).unwrap();
        assert!(!recording.is_cut() && recording.cards().len() == 2);
        for card in recording.cards() {
            let reader = (0..2).find(|&reader| service.reader(reader) == card.reader()).unwrap();
            let (atr, answer): (&[u8], _) = if reader == 0 { (&ATR_T1, 0x01) } else { (&[0x3B, 0x00], 0x02) };
            assert_eq!(card.atr(), Some(atr));
            let numbers: Vec<_> = card.exchanges().iter().map(|exchange| exchange.command[3]).collect();
            assert_eq!(numbers, (0..50).collect::<Vec<_>>());
            assert!(card.exchanges().iter().all(|exchange| exchange.answer == Some(vec![answer, 0x90, 0x00])));
        }
        let error = ReplayCard::open(&path).unwrap_err().to_string();
        assert!(error.contains(&service.reader(0)) && error.contains(&service.reader(1)), "{error}");
    }

    fn a_recording_goes_on_over_recovery<S>() {
        let (recorder, path, _folder) = recorder();
        let mut service = S::start(1);
        service.insert(0, ok());
        let mut session = service.options().reader(service.reader(0)).record(&recorder).open().unwrap();
        session.transmit(&[0, 0xCA, 0, 1]).unwrap();
        service.open(0).close().unwrap();
        assert!(session.transmit(&[0, 0xCA, 0, 2]).unwrap_err().is_card_reset());
        assert_eq!(session.recover(), Ok(Recovered::Reset));
        session.transmit(&[0, 0xCA, 0, 3]).unwrap();
        service.remove(0);
        assert!(session.transmit(&[0, 0xCA, 0, 4]).is_err());
        service.insert(0, pcsc_sim::FnCard::new([0x3B, 0x80, 0x80, 0x01, 0x01], |_, response| response.extend([0x90, 0x00])));
        assert_eq!(session.recover_within(Some(DEADLINE)), Ok(Recovered::CardReplaced));
        session.transmit(&[0, 0xCA, 0, 5]).unwrap();
        session.reconnect(Disposition::Reset).unwrap();
        session.transaction().unwrap().transmit(&[0, 0xCA, 0, 6]).unwrap();

        let recording = Recording::open(&path).unwrap();
        let [first, second] = recording.cards() else {
            panic!("{:?}", recording.cards());
        };
        let told = |card: &pcsc_sim::RecordedCard| -> Vec<_> {
            card.exchanges().iter().map(|exchange| (exchange.command[3], exchange.answer.is_some())).collect()
        };
        assert_eq!(told(first), [(1, true), (2, false), (3, true), (4, false)]);
        assert_eq!(told(second), [(5, true), (6, true)]);
        let why = first.exchanges()[1].why_unanswered.as_deref().unwrap();
        assert!(why.contains("SCARD_W_RESET_CARD"), "{why}");
    }

    fn secrets_are_left_out_unless_asked_for<S>() {
        // So long that it is in no time, no length and no number by chance.
        const SECRET: [u8; 6] = [0x5E, 0xC2, 0x37, 0xA9, 0x1D, 0x84];
        let proprietary = [&[0x80, 0xF0, 0, 0, 6], &SECRET[..]].concat();
        let mut service = S::start(1);
        service.insert(0, card(|command| match command {
            [_, 0x2A, ..] => [&SECRET[..], &[0x61, 0x06]].concat(),
            _ => [&SECRET[..], &[0x90, 0x00]].concat(),
        }));
        for is_asked_for in [false, true] {
            let (recorder, path, _folder) = recorder();
            let options = service.options().reader(service.reader(0)).record(&recorder);
            let mut session = options.record_secrets(is_asked_for).open().unwrap();
            // By its instruction, with what follows of its answer; as marked; in a transaction and on a channel.
            session.execute(&Command::new(0, 0x2A, 0x80, 0x86).with_data(&SECRET).with_ne(256)).ok();
            session.transmit(&[0, 0xC0, 0, 0, 6]).unwrap();
            session.transmit_sensitive(&proprietary).unwrap();
            let marked = Command::new(0, 0xD6, 0, 0).with_data(&SECRET).sensitive();
            session.execute(&marked).unwrap();
            session.transaction().unwrap().execute(&marked).unwrap();
            session.basic_channel().execute(&marked).unwrap();
            session.set_exchange_options(ExchangeOptions::iso().long_form(Some(LongForm::Extended)));
            session.execute(&Command::verify(0x81, &SECRET.repeat(100)).unwrap()).unwrap();
            let file = std::fs::read(&path).unwrap();
            let is_in_it = file.windows(SECRET.len()).any(|bytes| bytes == SECRET);
            assert_eq!(is_in_it, is_asked_for);
            let recording = Recording::open(&path).unwrap();
            let exchanges = recording.cards()[0].exchanges();
            assert!(exchanges.len() >= 7 && exchanges.iter().all(|exchange| exchange.is_left_out != is_asked_for));

            // A replay takes another PIN, and answers with as many bytes.
            let card = ReplayCard::new(&recording.cards()[0]).by_lookup();
            let (mut session, _simulator) = with(card.clone());
            let verify = [0x00, 0x20, 0x00, 0x81, 0x02, 0x31, 0x32];
            let is_taken = session.transmit(&verify).unwrap().status() == 0x9000;
            assert_eq!((is_taken, card.check().is_ok()), (!is_asked_for, !is_asked_for));
            let answer = session.transmit_sensitive(&proprietary).unwrap();
            assert_eq!(answer.data(), if is_asked_for { SECRET } else { [0; 6] });
            if let Err(error) = card.check() {
                let shown = "00 20 00 81 and 3 bytes that are not shown is not";
                assert!(error.to_string().contains(shown), "{error}");
            }
        }
    }

    fn a_long_exchange_is_recorded_whole<S>() {
        let (recorder, path, _folder) = recorder();
        let mut service = S::start(1);
        // What the virtual reader carries.
        let largest = 65_533;
        service.insert(0, card(move |_| [bytes(largest), vec![0x90, 0x00]].concat()));
        let mut session = service.options().reader(service.reader(0)).record(&recorder).open().unwrap();
        let command = [&[0, 0xD6, 0, 0, 0, 0xFF, 0xF6][..], &bytes(65_526), &[0, 0]].concat();
        assert!(session.transmit(&command).unwrap().data() == bytes(largest));
        let recording = Recording::open(&path).unwrap();
        let exchange = &recording.cards()[0].exchanges()[0];
        assert!(exchange.command == command && exchange.answer_len == largest + 2);
        let (mut session, _simulator) = with(ReplayCard::open(&path).unwrap());
        assert!(session.transmit(&command).unwrap().data() == bytes(largest));
    }
}
