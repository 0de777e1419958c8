//! Whether a command is the one that was recorded.

use pcsc_recording::RecordedExchange;

/// The length of a command's header: CLA, INS, P1 and P2.
const HEADER: usize = 4;

/// Tells whether this exchange was begun by this command.
///
/// Where a secret was left out the header decides, and whether there are data, whatever their length: a test's PIN may be another
/// one, and a VERIFY without a PIN asks for the tries that are left. In recordings of what a
/// card with T=0 saw, a command of four bytes has five, one with data has no Le, and a card that refuses a header gets no data
/// (ISO/IEC 7816-3, 12.2).
pub(super) fn is_begun_by(exchange: &RecordedExchange, command: &[u8]) -> bool {
    let recorded = &exchange.command[..];
    if exchange.is_left_out {
        // A fifth byte is Le.
        let has_data = |len: usize| len > HEADER + 1;
        return command.starts_with(recorded)
            && has_data(command.len()) == has_data(exchange.command_len)
            && (recorded.len() == HEADER || command.len() == recorded.len());
    }
    recorded == command || !exchange.is_exact && is_same_on_t0(exchange, command)
}

fn is_same_on_t0(exchange: &RecordedExchange, command: &[u8]) -> bool {
    let recorded = &exchange.command[..];
    let brings_nothing = exchange.answer_len == 2;
    match command {
        [header @ .., _] if header == recorded => recorded.len() > HEADER + 1,
        command if command.len() == HEADER => {
            brings_nothing && recorded.split_last() == Some((&0x00, command))
        }
        [_, _, _, _, lc, data @ ..] => {
            let is_short = (usize::from(*lc)..=usize::from(*lc) + 1).contains(&data.len());
            brings_nothing && is_short && *lc > 0 && recorded == &command[..HEADER + 1]
        }
        _ => false,
    }
}

/// Returns the answer of an exchange: zeros in place of what was left out.
pub(super) fn answer(exchange: &RecordedExchange, response: &mut Vec<u8>) {
    let status = exchange.answer.as_deref().unwrap_or_default();
    if exchange.is_left_out {
        // What the file says of the length, as long as a card could have answered.
        let left_out = exchange.answer_len.saturating_sub(status.len());
        response.resize(left_out.min(LONGEST), 0);
    }
    response.extend_from_slice(status);
}

/// The longest data of an answer.
const LONGEST: usize = 65_536;

#[cfg(test)]
mod tests {
    use super::is_begun_by;
    use pcsc_recording::{Exchange, RecordedExchange, Recording, Writer};
    use std::time::SystemTime;

    /// An exchange as it is read from a recording.
    fn recorded(command: &[u8], answer: &[u8], is_left_out: bool) -> RecordedExchange {
        let mut recording = Writer::new(Vec::new()).unwrap();
        let exchange = Exchange::new(command, answer).leave_secret_out(is_left_out);
        recording.exchange("", &exchange, SystemTime::now()).unwrap();
        let recording = Recording::read(&recording.into_inner()[..]).unwrap();
        recording.cards()[0].exchanges()[0].clone()
    }

    #[test]
    fn of_an_exact_recording_each_byte_counts() {
        let exchange = recorded(&[0, 0xA4, 0, 0], &[0x90, 0], false);
        assert!(is_begun_by(&exchange, &[0, 0xA4, 0, 0]));
        for other in [&[0, 0xA4, 0, 0, 0][..], &[0, 0xA4, 0], &[0, 0xA4, 0, 1], &[]] {
            assert!(!is_begun_by(&exchange, other), "{other:02X?}");
        }
    }

    #[test]
    fn what_a_card_with_t0_saw_is_what_a_program_sent() {
        for (seen, answer, sent) in [
            (&[0, 0x44, 0, 0, 0][..], &[0x90, 0][..], &[0, 0x44, 0, 0][..]),
            (&[0, 0x44, 0, 0, 0], &[0x90, 0], &[0, 0x44, 0, 0, 0]),
            (
                &[0, 0xA4, 0, 0, 2, 0x3F, 0],
                &[0x61, 9],
                &[0, 0xA4, 0, 0, 2, 0x3F, 0, 0],
            ),
            (&[0, 0xA4, 0, 0, 2], &[0x6D, 0], &[0, 0xA4, 0, 0, 2, 0x3F, 0]),
            (&[0, 0xA4, 0, 0, 2], &[0x6D, 0], &[0, 0xA4, 0, 0, 2, 0x3F, 0, 0]),
        ] {
            let mut exchange = recorded(seen, answer, false);
            assert_eq!(is_begun_by(&exchange, sent), seen == sent, "{sent:02X?}");
            exchange.is_exact = false;
            assert!(is_begun_by(&exchange, sent), "{sent:02X?}");
        }
        for (seen, answer, sent) in [
            (&[0, 0xB0, 0, 0, 0][..], &[1, 0x90, 0][..], &[0, 0xB0, 0, 0][..]),
            (&[0, 0xB0, 0, 0, 2], &[0x6D, 0], &[0, 0xB0, 0, 0]),
            (&[0, 0xB0, 0, 0, 2], &[1, 2, 0x90, 0], &[0, 0xB0, 0, 0, 2, 1, 2]),
            (
                &[0, 0xA4, 0, 0, 2],
                &[0x6D, 0],
                &[0, 0xA4, 0, 0, 2, 0x3F, 0, 0, 0],
            ),
            (&[0, 0x44, 0, 0, 0], &[0x90, 0], &[0, 0x44, 0, 0, 0, 1]),
        ] {
            let mut exchange = recorded(seen, answer, false);
            exchange.is_exact = false;
            assert!(!is_begun_by(&exchange, sent), "{sent:02X?}");
        }
    }

    #[test]
    fn of_a_secret_the_header_decides_and_whether_there_are_data() {
        let exchange = recorded(&[0, 0x20, 0, 0x81, 2, 0x31, 0x32], &[0x90, 0], true);
        assert!(is_begun_by(&exchange, &[0, 0x20, 0, 0x81, 4, 9, 9, 9, 9]));
        assert!(!is_begun_by(&exchange, &[0, 0x20, 0, 0x82, 2, 0x31, 0x32]));
        assert!(!is_begun_by(&exchange, &[0, 0x20, 0]));
        let question = [0, 0x20, 0, 0x81];
        assert!(!is_begun_by(&exchange, &question));
        let asked = recorded(&question, &[0x63, 0xC2], true);
        assert!(is_begun_by(&asked, &question));
        assert!(!is_begun_by(&asked, &[0, 0x20, 0, 0x81, 2, 0x31, 0x32]));
    }
}
