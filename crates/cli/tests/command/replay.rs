//! `pcsc replay`: recordings as text, and as cards for other programs.

use crate::program::{PCSC, failed, pcsc, printed, simulated};
use pcsc_recording::{Exchange, Writer};
use std::time::{Duration, UNIX_EPOCH};
use tempfile::NamedTempFile;

const SELECT: &str = "00A4040009F0504353432D53494D00";

/// A recording of two readers, one of which has a name with an escape: so many of four packets.
fn recorded(packets: usize) -> Vec<u8> {
    let mut recording = Writer::new(Vec::new()).unwrap();
    let at = |milliseconds: u64| UNIX_EPOCH + Duration::from_millis(1_000_000 + milliseconds);
    if packets > 0 {
        recording.answer_to_reset("A", &[0x3B, 0x00], at(0)).unwrap();
    }
    let verify = [0x00, 0x20, 0x00, 0x81, 0x02, 0x31, 0x32];
    for (reader, exchange, time) in [
        ("A", Exchange::new(&[0x00, 0xA4, 0x00, 0x00], &[0x6A, 0x82]), 1),
        (
            "A",
            Exchange::new(&verify, &[0x63, 0xC2]).leave_secret_out(true),
            1_500,
        ),
        (
            "B\u{1b}[2J\n#",
            Exchange::unanswered(&[0x00, 0xB0, 0x00, 0x00, 0x02], "gone\u{1b}[2J"),
            2_000,
        ),
    ]
    .into_iter()
    .take(packets.saturating_sub(1))
    {
        recording.exchange(reader, &exchange, at(time)).unwrap();
    }
    recording.into_inner()
}

fn recording() -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), recorded(4)).unwrap();
    file
}

fn replay(file: &NamedTempFile, arguments: &[&str]) -> assert_cmd::Command {
    let mut command = pcsc(&["replay", file.path().to_str().unwrap()]);
    command.args(arguments);
    command
}

#[test]
fn a_recording_is_shown_as_a_script() {
    let text = "\
# 0.000000 A
> reset
< 3B 00
# 0.001000 A
> 00 A4 00 00
< 6A 82 : file or application not found
# 1.500000 A
# a secret is left out: > 00 20 00 81, of 7 bytes; < 63 C2, of 2
# 2.000000 B\\u{1b}[2J\\n#
> 00 B0 00 00 02
# no answer: gone\\u{1b}[2J
";
    assert_eq!(printed(&mut replay(&recording(), &[])), text);
}

#[test]
fn a_program_reads_it_as_json() {
    let text = printed(&mut replay(&recording(), &["--json"]));
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (&lines[0]["time"], &lines[0]["atr"]),
        (&1_000_000.into(), &"3B00".into())
    );
    assert_eq!(
        (&lines[1]["command"], &lines[1]["answer"]),
        (&"00A40000".into(), &"6A82".into())
    );
    assert_eq!(lines[2]["left_out"], serde_json::json!([7, 2]));
    assert_eq!(lines[3]["why_unanswered"], "gone\u{1b}[2J");
    assert_eq!(lines[3]["reader"], "B\u{1b}[2J\n#");
}

#[test]
fn a_program_runs_on_recorded_cards_and_what_differs_is_told() {
    let file = NamedTempFile::new().unwrap();
    let name = file.path().to_str().unwrap();
    let sent = printed(&mut simulated(&["send", "--record", name, SELECT, "00B0810005"]));
    assert_eq!(
        printed(&mut replay(&file, &["--", PCSC, "send", SELECT, "00B0810005"])),
        sent
    );

    let reader = "pcsc: Simulated Reader 00 00: ";
    let (code, _, error) = failed(&mut replay(&file, &["--", PCSC, "send", SELECT]));
    assert_eq!(code, 6);
    assert!(error.starts_with(reader) && error.lines().count() == 1, "{error}");
    let (code, _, error) = failed(&mut replay(
        &file,
        &["--", PCSC, "send", "-k", "00B0810005", SELECT],
    ));
    assert_eq!(code, 6);
    assert!(error.starts_with(&format!("{reader}command 1 is ")), "{error}");
    let any = ["--lookup", "--", PCSC, "send", "00B0810005", SELECT, SELECT];
    printed(&mut replay(&file, &any));
    // A program's own end counts first.
    let script = format!("{PCSC} send 00B0000000; exit 9");
    let (code, _, error) = failed(&mut replay(&file, &["--lookup", "--", "sh", "-c", &script]));
    assert_eq!(code, 9);
    assert!(error.contains(reader), "{error}");
    let (code, _, _) = failed(&mut replay(&file, &["--lookup"]));
    assert_eq!(code, 2);
}

