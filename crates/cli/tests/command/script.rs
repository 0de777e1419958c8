//! `pcsc script`.

use crate::program::{failed, file_of, on, printed, scripted, simulated};

const SCRIPT: &str = "\
# the demonstration card
reset
< 3B *
00A4040009F0504353432D53494D00
< 6F * 90 00
00 B0 81 \\
  00 05
< 48 6? 6[0-9C] .. 6F 9000
exit
what comes behind it is not read
";

const ANSWERS: &str = "\
> reset
< 3B 8A 01 80 31 F8 73 F6 21 FF 82 90 00 8B
> 00 A4 04 00 09 F0 50 43 53 43 2D 53 49 4D 00
< 6F 15 82 01 38 83 02 50 01 84 09 F0 50 43 53 43 2D 53 49 4D 8A 01 05 90 00 : normal processing
> 00 B0 81 00 05
< 48 65 6C 6C 6F 90 00 : normal processing
";

#[test]
fn a_script_of_scriptor_runs_and_what_it_expects_is_compared() {
    let file = file_of(SCRIPT);
    let mut command = simulated(&["script", file.path().to_str().unwrap()]);
    assert_eq!(printed(&mut command), ANSWERS);
}

#[test]
fn what_is_printed_is_a_script_that_expects_it() {
    assert_eq!(printed(simulated(&["script"]).write_stdin(ANSWERS)), ANSWERS);
    assert_eq!(printed(simulated(&["script", "-"]).write_stdin(ANSWERS)), ANSWERS);
    // Lines that are long go on in the next one.
    let long = "AB".repeat(100);
    let (mut command, _file) = on(&scripted(&[("00B0000064", &format!("{long}9000"))]), &["script"]);
    let printed_once = printed(command.write_stdin("00B0000064\n"));
    assert_eq!(printed_once.lines().count(), 5, "{printed_once}");
    let (mut command, _file) = on(&scripted(&[("00B0000064", &format!("{long}9000"))]), &["script"]);
    assert_eq!(printed(command.write_stdin(&*printed_once)), printed_once);
}

#[test]
fn another_answer_ends_a_script_unless_it_is_to_go_on() {
    let script = "00A4040002F0F0\n< 90 00\n00A4040009F0504353432D53494D00\n";
    let (code, text, error) = failed(simulated(&["script"]).write_stdin(script));
    assert_eq!(code, 6);
    assert_eq!(
        error,
        "pcsc: standard input:2: the card did not answer as expected: the script ends here, with --keep-going it goes on\n"
    );
    assert_eq!(
        text,
        "> 00 A4 04 00 02 F0 F0\n< 6A 82 : file or application not found\n# expected 90 00\n"
    );
    let (code, text, error) = failed(simulated(&["script", "-k"]).write_stdin(script));
    assert_eq!((code, error.ends_with("as expected\n")), (6, true), "{error}");
    assert_eq!(text.lines().count(), 5, "{text}");
}

#[test]
fn steps_are_told_to_programs() {
    let text =
        printed(simulated(&["script", "--json"]).write_stdin("reset\n00A4040009F0504353432D53494D00\n"));
    let steps: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(steps.len(), 2);
    assert_eq!(
        (&steps[0]["command"], &steps[0]["line"]),
        (&"reset".into(), &1.into())
    );
    assert_eq!(steps[1]["meaning"], "normal processing");
}

#[test]
fn what_is_wrong_in_a_script_is_named_by_its_line() {
    for (script, problem) in [
        ("\n\nselect it\n", ":3: "),
        ("< 90 00\n", ":1: an answer is expected"),
        ("00A4 \\\n 0\n", ":1: "),
        ("# only\n00B0{pin\n", ":2: "),
    ] {
        let file = file_of(script);
        let path = file.path().to_str().unwrap();
        let (code, _, error) = failed(&mut simulated(&["script", path]));
        assert_eq!(code, 2, "{script}");
        assert!(error.starts_with(&format!("pcsc: {path}{problem}")), "{error}");
    }
    let (code, _, error) = failed(&mut simulated(&["script", "/nowhere"]));
    assert_eq!(code, 2);
    assert!(error.starts_with("pcsc: /nowhere: "), "{error}");
}

#[test]
fn an_error_of_the_card_names_the_line_and_keeps_its_code() {
    let config = "[[reader]]\nname = \"R\"\ncard = { kind = \"demo\" }\n[[reader.event]]\nafter_ms = 0\naction = \"remove\"\n";
    let script = "00B0810005\n".repeat(200_000);
    let (mut command, _file) = on(config, &["script", "--wait", "1"]);
    let output = command.write_stdin(script).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    // It may have gone before the session was opened.
    assert!([5, 7].contains(&output.status.code().unwrap()), "{error}");
}
