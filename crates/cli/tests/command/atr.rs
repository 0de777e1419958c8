//! `pcsc atr`.

use crate::program::{failed, file_of, pcsc, printed, simulated};

#[test]
fn an_answer_to_reset_is_explained_byte_by_byte() {
    let explained = "\
3B951381018073FF01000B
  3B TS: direct convention
  95 T0: TA1 TD1 follow, 5 historical bytes
  13 TA1: F = 372, D = 4, at most 5 MHz
  81 TD1: T=1, TD2 follows
  01 TD2: T=1
  80 T1: category: compact TLV
  73 T2: card capabilities
  FF T3: DF by full name, by partial name, by path, by file identifier, implicitly, short EF identifiers, record numbers, record identifiers
  01 T4: data coding: units of 2 quartets, one-time write
  00 T5: no command chaining, no extended length, 1 channel
  0B TCK: correct
";
    for words in [
        &["3B951381018073FF01000B"][..],
        &["3b:95:13:81", "01 80 73 ff 01 00 0b"],
    ] {
        let mut command = pcsc(&["atr"]);
        let printed = printed(command.args(words));
        let (first, last) = (printed.lines().take(7), printed.lines().last());
        assert!(
            first.eq(explained.lines().take(7)) && last == explained.lines().last(),
            "{printed}"
        );
        assert_eq!(printed.lines().count(), 12, "{printed}");
    }
}

#[test]
fn that_of_a_card_is_explained_too() {
    let text = printed(&mut simulated(&["atr"]));
    assert!(
        text.starts_with("3B8A018031F873F621FF8290008B\n  3B TS: direct convention\n"),
        "{text}"
    );
    let json: serde_json::Value = serde_json::from_str(&printed(&mut simulated(&["atr", "--json"]))).unwrap();
    assert_eq!(json["bytes"].as_array().unwrap().len(), 14);
    assert_eq!(json["bytes"][2]["meaning"], "TD1: T=1");
}

#[test]
fn what_is_wrong_is_said_and_who_it_may_be() {
    let list = file_of("3B 95 .*\n\tA card\n");
    let mut command = pcsc(&["atr", "--json", "3B951381018073FF0100"]);
    let (code, json, error) = failed(command.env("SMARTCARD_LIST", list.path()));
    assert_eq!((code, &*error), (1, ""));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["names"][0], "A card");
    assert_eq!(json["problems"].as_array().unwrap().len(), 1, "{json}");
}

#[cfg(unix)]
#[test]
fn the_users_own_list_comes_before_the_systems() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".cache")).unwrap();
    std::fs::write(
        home.path().join(".cache/smartcard_list.txt"),
        "3B 00\n\tOne's own\n",
    )
    .unwrap();
    let mut command = pcsc(&["atr", "3B00"]);
    command
        .env_remove("SMARTCARD_LIST")
        .env_remove("XDG_CACHE_HOME")
        .env("HOME", home.path());
    assert!(printed(&mut command).ends_with("  One's own\n"));
}

#[test]
fn what_is_no_answer_to_reset_is_wrong_usage() {
    for words in [&["3B0"][..], &["3B", "xy"], &["3B00", "--reader", "R"]] {
        let (code, out, error) = failed(pcsc(&["atr"]).args(words));
        assert_eq!((code, &*out), (2, ""), "{error}");
    }
}