#[test]
fn each_recorded_card_is_in_a_reader_of_its_name() {
    let file = recording();
    let script = format!(
        "{PCSC} readers; {PCSC} send --exact-reader A -k 00A40000 0020008104{} || true; {PCSC} send --index 1 00B0000002",
        "39".repeat(4)
    );
    let (_, text, error) = failed(&mut replay(&file, &["--", "sh", "-c", &script]));
    assert!(
        text.contains("A\n  card      3B00") && text.contains("\nB\\u{1b}[2J\\n#\n"),
        "{text}"
    );
    assert!(text.contains("< 6A82") && text.contains("< 63C2"), "{text}");
    assert!(!error.contains("pcsc: A: "), "{error}");
}

#[test]
fn a_recording_that_is_cut_anywhere_is_shown_up_to_there() {
    let whole = recorded(4);
    let text = printed(&mut replay(&recording(), &[]));
    let file = NamedTempFile::new().unwrap();
    // Where each packet ends, and what is shown up to there.
    let ends = [1, 2, 3, 4].map(|packets| recorded(packets).len());
    let shown_to = |len: usize| {
        let packets = ends.iter().filter(|end| **end <= len).count();
        let mut starts = text
            .match_indices("# ")
            .map(|(start, _)| start)
            .filter(|start| text[*start + 2..].starts_with(|digit: char| digit.is_ascii_digit()));
        &text[..starts.nth(packets).unwrap_or(text.len())]
    };
    for len in (0..=whole.len()).step_by(7).chain(ends.iter().copied()) {
        std::fs::write(file.path(), &whole[..len]).unwrap();
        let (code, shown, error) = failed(&mut replay(&file, &[]));
        // Without its header it is none.
        let is_one = len >= recorded(0).len();
        assert_eq!(code, if is_one { 0 } else { 2 }, "{len}: {error}");
        assert_eq!(shown, if is_one { shown_to(len) } else { "" }, "{len}");
        assert!(!error.contains('\u{1b}'), "{error}");
        // Of a card to which nothing went nothing is expected.
        let (code, _, error) = failed(&mut replay(&file, &["--", "true"]));
        let packets = ends.iter().filter(|end| **end <= len).count();
        let expected = match packets {
            0 => 2,
            1 => 0,
            _ => 6,
        };
        assert_eq!(code, expected, "{len}: {error}");
    }
}

#[test]
fn what_is_no_recording_is_refused() {
    for bytes in [&b""[..], b"#!/bin/sh\n", &[0; 100_000], &[0xFF; 64]] {
        let file = NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        for arguments in [&[][..], &["--", "true"]] {
            let (code, text, error) = failed(&mut replay(&file, arguments));
            assert_eq!((code, &*text), (2, ""), "{error}");
            assert!(error.contains("recording"), "{error}");
        }
    }
    // More cards than there can be readers.
    let file = NamedTempFile::new().unwrap();
    let mut recording = Writer::new(file.reopen().unwrap()).unwrap();
    for number in 0..1_000 {
        recording
            .answer_to_reset(&format!("R{number}"), &[0x3B, 0x00], UNIX_EPOCH)
            .unwrap();
    }
    let (code, _, error) = failed(&mut replay(&file, &["--", "true"]));
    assert_eq!(code, 2);
    assert!(error.contains("1000 cards"), "{error}");
    let (code, _, _) = failed(&mut pcsc(&["replay", "/nowhere"]));
    assert_eq!(code, 2);
}

