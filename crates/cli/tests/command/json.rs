//! What programs read: `--json`.

use crate::program::{PCSC, failed, file_of, on, pcsc, printed, scripted, simulated};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

fn documents(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The names of all fields.
fn fields(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                names.insert(name.clone());
                fields(value, names);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| fields(value, names)),
        _ => {}
    }
}

/// The names in the README's row of a command, after its first column.
fn described(command: &str) -> BTreeSet<String> {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, section) = readme.split_once("## For programs\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let begin = format!("| `{command}` |");
    let row = section
        .lines()
        .find_map(|line| line.strip_prefix(&begin))
        .unwrap();
    row.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Compares what a command prints with what the README says of it.
#[track_caller]
fn check(command: &str, text: &str) {
    let mut names = BTreeSet::new();
    documents(text)
        .iter()
        .for_each(|document| fields(document, &mut names));
    assert_eq!(names, described(command), "{command}: {text}");
}

#[test]
fn what_is_printed_is_what_the_readme_describes() {
    let list = file_of("3B 8A 01 80 31 F8 73 F6 21 FF 82 90 00 8B\n\tA card\n");
    let with_names = |arguments: &[&str]| {
        let mut command = simulated(arguments);
        command.env("SMARTCARD_LIST", list.path());
        printed(&mut command)
    };
    check("readers", &with_names(&["--json", "readers"]));
    check("atr", &with_names(&["--json", "atr"]));
    check("features", &printed(&mut simulated(&["--json", "features"])));
    let sends = ["send", "00A4040000", "00B0810001", "00A4040002F0F0", "00B0"];
    let (_, text, _) = failed(simulated(&["--json"]).args(sends));
    let (mut asking, _file) = on(
        &scripted(&[("00B0000000", "6C 05")]),
        &["--json", "send", "00B0000000"],
    );
    check("send", &(text + &failed(&mut asking).1));
    let script = "reset\n00A4040000\n< 9000\n";
    let (code, text, _) = failed(simulated(&["--json", "script"]).write_stdin(script));
    assert_eq!(code, 6);
    check("script", &text);
    let lines = "reset\n< 3B *\n00A4040000\nrecover\natr\n";
    let text = printed(simulated(&["--json", "shell"]).write_stdin(lines));
    let mut names = BTreeSet::new();
    documents(&text)
        .iter()
        .for_each(|document| fields(document, &mut names));
    let mut own = described("shell");
    own.remove("send");
    assert!(own.remove("atr") && own.is_subset(&names), "{own:?}: {text}");
    names.retain(|name| !own.contains(name) && !described("atr").contains(name));
    assert!(names.is_subset(&described("send")), "{names:?}: {text}");
    let (code, text, error) = failed(&mut simulated(&[
        "--json",
        "send",
        "--exact-reader",
        "nobody",
        "00B0",
    ]));
    assert_eq!(code, 4);
    assert!(error.starts_with("pcsc: "), "{error}");
    let [failure] = &documents(&text)[..] else {
        panic!("{text}")
    };
    assert_eq!(failure["exit"], 4);
    assert_eq!(failure["reader"], "nobody");
}

#[cfg(not(any(windows, target_os = "macos")))]
#[test]
fn a_failure_is_told_with_all_that_is_known_of_it() {
    let (code, text, _) =
        failed(pcsc(&["--json", "readers"]).env("PCSCLITE_CSOCK_NAME", "/nowhere/pcscd.comm"));
    let failure = &documents(&text)[0];
    assert_eq!((code, &failure["exit"]), (3, &Value::from(3)));
    assert_eq!(failure["function"], "SCardEstablishContext");
    assert_eq!(failure["code"], "SCARD_E_NO_SERVICE");
    assert!(
        failure["causes"][0]
            .as_str()
            .unwrap()
            .contains("PCSCLITE_CSOCK_NAME"),
        "{text}"
    );
    let with_reader = failed(&mut simulated(&[
        "--json",
        "send",
        "--exact-reader",
        "nobody",
        "00B0",
    ]))
    .1;
    check("a failure", &(text + &with_reader));
}

#[cfg(unix)]
#[test]
fn recordings_events_findings_and_sockets_are_described_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.pcapng");
    let name = path.to_str().unwrap();
    let verify = "00 20 00 81 04 31 32 33 34";
    let sends = ["--", PCSC, "send", "--keep-going", "00A4040000", verify];
    simulated(&["record", "-o", name]).args(sends).output().unwrap();
    let text = printed(&mut pcsc(&["--json", "replay", name]));
    assert!(text.contains("\"command\":\"00A4040000\""), "{text}");
    // One that was not answered is in no recording of a simulator that runs.
    let mut unanswered = pcsc_recording::Writer::new(std::fs::File::create(&path).unwrap()).unwrap();
    let exchange = pcsc_recording::Exchange::unanswered(&[0, 0xA4, 4, 0], "SCARD_W_REMOVED_CARD");
    unanswered
        .exchange("R", &exchange, std::time::SystemTime::now())
        .unwrap();
    check(
        "replay",
        &(text + &printed(&mut pcsc(&["--json", "replay", name]))),
    );

    let watched = printed(&mut simulated(&["--json", "watch", "--count", "2"]));
    let lost =
        printed(pcsc(&["--json", "watch", "--count", "1"]).env("PCSCLITE_CSOCK_NAME", "/nowhere/pcscd.comm"));
    if cfg!(not(target_os = "macos")) {
        check("watch", &(watched + &lost));
    }
    let (_, text, _) = failed(pcsc(&["--json", "doctor"]).env("PCSCLITE_CSOCK_NAME", "/nowhere/pcscd.comm"));
    if cfg!(not(target_os = "macos")) {
        check("doctor", &text);
    }
}

#[test]
fn a_readers_name_is_the_one_to_choose_it_by() {
    let name = "A\u{1b}[31m\\B \u{e9}\u{9b}";
    let config = format!(
        "[[reader]]\nname = {}\ncard = {{ kind = \"demo\" }}\n",
        Value::from(name)
    );
    let (mut listed, _file) = on(&config, &["--json", "readers"]);
    let text = printed(&mut listed);
    assert!(
        text.is_ascii() && !text.trim_end().contains(char::is_control),
        "{text}"
    );
    let given = documents(&text)[0]["readers"][0]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(given, name);
    for command in [&["--json", "features"][..], &["--json", "watch", "--count", "1"]] {
        let (mut told, _file) = on(&config, command);
        assert_eq!(documents(&printed(&mut told))[0]["reader"], name, "{command:?}");
    }
    let (mut chosen, _file) = on(&config, &["send", "--exact-reader", &given, "00A40000"]);
    printed(&mut chosen);
}

#[test]
fn the_shell_has_no_prompt_among_its_documents() {
    let mut shell = simulated(&["--json", "shell"]);
    let text = printed(shell.env("TERM", "dumb").write_stdin("00B0810001\nexit\n"));
    assert_eq!(documents(&text)[0]["status"], "6A82");
}
