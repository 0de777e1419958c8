//! What is logged of commands and answers, and what never is.

use crate::table::{READER, answer, provider};
use pcsc_session::{Command, ExchangeOptions, LongForm, Session};
use std::cell::RefCell;
use std::sync::Once;

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Keeps the lines of each thread.
struct Keep;

impl log::Log for Keep {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target() == "pcsc_session::apdu"
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            assert_eq!(record.level(), log::Level::Trace);
            LINES.with_borrow_mut(|lines| lines.push(record.args().to_string()));
        }
    }

    fn flush(&self) {}
}

/// What is logged while this runs.
fn logged(run: impl FnOnce()) -> Vec<String> {
    static LOGGER: Once = Once::new();
    LOGGER.call_once(|| {
        log::set_logger(&Keep).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
    });
    LINES.with_borrow_mut(Vec::clear);
    run();
    LINES.take()
}

/// A session whose log has the bytes.
fn session() -> Session {
    let options = Session::options().provider(provider()).reader(READER);
    options.log_bytes(true).open().unwrap()
}

/// Field case 25.
#[test]
fn without_being_asked_the_log_has_no_bytes() {
    let mut session = crate::table::session();
    answer(&[0x5E, 0xC2, 0x90, 0x00]);
    let commands: [&[u8]; 7] = [
        &[0x00, 0x2A, 0x80, 0x86, 0x02, 0x5E, 0xC2],
        &[0x00, 0xDB, 0x3F, 0xFF, 0x02, 0x5E, 0xC2],
        &[0x80, 0xD8, 0x01, 0x81, 0x02, 0x5E, 0xC2],
        &[0x00, 0xF9, 0x00, 0x00, 0x02, 0x5E, 0xC2],
        &[0x00, 0x87, 0x07, 0x9B, 0x02, 0x5E, 0xC2],
        &[0x00, 0xA4, 0x04, 0x00, 0x02, 0x5E, 0xC2],
        &[0x00, 0xB0, 0x00, 0x00, 0x02, 0x5E, 0xC2],
    ];
    for command in commands {
        let lines = logged(|| {
            session.transmit(command).unwrap();
        });
        let header: String = command[..4].iter().map(|byte| format!("{byte:02X}")).collect();
        let expected = [
            format!("Table 00: > {header} (3 bytes not shown)"),
            "Table 00: < 9000 (2 bytes not shown)".to_owned(),
        ];
        assert_eq!(lines, expected);
    }
}

#[test]
fn a_command_and_its_answer_are_a_line_each() {
    let mut session = session();
    answer(&[0x6F, 0x00, 0x90, 0x00]);
    let lines = logged(|| {
        session.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x01, 0xA0]).unwrap();
    });
    assert_eq!(lines, ["Table 00: > 00A4040001A0", "Table 00: < 6F009000"]);
}

#[test]
fn a_failure_is_logged_by_its_code() {
    let mut session = session();
    crate::table::answer_with(pcsc_sys::SCARD_E_NOT_TRANSACTED, &[], 0);
    let lines = logged(|| {
        session.transmit(&[0x00, 0xA4, 0x04, 0x00]).unwrap_err();
    });
    assert!(
        lines[1].starts_with("Table 00: < SCARD_E_NOT_TRANSACTED"),
        "{lines:?}"
    );
}

/// Field case 25.
#[test]
fn the_data_of_secret_commands_is_never_logged() {
    let secret = [0x31, 0x32, 0x33, 0x34];
    let any = [
        0x20, 0x21, 0x24, 0x25, 0x2A, 0x2C, 0x2D, 0x82, 0x86, 0x87, 0x88, 0xD8, 0xDA, 0xDB, 0xFE, 0xFF,
    ];
    for (instruction, classes) in any
        .map(|instruction| (instruction, &[0x00, 0x10, 0x80, 0x0C][..]))
        .into_iter()
        .chain([(0xE2, &[0x80, 0x84, 0xC0][..])])
    {
        for &class in classes {
            let mut session = session();
            answer(&[0x11, 0x22, 0x90, 0x00]);
            let lines = logged(|| {
                let mut command = vec![class, instruction, 0x00, 0x81, 0x04];
                command.extend(secret);
                session.transmit(&command).unwrap();
            });
            let expected = format!("Table 00: > {class:02X}{instruction:02X}0081 (5 bytes not shown)");
            assert_eq!(
                lines,
                [expected, "Table 00: < 9000 (2 bytes not shown)".to_owned()]
            );
        }
    }
}

#[test]
fn what_the_caller_marks_is_never_logged() {
    let mut session = session();
    answer(&[0x11, 0x22, 0x90, 0x00]);
    let lines = logged(|| {
        session
            .transmit_sensitive(&[0x80, 0xF0, 0x00, 0x00, 0x02, 0xAB, 0xCD])
            .unwrap();
    });
    assert_eq!(
        lines,
        [
            "Table 00: > 80F00000 (3 bytes not shown)",
            "Table 00: < 9000 (2 bytes not shown)"
        ]
    );
}

