//! What `execute` makes of answers that no card should give, and the transaction around a file.

use crate::table::{answer, calls, session, transmits};
use pcsc_session::{Command, Error};

const GET: Command<'static> = Command::get_data(0x0101, 256);

/// So many bytes of data, and 9000.
fn bytes(len: usize) -> Vec<u8> {
    let mut bytes = vec![0x5A; len];
    bytes.extend([0x90, 0x00]);
    bytes
}

#[test]
fn an_answer_longer_than_the_standard_allows_is_an_error_of_execute_alone() {
    let mut session = session();
    for len in [65_536, 65_537, 65_546] {
        answer(&bytes(len));
        let before = transmits();
        match session.execute(&GET) {
            Ok(response) => assert_eq!((len, response.data().len()), (65_536, 65_536)),
            Err(Error::ResponseTooLong { len: came, .. }) => assert!(came == len && len > 65_536),
            Err(error) => panic!("{error}"),
        }
        assert_eq!(transmits(), before + 1);
        // What the card gave, as it is.
        assert_eq!(
            session.transmit(&[0x00, 0xCA, 1, 1, 0]).unwrap().data().len(),
            len
        );
    }
    answer(&[0x90]);
    let error = session.execute(&GET).unwrap_err();
    assert!(matches!(error, Error::ShortResponse { len: 1, .. }), "{error:?}");
}

#[test]
fn a_transaction_is_around_all_of_a_file() {
    let mut session = session();
    let mut parts = 0;
    let mut inside = |_| {
        parts += 1;
        assert_eq!(
            (calls("SCardBeginTransaction"), calls("SCardEndTransaction")),
            (1, 0)
        );
    };
    answer(&[0x90, 0x00]);
    let file = session.transparent_file().with_progress(&mut inside);
    file.update(&[0x5A; 600]).unwrap();
    assert_eq!((parts, calls("SCardEndTransaction")), (3, 1));

    let mut inside = |_| {
        parts += 1;
        assert_eq!(
            (calls("SCardBeginTransaction"), calls("SCardEndTransaction")),
            (2, 1)
        );
    };
    answer(&[&[0x5A; 200][..], &[0x90, 0x00]].concat());
    let file = session.transparent_file().with_progress(&mut inside);
    assert_eq!(file.with_len(600).read().unwrap().len(), 600);
    assert_eq!((parts, calls("SCardEndTransaction")), (6, 2));
}
