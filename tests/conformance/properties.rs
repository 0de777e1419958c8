//! Properties of an exchange, on the simulator: over any split, any chain, any answers.

use crate::card::{ATR_T0, ATR_T1};
use crate::exchange::{GET, PUT, bytes, run};
use crate::service::{Service, simulated::Simulated};
use crate::watched::{scripted, with_card};
use pcsc_session::{Command, ExchangeOptions, LongForm};
use pcsc_sim::DemoCard;
use proptest::prelude::*;

/// The rounds of an answer: how many bytes each has, and whether it takes the right Le.
fn rounds() -> impl Strategy<Value = Vec<(usize, bool)>> {
    prop::collection::vec((prop_oneof![0..=256_usize, Just(256)], any::<bool>()), 1..=40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any split of an answer gives the same bytes.
    #[test]
    fn any_split_of_an_answer_gives_the_same_bytes(rounds in rounds(), t0: bool) {
        let whole = bytes(rounds.iter().map(|(len, _)| len).sum());
        let mut answers: Vec<Vec<u8>> = Vec::new();
        let mut rest = &whole[..];
        for (index, &(len, corrected)) in rounds.iter().enumerate() {
            let (part, later) = rest.split_at(len);
            rest = later;
            // 6C00 is 256: a round may be empty, but no card says so by the right Le.
            if corrected && len > 0 {
                answers.push(vec![0x6C, (len % 256) as u8]);
            }
            // What the card says that waits next; 0 stands for 256 and more.
            let status = rounds.get(index + 1).map_or([0x90, 0], |&(next, _)| [0x61, (next % 256) as u8]);
            answers.push([part, &status].concat());
        }
        let answers: Vec<&[u8]> = answers.iter().map(Vec::as_slice).collect();
        let atr: &[u8] = if t0 { &ATR_T0 } else { &ATR_T1 };
        let mut service = Simulated::start(1);
        with_card(&mut service, scripted(atr, &answers), |session, card| {
            assert_eq!(run(session, &GET), (whole.clone(), 0x9000));
            assert_eq!(card.commands().len(), answers.len());
        });
    }

    /// Any chain of any length arrives whole at the card.
    #[test]
    fn any_chain_arrives_whole(len in 0..=65_535_usize, form in 0..3, t0: bool) {
        let card = if t0 { DemoCard::new().t0() } else { DemoCard::new() };
        let card = if form == 0 { card.without_extended_length() } else { card };
        let data = bytes(len);
        let mut service = Simulated::start(1);
        with_card(&mut service, card, |session, card| {
            if form == 2 {
                session.set_exchange_options(ExchangeOptions::iso().long_form(Some(LongForm::Chaining)));
            }
            session.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
            let status = session.execute(&PUT.with_data(&data)).unwrap().status();
            if len > 0 {
                assert!(status.is_success(), "{status}");
                card.look(|card| assert!(card.data_object(DemoCard::LONG_DATA_OBJECT) == Some(&data)));
            }
        });
    }

    /// Whatever a card answers, execute ends, with bounds kept.
    #[test]
    fn no_answer_is_too_odd(
        answers in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..6), 0..20),
        ne in 0..=65_536_usize,
        after_9f: bool,
        t0: bool,
    ) {
        let answers: Vec<&[u8]> = answers.iter().map(Vec::as_slice).collect();
        let atr: &[u8] = if t0 { &ATR_T0 } else { &ATR_T1 };
        let mut service = Simulated::start(1);
        with_card(&mut service, scripted(atr, &answers), |session, card| {
            session.set_exchange_options(ExchangeOptions::iso().get_response_after_9f(after_9f));
            if let Ok(response) = session.execute(&GET.with_ne(ne)) {
                assert!(response.data().len() <= 65_536);
            }
            assert!(card.commands().len() <= 514);
        });
    }

    /// However much waits, no more comes than was asked for.
    #[test]
    fn no_more_comes_than_was_asked_for(
        len in 1..=3000_usize,
        ne in prop_oneof![9 => 1..=3000_usize, 1 => Just(256)],
        round in 1..=256_usize,
        extended: bool,
    ) {
        let data = bytes(len);
        let card = DemoCard::new().rounds_of(round);
        let card = if extended { card } else { card.without_extended_length() };
        let mut service = Simulated::start(1);
        with_card(&mut service, card, |session, _| {
            session.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
            session.execute(&PUT.with_data(&data)).unwrap().ok().unwrap();
            match session.execute(&GET.with_ne(ne)) {
                // 256 asks for all in the short form.
                Ok(response) if ne == 256 => assert!(response.data() == data),
                Ok(response) => assert!(response.ok().unwrap().data() == &data[..len.min(ne)]),
                // More than 256 rounds.
                Err(error) => assert!(matches!(error, pcsc_session::Error::ResponseTooLong { .. }), "{error}"),
            }
        });
    }
}
