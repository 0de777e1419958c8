//! EF.ATR/INFO, whose SELECT cards take in different forms.

use crate::card::{ATR_T0, ATR_T1};
use crate::service::{Service, simulated::Simulated};
use crate::watched::{answering, scripted, with_card};

use pcsc_session::{CardChannel, Command, ExchangeOptions, StatusWord};
use pcsc_sim::Card;

/// DO 7F66: 1,033 bytes to the card, 1,026 from it.
const CONTENTS: [u8; 11] = [0x7F, 0x66, 0x08, 0x02, 0x02, 0x04, 0x09, 0x02, 0x02, 0x04, 0x02];

/// A card that selects files by these P1-P2, refuses others with this, and has EF.ATR/INFO in the MF alone or in the current
/// DF too.
fn selecting_by(atr: &[u8], taken: &'static [[u8; 2]], refusal: u16, is_current: bool) -> impl Card + use<> {
    let mut is_current = is_current;
    answering(atr, move |command| {
        let taken = taken.contains(&[command[2], command[3]]);
        match (command[1], command.get(5..7)) {
            (0xA4, _) if !taken => refusal.to_be_bytes().to_vec(),
            (0xA4, Some([0x3F, 0x00])) => {
                is_current = true;
                vec![0x90, 0]
            }
            (0xA4, Some([0x2F, 0x01])) if is_current => vec![0x90, 0],
            (0xA4, _) => vec![0x6A, 0x82],
            (0xB0, _) => [&CONTENTS[..], &[0x62, 0x82]].concat(),
            _ => vec![0x6D, 0],
        }
    })
}

conformance! {
    /// Case 10, by cards that do not take P2 0C, or P1 00.
    fn ef_atr_is_selected_in_the_forms_that_cards_take<S>() {
        let mut service = S::start(1);
        let forms: [&[[u8; 2]]; 4] = [&[[0, 0x0C]], &[[0, 0]], &[[2, 0x0C], [0, 0]], &[[2, 0x0C], [0, 0x0C]]];
        for (form, taken) in forms.into_iter().enumerate() {
            for refusal in [0x6A86, 0x6A80, 0x6700, 0x6B00, 0x6A81_u16] {
                for (atr, is_current) in [(&ATR_T1[..], true), (&ATR_T1, false), (&ATR_T0, false)] {
                    let card = selecting_by(atr, taken, refusal, is_current);
                    with_card(&mut service, card, |session, card| {
                        let told = session.read_extended_length_information().unwrap().unwrap();
                        assert_eq!((told.max_nc(), told.max_ne()), (1024, 1024), "{form} {refusal:04X}");
                        let selects = card.commands().iter().filter(|command| command[1] == 0xA4).count();
                        assert!(selects <= if is_current { 3 } else { 8 }, "{selects}");
                    });
                }
            }
        }
    }

    /// Case 10, where no form is taken, or the file is not there or may not be selected.
    fn a_card_without_ef_atr_is_asked_a_bounded_number_of_times<S>() {
        let mut service = S::start(1);
        for (refusal, selects) in [(0x6A86_u16, 3), (0x6D00, 3), (0x6982, 1)] {
            with_card(&mut service, selecting_by(&ATR_T1, &[], refusal, true), |session, card| {
                let error = session.read_extended_length_information().unwrap_err();
                assert_error!(error, Status { status: StatusWord::from_u16(refusal) });
                assert_eq!(card.commands().len(), selects);
            });
        }
        let not_found: &[u8] = &[0x6A, 0x82];
        let refused: &[u8] = &[0x6A, 0x86];
        for (answers, selects) in [
            (vec![not_found; 3], 3),
            (vec![refused, refused, not_found, refused, not_found, refused, refused, not_found], 8),
        ] {
            with_card(&mut service, scripted(&ATR_T1, &answers), |session, card| {
                assert!(session.read_extended_length_information().unwrap().is_none());
                assert_eq!(card.commands().len(), selects);
            });
        }
    }
}

/// Case 10: a card that gives its longest answer as none is asked all the same, and so is one by an option of 0.
#[test]
fn no_limit_takes_le_away() {
    let mut service = Simulated::start(1);
    let extended = [0x3B, 0x85, 0x01, 0x80, 0x73, 0x00, 0x00, 0x40, 0x37];
    for longest in [0, 1, 2] {
        let file = [0x7F, 0x66, 0x07, 0x02, 0x02, 0x04, 0x09, 0x02, 0x01, longest];
        let card = answering(&extended, move |command| match command {
            [_, 0xB0, 0, 0, ..] => [&file[..], &[0x90, 0]].concat(),
            [_, 0xB0, ..] => vec![0x6B, 0],
            _ => vec![0x90, 0],
        });
        with_card(&mut service, card, |session, card| {
            session.read_extended_length_information().unwrap().unwrap();
            for (options, le) in [(None, [1, 0]), (Some(0), [0, 1])] {
                session.set_exchange_options(ExchangeOptions::iso().max_ne(options));
                card.commands();
                session
                    .execute(
                        &Command::new(0x00, 0x10, 0x00, 0x00)
                            .with_data(&[0; 300])
                            .with_ne(1000),
                    )
                    .unwrap();
                let sent = card.commands();
                assert_eq!((sent.len(), sent[0].len()), (1, 4 + 3 + 300 + 2));
                assert_eq!(sent[0][307..], le);
            }
        });
    }
}