#[test]
fn what_a_session_shows_of_itself_has_no_data() {
    let mut session = session();
    answer(&[0xAB, 0xCD, 0x90, 0x00]);
    let response = format!("{:?}", session.transmit(&[0x00, 0xCA, 0x00, 0x00, 0x00]).unwrap());
    assert_eq!(response, "Response(2 bytes, 9000)");
    let shown = format!("{session:?}").to_uppercase();
    assert!(!shown.contains("171, 205") && !shown.contains("ABCD"), "{shown}");
}

#[test]
fn the_rest_of_a_secret_answer_is_never_logged() {
    let mut session = session();
    answer(&[0x61, 0x02]);
    let lines = logged(|| {
        session.transmit(&[0x00, 0x20, 0x00, 0x81, 0x01, 0x31]).unwrap();
        answer(&[0x11, 0x22, 0x90, 0x00]);
        session.transmit(&[0x00, 0xC0, 0x00, 0x00, 0x02]).unwrap();
    });
    assert_eq!(
        lines[2..],
        [
            "Table 00: > 00C00000 (1 bytes not shown)",
            "Table 00: < 9000 (2 bytes not shown)"
        ]
    );
}

#[test]
fn no_round_of_a_secret_answer_is_ever_logged() {
    let mut session = session();
    answer(&[0x61, 0x04]);
    let lines = logged(|| {
        session.transmit(&[0x00, 0x20, 0x00, 0x81, 0x01, 0x31]).unwrap();
        // Each round of it brings two bytes and promises more.
        answer(&[0xAB, 0xAB, 0x61, 0x02]);
        session.execute(&Command::get_response(256)).unwrap_err();
    });
    assert!(lines.len() > 100, "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains("AB")), "{lines:?}");
}

#[test]
fn what_execute_sends_of_a_secret_is_never_logged() {
    let secret = [0xAB; 600];
    for (form, len) in [
        (LongForm::Extended, 600),
        (LongForm::Chaining, 600),
        (LongForm::Chaining, 4),
    ] {
        let marked = Command::new(0x80, 0xF0, 0, 0)
            .with_data(&secret[..len])
            .sensitive();
        let verify = Command::verify(0x81, &secret[..len]).unwrap();
        for command in [verify, marked.with_ne(256)] {
            let mut session = session();
            session.set_exchange_options(ExchangeOptions::iso().long_form(Some(form)));
            // A round of GET RESPONSE each, whose data belongs to the secret answer; without end.
            answer(&[0xAB, 0xAB, 0x61, 0x02]);
            let lines = logged(|| drop(session.execute(&command)));
            assert!(lines.len() > 4 || form == LongForm::Chaining, "{lines:?}");
            assert!(lines.iter().all(|line| !line.contains("AB")), "{lines:?}");
        }
    }
}

#[test]
fn a_secret_sent_again_with_the_right_le_is_not_logged_either() {
    let secret = [0xAB; 4];
    let marked = Command::new(0x80, 0xF0, 0, 0).with_data(&secret).sensitive();
    for command in [Command::verify(0x81, &secret).unwrap(), marked] {
        let mut session = session();
        answer(&[0x6C, 0x02]);
        let lines = logged(|| drop(session.execute(&command.with_ne(256))));
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert!(lines.iter().all(|line| !line.contains("AB")), "{lines:?}");
    }
}

#[test]
fn the_bytes_of_a_secret_file_are_never_logged() {
    let mut session = session();
    let lines = logged(|| {
        answer(&[0x90, 0x00]);
        session
            .transparent_file()
            .sensitive()
            .update(&[0xAB; 33_000])
            .unwrap();
        answer(&[0xAB, 0xAB, 0x90, 0x00]);
        let file = session.transparent_file().sensitive();
        assert_eq!(file.with_len(4).read().unwrap(), [0xAB; 4]);
    });
    // 129 with the even instruction, 1 with the odd one, 2 that read.
    assert_eq!(lines.len(), 2 * 132);
    assert!(lines.iter().all(|line| !line.contains("ABAB")), "{lines:?}");
}

/// Field case 25: what waits after 9000 or a warning, as on T=0, and a DESFire card's further frames.
#[test]
fn what_follows_a_secret_answer_is_never_logged_whatever_announced_it() {
    for (announced, next) in [
        ([0x90, 0x00], 0xC0),
        ([0x62, 0x83], 0xC0),
        ([0x63, 0x10], 0xC0),
        ([0x91, 0xAF], 0xAF),
    ] {
        let mut session = session();
        answer(&announced);
        let lines = logged(|| {
            session
                .transmit_sensitive(&[0x90, 0xBD, 0x00, 0x00, 0x00])
                .unwrap();
            answer(&[0x5E, 0xC2, 0x91, 0xAF]);
            for _ in 0..3 {
                session.transmit(&[0x90, next, 0x00, 0x00, 0x00]).unwrap();
            }
            answer(&[0x0A, 0x90, 0x00]);
            session.transmit(&[0x00, 0xB0, 0x00, 0x00, 0x01]).unwrap();
        });
        assert!(lines.iter().all(|line| !line.contains("5EC2")), "{lines:?}");
        assert_eq!(lines.last().unwrap(), "Table 00: < 0A9000");
    }
}
