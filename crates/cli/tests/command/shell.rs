//! `pcsc shell`, at a terminal.

use crate::program::{call, failed, printed, simulated};
use crate::terminal::at_terminal;
use rexpect::session::PtySession;

fn shell() -> PtySession {
    let mut command = call(&["--sim", "shell"]);
    command.env("NO_COLOR", "1");
    let mut terminal = at_terminal(command);
    terminal
        .exp_string("Session on \"Simulated Reader 00 00\" (T=1)")
        .unwrap();
    terminal.exp_string("pcsc> ").unwrap();
    terminal
}

/// Presses keys.
fn press(shell: &mut PtySession, keys: &str) {
    shell.send(keys).unwrap();
    shell.flush().unwrap();
}

/// Gives up the line that was begun.
fn give_up(shell: &mut PtySession) {
    shell.send_control('c').unwrap();
    shell.exp_string("\r\n").unwrap();
    shell.exp_string("pcsc> ").unwrap();
}

#[test]
fn commands_at_a_prompt_are_of_one_session() {
    let mut shell = shell();
    for (line, answer) in [
        ("00A4040009F0504353432D53494D00", "9000: normal processing"),
        ("00 B0 81 00 05", "48 65 6C 6C 6F  Hello"),
        ("< 48 * 9000", "as expected"),
        ("< 49 *", "not as expected"),
        ("00A4", "6700: "),
        ("atr", "TCK: correct"),
        ("reset", "3B 8A 01 80 31 F8 73 F6 21 FF 82 90 00 8B"),
        ("follow on", ""),
        ("recover", "nothing was lost"),
        ("help", "the session"),
        ("nonsense", "help says what can be said"),
    ] {
        shell.send_line(line).unwrap();
        shell.exp_string(answer).unwrap();
        shell.exp_string("pcsc> ").unwrap();
    }
    shell.send_line("exit").unwrap();
    shell.exp_eof().unwrap();
}

#[test]
fn what_was_typed_comes_back_and_words_are_completed() {
    let mut shell = shell();
    // While a line is typed the prompt is drawn again and again: what comes behind an answer is a new one.
    shell.send_line("00B0810001").unwrap();
    shell.exp_string("\r\n< ").unwrap();
    shell.exp_string("pcsc> ").unwrap();
    // Up.
    press(&mut shell, "\u{1b}[A");
    shell.exp_string("00B0810001").unwrap();
    shell.send_line("").unwrap();
    shell.exp_string("> 00 B0 81 00 01\r\n< ").unwrap();
    shell.exp_string("pcsc> ").unwrap();
    press(&mut shell, "rec\t");
    shell.exp_string("over").unwrap();
    shell.send_line("").unwrap();
    shell.exp_string("nothing was lost").unwrap();
    shell.exp_string("pcsc> ").unwrap();
    // Ctrl-C gives a line up, and Ctrl-D ends the session.
    press(&mut shell, "0");
    give_up(&mut shell);
    shell.send_control('d').unwrap();
    shell.exp_eof().unwrap();
}

#[test]
fn secrets_are_neither_shown_nor_remembered() {
    let mut shell = shell();
    shell.send_line("00A4040009F0504353432D53494D00").unwrap();
    shell.exp_string("9000: normal").unwrap();
    shell.exp_string("pcsc> ").unwrap();
    shell.send_line("00 20 00 81 {lc} {pin}").unwrap();
    shell.exp_string("pin: ").unwrap();
    shell.send_line("999999").unwrap();
    let shown = shell.exp_string("63C2").unwrap();
    assert!(!shown.contains("999999") && !shown.contains("39 39"), "{shown:?}");
    shell.exp_string("pcsc> ").unwrap();
    // A PIN in the line itself is not remembered.
    shell.send_line("00 20 00 81 06 313233343536").unwrap();
    shell.exp_string("9000: normal").unwrap();
    shell.exp_string("pcsc> ").unwrap();
    // Nor one beside which another is asked for.
    shell.send_line("00 24 00 81 {lc} 31323334 {new}").unwrap();
    shell.exp_string("new: ").unwrap();
    shell.send_line("5678").unwrap();
    shell.exp_string("< 6").unwrap();
    shell.exp_string("pcsc> ").unwrap();
    // What was typed is in no error.
    shell.send_line("80 50 00 00 {lc} {key:hex}").unwrap();
    shell.exp_string("key: ").unwrap();
    shell.send_line("12zS").unwrap();
    let error = shell.exp_string("pcsc> ").unwrap();
    assert!(
        error.contains("hexadecimal digits is expected") && !error.contains('z'),
        "{error}"
    );
    press(&mut shell, "\u{1b}[A");
    shell.exp_string("{key:hex}").unwrap();
    press(&mut shell, "\u{1b}[A");
    shell.exp_string("{lc} {pin}").unwrap();
    press(&mut shell, "\u{1b}[A");
    shell.exp_string("00A404").unwrap();
    give_up(&mut shell);
    shell.send_control('d').unwrap();
    shell.exp_eof().unwrap();
}

#[test]
fn without_a_terminal_its_lines_are_read_all_the_same() {
    let text = printed(simulated(&["shell", "--json"]).write_stdin("00B0810001\nreset\n"));
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["command"], "00B0810001");
    assert_eq!(lines[1]["answer"], "3B8A018031F873F621FF8290008B");
    assert_eq!(failed(&mut simulated(&["shell", "--reader", "nobody"])).0, 4);
    // It ends as the first line that failed.
    for (lines, code) in [
        ("00B0810001\n< 9000\nnonsense\n", 6),
        ("nonsense\n00B0810001\n< 9000\n", 2),
        ("00B0\n< 6700\n", 0),
        ("reset\n< 3B * 8B\n", 0),
        ("< 9000\n", 2),
    ] {
        let (ended, text, error) = failed(simulated(&["shell"]).write_stdin(lines));
        assert_eq!(ended, code, "{lines}: {text}{error}");
        let is_wrong = lines.contains("nonsense") || code == 2;
        assert_eq!(error.is_empty(), !is_wrong, "{error}");
    }
    // What is wrong is said beside the output, and is a document for programs.
    let (_, text, error) = failed(simulated(&["shell", "--json"]).write_stdin("nonsense\n"));
    let failure: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(failure["exit"], 2);
    assert!(
        error.starts_with("pcsc: ") && error.contains("help says"),
        "{error}"
    );
}
