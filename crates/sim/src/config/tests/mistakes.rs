//! Files that are wrong.

use super::*;
use crate::service::attribute::LONGEST as LONGEST_ATTRIBUTE;

/// The message for a text, as it is shown for a file.
fn refused(text: &str) -> String {
    match Config::checked(text) {
        Ok(config) => panic!("{text} is taken: {config:?}"),
        Err(mistake) => mistake.locate("f.toml", text),
    }
}

#[test]
fn mistakes_are_refused_with_file_line_and_what_was_expected() {
    let reader = "[[reader]]\nname = \"a\"\n";
    let scripted = format!("{reader}[reader.card]\nkind = \"scripted\"\n");
    let with = |rest: &str| format!("{reader}{rest}\n");
    let cases = [
        ("[[reader]\n".to_owned(), "f.toml:1:", "expected"),
        ("[[reader]]\n".to_owned(), "f.toml:1:1: ", "missing field `name`"),
        (
            "\nreaders = 3\n".to_owned(),
            "f.toml:2:1: ",
            "unknown field `readers`, expected one of `power_off_after_ms`, `reader`, `event`",
        ),
        (
            "[[reader]]\nname = 7\n".to_owned(),
            "f.toml:2:8: ",
            "integer `7`, expected a string",
        ),
        (
            "[[reader]]\nname = \"\"\n".to_owned(),
            "f.toml:2:8: ",
            "expected a name of 1 to 127",
        ),
        (
            format!("[[reader]]\nname = \"{}\"\n", "x".repeat(128)),
            "f.toml:2:8: ",
            "128 bytes",
        ),
        (
            "[[reader]]\nname = \"a\\u0000\"\n".to_owned(),
            "f.toml:2:8: ",
            "null",
        ),
        (
            format!("{reader}{reader}"),
            "f.toml:4:8: ",
            "a second reader \"a\", expected another name",
        ),
        (
            with("nmae = 1"),
            "f.toml:3:1: ",
            "unknown field `nmae`, expected one of `name`, `card`",
        ),
        (with("card = 1"), "f.toml:3:8: ", "expected"),
        (with("card = { }"), "f.toml:3:8: ", "missing field `kind`"),
        (
            with("card.kind = \"dmeo\""),
            "f.toml:3:13: ",
            "expected one of `demo`, `scripted`, `mute`, `none`",
        ),
        (
            with("card = { kind = \"demo\", atr = \"3B00\" }"),
            "f.toml:3:31: ",
            "expected it with kind = \"scripted\"",
        ),
        (
            with("card = { kind = \"none\", chaining = true }"),
            "f.toml:3:36: ",
            "expected it with kind = \"demo\"",
        ),
        (
            with("card = { kind = \"demo\", channels = 21 }"),
            "f.toml:3:36: ",
            "expected 1 to 20",
        ),
        (
            with("card = { kind = \"demo\", channels = 300 }"),
            "f.toml:3:36: ",
            "300 is out of range, expected 1 to 20",
        ),
        (
            with("card = { kind = \"demo\", rounds_of = 0 }"),
            "f.toml:3:37: ",
            "expected 1 to 65536",
        ),
        (
            with("card = { kind = \"scripted\" }"),
            "f.toml:3:8: ",
            "expected atr =",
        ),
        (
            format!("{scripted}atr = \"3B 0\"\n"),
            "f.toml:5:7: ",
            "3 hexadecimal digits, expected bytes",
        ),
        (
            format!("{scripted}atr = \"3X\"\n"),
            "f.toml:5:7: ",
            "'X' is no hexadecimal digit",
        ),
        (
            format!("{scripted}atr = \"3B02AA\"\n"),
            "f.toml:5:7: ",
            "no valid answer to reset: ",
        ),
        (
            format!("{scripted}atr = \"\"\n"),
            "f.toml:5:7: ",
            "no valid answer to reset: ",
        ),
        (
            format!("{scripted}atr = \"3B00\"\ndefault = \"6D\"\n"),
            "f.toml:6:11: ",
            "2 to 65538 bytes",
        ),
        (
            format!(
                "{scripted}atr = \"3B00\"\n[[reader.card.exchange]]\ncommand = \"00A4\"\nanswer = \"9000\"\n"
            ),
            "f.toml:7:11: ",
            "expected CLA INS P1 P2",
        ),
        (
            format!(
                "{scripted}atr = \"3B00\"\nexchange = [{{ command = \"00A40000\", answer = \"9000\" }},\n\
                 {{ command = \"00 A4 00 00\", answer = \"9000\" }}]\n"
            ),
            "f.toml:7:13: ",
            "expected one exchange for each command",
        ),
        (
            with("event = [{ after_ms = -1, action = \"remove\" }]"),
            "f.toml:3:23: ",
            "-1 is out of range, expected 0 to 4294967295",
        ),
        (
            with("event = [{ after_ms = 1, action = \"insert\" }]"),
            "f.toml:3:35: ",
            "expected card =",
        ),
        (
            with("event = [{ after_ms = 1, action = \"eject\" }]"),
            "f.toml:3:35: ",
            "expected one of `insert`",
        ),
        (
            with("event = [{ after_ms = 1, action = \"remove\", card.kind = \"demo\" }]"),
            "f.toml:3:",
            "expected it with action = \"insert\"",
        ),
        (
            with("feature = [{ tag = 6, code = 1 }, { tag = 6, code = 2 }]"),
            "f.toml:3:",
            "a second feature of this tag, expected each once",
        ),
        (
            with("control = [{ code = 1, answer = \"\" }, { code = 1, answer = \"\" }]"),
            "f.toml:3:",
            "a second answer to this control code, expected each once",
        ),
        (
            with("attribute = [{ id = 1, value = \"\" }, { id = 1, value = \"\" }]"),
            "f.toml:3:",
            "a second attribute of this number, expected each once",
        ),
        (
            "[[reader]]\nname = '\\\\?PnP?\\Notification'\n".to_owned(),
            "f.toml:2:8: ",
            "expected a name of",
        ),
        (
            "power_off_after_ms = -1\n".to_owned(),
            "f.toml:1:22: ",
            "-1 is out of range, expected 0 to 4294967295",
        ),
        (
            "power_off_after_ms = \"soon\"\n".to_owned(),
            "f.toml:1:22: ",
            "\"soon\", expected a whole number or \"never\"",
        ),
        (
            "power_off_after_ms = false\n".to_owned(),
            "f.toml:1:22: ",
            "expected a whole number, 0 to 4294967295, or \"never\"",
        ),
        (
            with("card = { kind = \"none\", delay_ms = 1 }"),
            "f.toml:3:36: ",
            "delay_ms is not for kind = \"none\", expected it with kind = \"demo\" or \"scripted\"",
        ),
        (
            with("card = { kind = \"mute\", atr = \"3B00\" }"),
            "f.toml:3:31: ",
            "atr is not for kind = \"mute\", expected it with kind = \"scripted\"",
        ),
        (
            with("card = { kind = \"demo\", delay_ms = 1.5 }"),
            "f.toml:3:36: ",
            "expected a whole number, 0 to 4294967295",
        ),
        (with("plugged = 0"), "f.toml:3:11: ", "expected a boolean"),
        (
            with("event = [{ after_ms = 1, action = \"plug\", card.kind = \"demo\" }]"),
            "f.toml:3:",
            "expected it with action = \"insert\"",
        ),
        (
            with("[[event]]\nafter_ms = 1\naction = \"restart\""),
            "f.toml:5:10: ",
            "expected `stop` or `start`",
        ),
        (
            with("[[event]]\naction = \"stop\""),
            "f.toml:3:1: ",
            "missing field `after_ms`",
        ),
        ("[event]\n".to_owned(), "f.toml:1:1: ", "expected [[event]]"),
        (
            "event = [1]\n".to_owned(),
            "f.toml:1:10: ",
            "expected a table, as under [[event]]",
        ),
        (
            with("feature = [{ tag = 256, code = 1 }]"),
            "f.toml:3:20: ",
            "256 is out of range, expected 0 to 255",
        ),
        (
            "[[reader]]\nname = '\\\\?pnp?\\NOTIFICATION'\n".to_owned(),
            "f.toml:2:8: ",
            "expected a name of",
        ),
        (
            with("card = { kind = \"demo\", rounds_of = \"5\" }"),
            "f.toml:3:37: ",
            "expected a whole number, 1 to 65536",
        ),
        (
            with("event = [{ after_ms = 1.5, action = \"remove\" }]"),
            "f.toml:3:23: ",
            "expected a whole number, 0 to 4294967295",
        ),
        (
            with("control = [{ code = 99999999999999999999, answer = \"\" }]"),
            "f.toml:3:21: ",
            "expected 0 to 4294967295",
        ),
        (
            "\n[reader]\nname = \"a\"\n".to_owned(),
            "f.toml:2:1: ",
            "expected [[reader]]",
        ),
        (
            "\nreader = 1\n".to_owned(),
            "f.toml:2:10: ",
            "expected [[reader]]",
        ),
        (
            "reader = [1]\n".to_owned(),
            "f.toml:1:11: ",
            "expected a table, as under [[reader]]",
        ),
        (
            with("[reader.event]"),
            "f.toml:3:1: ",
            "expected [[reader.event]]",
        ),
        (
            with("feature = 1"),
            "f.toml:3:11: ",
            "expected [[reader.feature]]",
        ),
        (
            with("control = [1]"),
            "f.toml:3:12: ",
            "expected a table, as under [[reader.control]]",
        ),
        (
            format!("{scripted}atr = \"3B00\"\n[reader.card.exchange]\n"),
            "f.toml:6:1: ",
            "expected [[reader.card.exchange]]",
        ),
        (
            with(&format!(
                "attribute = [{{ id = 1, value = \"{}\" }}]",
                "00".repeat(LONGEST_ATTRIBUTE + 1)
            )),
            "f.toml:3:",
            if cfg!(windows) {
                "expected at most 65548"
            } else {
                "expected at most 264"
            },
        ),
    ];
    for (text, place, expected) in cases {
        let message = refused(&text);
        assert!(
            message.starts_with(place) && message.contains(expected) && !message.contains('\n'),
            "{text}\ngives {message:?}\nnot {place:?} and {expected:?}"
        );
    }
}
