//! `pcsc sim`: other programs on the simulator. The other program is this one, with the machine's library or without.

use crate::program::{PCSC, failed, file_of, pcsc, printed};
use std::path::PathBuf;

/// Runs a script of the shell on a simulator.
fn on_sim(arguments: &[&str], script: &str) -> String {
    let mut command = pcsc(arguments);
    command.args(["sim", "--", "sh", "-ec", script]).env("PCSC", PCSC);
    printed(&mut command)
}

#[test]
fn a_program_runs_on_it() {
    let text = on_sim(&[], "$PCSC readers; $PCSC send 00A4040009F0504353432D53494D00");
    assert!(
        text.starts_with("Simulated Reader 00 00\n  card      3B8A018031F873F621FF8290008B\n"),
        "{text}"
    );
    assert!(text.ends_with("< 9000: normal processing\n"), "{text}");
}

#[test]
fn it_is_what_a_file_describes_and_changes_while_it_runs() {
    let file = file_of("[[reader]]\nname = \"A \\\"b\\\"\"\n");
    let text = on_sim(
        &[&format!("--sim={}", file.path().display())],
        r#"
        card() { $PCSC readers | sed -n '2s/^  card *//p'; }
        card
        $PCSC sim insert 'A "b"' --card '{ kind = "demo", protocol = "t0" }'; card
        $PCSC sim swap 'A "b"'; card
        $PCSC sim remove 'A "b"'; card
        $PCSC sim mute 'A "b"'; card
        $PCSC sim unplug 'A "b"'; $PCSC readers
        $PCSC sim plug 'A "b"'; card
        $PCSC sim power-off 'A "b"'
        $PCSC sim stop; $PCSC readers 2>/dev/null || echo "without: $?"
        $PCSC sim start; card
        "#,
    );
    let states = [
        "none",
        "3B0A8031F873F6219F829000",
        "3B8A018031F873F621FF8290008B",
        "none",
        "does not answer",
        "no reader",
        "does not answer",
        "without: 3",
        "does not answer",
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), states);
}

#[test]
fn what_cannot_be_changed_is_said() {
    let text = on_sim(
        &[],
        "$PCSC sim remove nobody 2>&1 || echo $?; $PCSC sim swap --card '{ kind = 1 }' 2>&1 || echo $?",
    );
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0].contains("there is no reader") && lines[1] == "2" && lines[3] == "2",
        "{text}"
    );
    let (code, _, error) = failed(&mut pcsc(&["sim", "remove"]));
    assert_eq!(code, 2);
    assert!(
        error.starts_with("pcsc: say which simulator: by --socket PATH, or"),
        "{error}"
    );
    let (code, _, error) = failed(&mut pcsc(&["sim", "remove", "--socket", "/nowhere"]));
    assert_eq!(code, 3);
    assert!(
        error.starts_with("pcsc: no simulator at /nowhere.control: "),
        "{error}"
    );
}

#[test]
fn it_ends_as_the_program_ends() {
    let end = |script: &str| failed(&mut pcsc(&["sim", "--", "sh", "-c", script])).0;
    assert_eq!(end("exit 7"), 7);
    assert_eq!(end("kill -9 $$"), 137);
    let (code, _, error) = failed(&mut pcsc(&["sim", "--", "/no/such/program"]));
    assert_eq!(code, 127);
    assert!(error.starts_with("pcsc: /no/such/program: "), "{error}");
}

#[test]
fn its_readers_are_listed() {
    let text = on_sim(&[], "$PCSC sim remove; $PCSC sim list; $PCSC sim list --json");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..2], ["Simulated Reader 00 00", "  card      none"]);
    assert!(
        lines[2].starts_with("{\"readers\":[{\"name\":\"Simulated Reader 00 00\""),
        "{text}"
    );
    let (code, _, error) = failed(&mut pcsc(&["sim", "--socket", "/nowhere", "list"]));
    assert_eq!(code, 3, "{error}");
}

#[test]
fn a_card_that_another_program_has_to_itself_has_a_code_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let script = "cd $FOLDER; mkfifo in out; $PCSC script --exclusive <in >out & exec 3>in 4<out; \
        echo 00A4040000 >&3; read sent <&4; read answer <&4; \
        $PCSC send 00A4040000 2>&1 >&2; echo \"code $?\"; exec 3>&-; wait";
    let mut command = pcsc(&["sim", "--", "sh", "-c", script]);
    command.env("PCSC", PCSC).env("FOLDER", folder.path());
    let text = printed(&mut command);
    assert!(
        text.contains("SCARD_E_SHARING_VIOLATION") && text.ends_with("code 8\n"),
        "{text}"
    );
}

#[test]
fn nothing_of_it_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = pcsc(&["sim", "--", "sh", "-c", "echo $PCSCLITE_CSOCK_NAME; ls $TMPDIR"]);
    let text = printed(command.env("TMPDIR", folder.path()));
    let (socket, listed) = text.split_once('\n').unwrap();
    assert!(
        PathBuf::from(socket).starts_with(folder.path()) && listed.starts_with("pcsc-sim-"),
        "{text}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    // A socket that is named is removed, too, and its folder stays.
    let socket = folder.path().join("s");
    let mut command = pcsc(&[
        "sim",
        "--socket",
        socket.to_str().unwrap(),
        "--",
        "ls",
        folder.path().to_str().unwrap(),
    ]);
    assert_eq!(printed(&mut command), "s\ns.control\n");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
