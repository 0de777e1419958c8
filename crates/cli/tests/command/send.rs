//! `pcsc send`.

use crate::program::{failed, on, printed, scripted, simulated};

const SELECT: &str = "00A4040009F0504353432D53494D00";

#[test]
fn an_answer_is_shown_as_bytes_text_and_tree() {
    assert_eq!(
        printed(&mut simulated(&["send", SELECT, "00 B0 81 00 05"])),
        "\
> 00 A4 04 00 09 F0 50 43 53 43 2D 53 49 4D 00
< 23 bytes
  0000  6F 15 82 01 38 83 02 50 01 84 09 F0 50 43 53 43  o...8..P....PCSC
  0010  2D 53 49 4D 8A 01 05                             -SIM...
    6F
      82  38  8
      83  50 01  P.
      84  F0 50 43 53 43 2D 53 49 4D  .PCSC-SIM
      8A  05  .
< 9000: normal processing
> 00 B0 81 00 05
< 48 65 6C 6C 6F  Hello
< 9000: normal processing
"
    );
}

#[test]
fn one_command_may_be_an_argument_for_each_byte() {
    let words: Vec<String> = SELECT
        .as_bytes()
        .chunks(2)
        .map(|pair| String::from_utf8_lossy(pair).into_owned())
        .collect();
    let mut command = simulated(&["send", "--json"]);
    let exchange: serde_json::Value = serde_json::from_str(&printed(command.args(words))).unwrap();
    assert_eq!(exchange["command"], "00A4040009F0504353432D53494D00");
    assert_eq!(exchange["data"], "6F15820138830250018409F0504353432D53494D8A0105");
    assert_eq!(exchange["status"], "9000");
    assert_eq!(
        exchange["objects"][0]["objects"][2]["value"],
        "F0504353432D53494D"
    );
}

#[test]
fn exactly_these_bytes_are_sent_and_a_hint_says_what_asks_for_more() {
    // Any other command would be answered 6D00.
    let card = scripted(&[
        ("00 B0 00 00 00", "61 05"),
        ("00 CA 00 00 00", "6C 03"),
        ("00 B1 00 00 00", "61 00"),
    ]);
    for (command, hint) in [
        (
            "00B0000000",
            "5 bytes wait: 00 C0 00 00 05 (GET RESPONSE) gets them",
        ),
        (
            "00B1000000",
            "256 or more bytes wait: 00 C0 00 00 00 (GET RESPONSE) gets them",
        ),
    ] {
        let (mut sent, _file) = on(&card, &["send", command]);
        let text = printed(&mut sent);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() == 3 && lines[1].starts_with("< 61"), "{text}");
        assert_eq!(lines[2], format!("  {hint}, and --follow does so by itself"));
    }
    let (mut sent, _file) = on(&card, &["send", "00CA000000"]);
    let (code, text, _) = failed(&mut sent);
    assert_eq!(code, 6);
    assert!(
        text.ends_with("  the same with Le 03 (3 bytes) is right, and --follow does so by itself\n"),
        "{text}"
    );
}

#[test]
fn to_follow_is_to_send_what_the_card_asks_for() {
    let card = scripted(&[
        ("00 B0 00 00 00", "61 05"),
        ("00 C0 00 00 05", "48 65 6C 6C 6F 90 00"),
        ("00 CA 00 00 00", "6C 02"),
        ("00 CA 00 00 02", "4F 4B 90 00"),
    ]);
    let (mut sent, _file) = on(&card, &["send", "-f", "00B0000000", "00CA000000"]);
    assert_eq!(
        printed(&mut sent),
        "\
> 00 B0 00 00 00
< 48 65 6C 6C 6F  Hello
< 9000: normal processing
> 00 CA 00 00 00
< 4F 4B  OK
< 9000: normal processing
"
    );
    // What no rule can be applied to is refused before anything is sent.
    let (mut sent, _file) = on(&card, &["send", "-f", "00B0000000", "00B0"]);
    let (code, text, error) = failed(&mut sent);
    assert_eq!((code, &*text), (2, ""), "{error}");
}

#[test]
fn after_a_refusal_nothing_more_is_sent_unless_asked_for() {
    let (code, text, error) = failed(&mut simulated(&["send", "00A4040002F0F0", "00B0810005"]));
    assert_eq!(code, 6);
    assert_eq!(
        error,
        "pcsc: not sent, since the card has refused this one: 1 more; --keep-going sends all\n"
    );
    assert_eq!(
        text,
        "> 00 A4 04 00 02 F0 F0\n< 6A82: file or application not found\n"
    );
    let (code, text, error) = failed(&mut simulated(&["send", "-k", "00A4040002F0F0", "00B0810005"]));
    assert_eq!((code, &*error), (6, ""));
    assert_eq!(text.lines().filter(|line| line.starts_with('>')).count(), 2);
}

#[test]
fn a_session_can_be_told_how_to_be() {
    let all = ["send", "--exclusive", "--protocol", "t1", "--leave", SELECT];
    assert!(printed(&mut simulated(&all)).contains("9000"));
    let (code, _, error) = failed(&mut simulated(&["send", "--protocol", "t0", SELECT]));
    assert_eq!(code, 1);
    assert!(error.contains("SCARD_E_PROTO_MISMATCH"), "{error}");
}

#[test]
fn what_is_no_command_is_wrong_usage() {
    for wrong in [
        "",
        "0",
        "00 C A00 00 00",
        "select",
        "00A4{",
        "00A4{pin:0}",
        "00 20 00 81 {lc}",
    ] {
        let (code, out, error) = failed(&mut simulated(&["send", wrong]));
        assert_eq!((code, &*out), (2, ""), "{wrong}: {error}");
    }
}
