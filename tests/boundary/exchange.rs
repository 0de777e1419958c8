//! What `execute` makes of answers that no card should give.

use crate::table::{answer, session, transmits};
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
