//! The program on a real pcscd, with the machine's library.

use crate::program::{PCSC, call, failed, pcsc, printed};
use crate::terminal::at_terminal;
use pcsc_recording::{RecordedExchange, Recording};
use pcsc_session::{Disposition, Provider, Session};
use pcsc_sim::DemoCard;
use private_pcscd::{Driver, Pcscd};
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

const SELECT: &str = "00A4040009F0504353432D53494D00";

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn readers_and_commands() {
    let mut pcscd = Pcscd::start(2).unwrap();
    let name = pcscd.reader_names()[0].clone();
    let (code, _, error) = failed(&mut pcsc(&["send", SELECT]));
    assert_eq!(code, 5, "{error}");
    let _card = pcscd.insert(0, DemoCard::new()).unwrap();

    let text = printed(&mut pcsc(&["send", "--wait", "30", SELECT, "00B0810005"]));
    assert!(
        text.ends_with("< 48 65 6C 6C 6F  Hello\n< 9000: normal processing\n"),
        "{text}"
    );
    let text = printed(&mut pcsc(&["readers"]));
    assert!(
        text.starts_with(&format!("{name}\n  card      3B8A018031F873F621FF8290008B")),
        "{text}"
    );
    assert!(
        text.contains(&format!("{}\n  card      none\n", pcscd.reader_names()[1])),
        "{text}"
    );
    let text = printed(pcsc(&["script"]).write_stdin("reset\n< 3B 8A *\n00A40400\n"));
    assert!(text.starts_with("> reset\n< 3B 8A 01 80 "), "{text}");
    let (code, _, error) = failed(&mut pcsc(&["atr", "--reader", "nobody"]));
    assert_eq!(code, 4, "{error}");
    // A name need not be text.
    let name = std::ffi::OsStr::from_bytes(b"L\xE4ser");
    let (code, _, error) = failed(pcsc(&["atr", "--exact-reader"]).arg(name));
    assert_eq!(code, 4, "{error}");
    assert!(error.contains("there is no reader \"L\u{FFFD}ser\""), "{error}");
    pcscd.kill().unwrap();
    let (code, _, error) = failed(&mut pcsc(&["readers"]));
    assert_eq!(code, 3, "{error}");
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn what_a_reader_can_do() {
    let pcscd = Pcscd::start_with(1, Driver::Equipped).unwrap();
    pcscd.set_attribute(0, 0x0001_0100, b"Maker\0").unwrap();
    pcscd.set_features(0, &[(0x06, 0x4233_0006)]).unwrap();
    let text = printed(&mut pcsc(&["features"]));
    assert!(
        text.contains("    maker  Maker  SCARD_ATTR_VENDOR_NAME\n"),
        "{text}"
    );
    let feature = "PIN verification at the reader  control code 0x42330006  FEATURE_VERIFY_PIN_DIRECT\n";
    assert!(text.contains(feature), "{text}");
    let text = printed(&mut pcsc(&["readers"]));
    let reader = "  card      none\n  features  PIN verification at the reader\n  driver    maker Maker\n";
    assert!(text.contains(reader), "{text}");
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn another_programs_transaction_hides_no_reader() {
    let pcscd = Pcscd::start(1).unwrap();
    let _card = pcscd.insert(0, DemoCard::new()).unwrap();
    let options = Session::options().provider(Provider::native());
    let mut session = options.wait(Duration::from_secs(30)).open().unwrap();
    let transaction = session.transaction().unwrap();
    let text = printed(&mut pcsc(&["readers"]));
    let card = "  card      3B8A018031F873F621FF8290008B, in shared use\n";
    assert!(
        text.contains(card) && text.contains("  another program keeps it from telling more\n"),
        "{text}"
    );
    transaction.end(Disposition::Leave).unwrap();
    assert!(!printed(&mut pcsc(&["readers"])).contains("another program"));
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn events_over_a_restart_of_the_daemon() {
    let mut pcscd = Pcscd::start_with(1, Driver::Prompt).unwrap();
    let name = pcscd.reader_names()[0].clone();
    let mut command = call(&["watch"]);
    command.env("NO_COLOR", "1");
    let mut watch = at_terminal(command);
    watch.exp_string(&format!("{name}: reader added")).unwrap();
    let card = pcscd.insert(0, DemoCard::new()).unwrap();
    watch
        .exp_string(&format!("{name}: card inserted: 3B8A018031F873F621FF8290008B"))
        .unwrap();
    card.remove().unwrap();
    watch.exp_string(&format!("{name}: card removed")).unwrap();
    pcscd.kill().unwrap();
    watch.exp_string("service lost: ").unwrap();
    pcscd.restart().unwrap();
    watch.exp_string("service back").unwrap();
    watch.exp_string(&format!("{name}: reader added")).unwrap();
    watch.send_control('c').unwrap();
    watch.exp_eof().unwrap();
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn a_shell_is_one_session() {
    let pcscd = Pcscd::start(1).unwrap();
    let _card = pcscd.insert(0, DemoCard::new()).unwrap();
    let mut command = call(&["shell", "--wait", "30"]);
    command.env("NO_COLOR", "1");
    let mut shell = at_terminal(command);
    for (line, answer) in [
        (SELECT, "9000"),
        ("00B0810005", "Hello"),
        ("reset", "3B 8A"),
        ("recover", "nothing was lost"),
    ] {
        shell.exp_string("pcsc> ").unwrap();
        shell.send_line(line).unwrap();
        shell.exp_string(answer).unwrap();
    }
    shell.send_control('d').unwrap();
    shell.exp_eof().unwrap();
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn other_programs_are_recorded_and_run_on_the_recording() {
    let pcscd = Pcscd::start(2).unwrap();
    let _card = pcscd.insert(1, DemoCard::new()).unwrap();
    let name = pcscd.reader_names()[1].clone();
    printed(&mut pcsc(&["send", "--index", "1", "--wait", "30", SELECT]));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("card.pcapng");
    let path = path.to_str().unwrap();
    let opensc = [
        "opensc-tool",
        "--reader",
        "1",
        "--send-apdu",
        "00:A4:04:00:00",
        "--atr",
    ];
    let own = [PCSC, "send", "--with-card", SELECT, "00B0810005"];
    let is_there = std::process::Command::new(opensc[0])
        .arg("--version")
        .output()
        .is_ok();
    let programs = [&own[..], &opensc];
    for program in &programs[..1 + usize::from(is_there)] {
        let alone = std::process::Command::new(program[0])
            .args(&program[1..])
            .output()
            .unwrap();
        let recorded = pcsc(&["record", "-o", path, "--"])
            .args(*program)
            .output()
            .unwrap();
        assert_eq!(recorded, alone);
        let recording = Recording::open(path).unwrap();
        let used = recording
            .cards()
            .iter()
            .find(|card| !card.exchanges().is_empty())
            .unwrap();
        assert_eq!(used.reader(), name);
        assert_eq!(used.atr().unwrap()[..3], [0x3B, 0x8A, 0x01]);
        if program[0] == PCSC {
            assert_eq!(
                printed(pcsc(&["replay", path, "--"]).args(*program)).as_bytes(),
                alone.stdout
            );
        }
        let selects = |exchange: &RecordedExchange| exchange.command.starts_with(&[0x00, 0xA4, 0x04, 0x00]);
        assert!(used.exchanges().iter().any(selects), "{used:?}");
    }
    // Waiting is no traffic of a card, and goes through as well.
    let watched = printed(&mut pcsc(&[
        "record", "-o", path, "--", PCSC, "watch", "--count", "3",
    ]));
    assert!(
        watched.contains(&format!("{name}: card inserted: 3B8A01")),
        "{watched}"
    );
    let recording = Recording::open(path).unwrap();
    assert_eq!(recording.cards()[0].reader(), name);
}