/// Written by another reader's cards, or by a program that came to no card.
#[test]
fn a_program_that_sends_nothing_does_not_pass() {
    let file = recording();
    for arguments in [&["--lookup", "--", "true"][..], &["--", "true"]] {
        let (code, _, error) = failed(&mut replay(&file, arguments));
        assert_eq!(code, 6);
        assert_eq!(error, "pcsc: no command came to the recorded cards\n");
    }
    // A VERIFY without a PIN asks for something else than one with a PIN.
    let query = ["--lookup", "--", PCSC, "send", "-k", "00A40000", "00200081"];
    let (_, text, error) = failed(&mut replay(&file, &query));
    assert!(
        text.contains("< 6F00") && error.contains("00 20 00 81 is not in"),
        "{text}{error}"
    );
}

#[test]
fn of_cards_in_one_reader_one_is_replayed_which_is_to_be_chosen() {
    let file = NamedTempFile::new().unwrap();
    let mut recording = Writer::new(file.reopen().unwrap()).unwrap();
    let other = Exchange::new(&[0x00, 0xA4, 0x00, 0x00], &[0x90, 0x00]);
    recording.exchange("Other", &other, UNIX_EPOCH).unwrap();
    for (atr, status) in [([0x3B, 0x00], 0x01), ([0x3F, 0x00], 0x02)] {
        recording.answer_to_reset("R", &atr, UNIX_EPOCH).unwrap();
        let answer = [0x63, status];
        let exchange = Exchange::new(&[0x00, 0xA4, 0x00, 0x00], &answer);
        recording.exchange("R", &exchange, UNIX_EPOCH).unwrap();
    }
    let run = |options: &[&str]| {
        let mut command = replay(&file, options);
        let script = format!("{PCSC} send -r Other 00A40000; {PCSC} send -k -r R 00A40000; {PCSC} readers");
        failed(command.args(["--", "sh", "-c", &script]))
    };
    let (code, _, error) = run(&[]);
    assert_eq!(code, 2);
    assert!(
        error.contains("in the reader R one after the other")
            && error.contains("--card 1 (3B00), --card 2 (3F00)"),
        "{error}"
    );
    for (number, status) in [("1", "< 6301"), ("2", "< 6302")] {
        let (code, text, error) = run(&["--card", number]);
        assert!(text.contains(status) && text.contains("Other\n"), "{text}{error}");
        assert_eq!((code, &*error), (0, ""), "{text}");
    }
    let (code, _, error) = run(&["--card", "3"]);
    assert_eq!(code, 2);
    assert!(
        error.contains("there is no card 3: the recording has 3"),
        "{error}"
    );
}

#[test]
fn a_files_name_does_nothing_to_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a\u{1b}]0;b\u{7}\u{9b}2J.pcapng");
    std::fs::write(&path, &recorded(4)[..recorded(2).len() + 9]).unwrap();
    let path = path.to_str().unwrap();
    for arguments in [
        &["replay", path][..],
        &["replay", "/dev/null", "--", path],
        &["script", path],
        &["--sim", "record", "-o", path, "--", "/no/such/program\u{1b}c"],
        &["--sim", "sim", "remove", "--socket", path],
    ] {
        let (_, _, error) = failed(&mut pcsc(arguments));
        assert!(!error.is_empty(), "{arguments:?}");
        assert!(!error.trim_end().contains(char::is_control), "{error:?}");
    }
}

#[test]
fn what_differs_is_a_document_too() {
    let file = recording();
    let (code, text, error) = failed(&mut replay(
        &file,
        &["--json", "--", PCSC, "send", "-r", "A", "00B0"],
    ));
    assert_eq!(code, 6);
    let differences: Vec<serde_json::Value> = text
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let first = differences[0]["error"].as_str().unwrap();
    assert!(
        first.starts_with("A: command 1 is 00 B0, where 00 A4 00 00 was expected"),
        "{text}"
    );
    assert!(!error.contains("no command came"), "{error}");
    // Where nothing was recorded that could differ, that is said.
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), recorded(1)).unwrap();
    let (code, _, error) = failed(&mut replay(&file, &["--", "true"]));
    assert_eq!(
        (code, &*error),
        (0, "pcsc: no command was recorded: nothing is compared\n")
    );
}
