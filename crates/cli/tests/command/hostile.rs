//! What readers, cards and files may come with.

use crate::program::{on, printed, scripted};

#[test]
fn a_name_with_escapes_does_nothing_to_a_terminal() {
    let config = "[[reader]]\nname = \"A\\u001b[2Jb\\nc\"\ncard = { kind = \"demo\" }\n";
    for command in [&["readers"][..], &["features"], &["watch", "--count", "2"]] {
        let (mut command, _file) = on(config, command);
        let text = printed(&mut command);
        assert!(
            text.contains("A\\u{1b}[2Jb\\nc") && !text.contains('\u{1b}'),
            "{text}"
        );
    }
    let (mut command, _file) = on(config, &["send", "--reader", "\u{1b}x", "00A40400"]);
    let output = command.output().unwrap();
    assert!(!output.stderr.contains(&0x1B), "{output:?}");
}

#[test]
fn an_answer_with_escapes_does_nothing_to_a_terminal() {
    let (mut command, _file) = on(
        &scripted(&[("00B00000", "1B 5B 32 4A 9B 07 90 00")]),
        &["send", "00B00000"],
    );
    let output = command.output().unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "> 00 B0 00 00\n< 1B 5B 32 4A 9B 07  .[2J..\n< 9000: normal processing\n"
    );
}

#[test]
fn the_longest_answer_is_shown_whole() {
    let config = scripted(&[("00B00000000000", &format!("{}9000", "A5".repeat(65_536)))]);
    let (mut command, _file) = on(&config, &["send", "00B00000000000"]);
    let text = printed(&mut command);
    assert_eq!(text.lines().count(), 2 + 4_096 + 1);
    assert!(
        text.contains("\n< 65536 bytes\n  0000  A5 A5 "),
        "{}",
        &text[..200]
    );
    assert!(text.contains("\n  FFF0  A5 A5 ") && text.lines().all(|line| line.len() < 80));

    let (mut command, _file) = on(&config, &["script"]);
    let script = printed(command.write_stdin("00B00000000000\n"));
    assert!(
        script
            .lines()
            .all(|line| line.len() < 100 || line.ends_with(": normal processing"))
    );
    let (mut command, _file) = on(&config, &["script"]);
    assert_eq!(printed(command.write_stdin(&*script)), script);
}

#[test]
fn data_objects_in_data_objects_do_not_exhaust_the_stack() {
    let mut objects = Vec::new();
    for _ in 0..16_000_u16 {
        let len = u16::try_from(objects.len()).unwrap().to_be_bytes();
        objects.splice(0..0, [0x61, 0x82, len[0], len[1]]);
    }
    let hex: String = objects.iter().map(|byte| format!("{byte:02X}")).collect();
    let (mut command, _file) = on(
        &scripted(&[("00B00000000000", &format!("{hex}9000"))]),
        &["send", "00B00000000000"],
    );
    assert!(printed(&mut command).ends_with("9000: normal processing\n"));
}

#[test]
fn a_script_that_is_none_is_refused() {
    for script in [&b"\xFF\xFE\x00A"[..], b"00A4\0\0", &[b'0'; 3 << 20]] {
        let (mut command, _file) = on(&scripted(&[]), &["script"]);
        let output = command.write_stdin(script).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(output.stderr.len() < 1_000 && !output.stderr.contains(&0));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_script_of_a_million_lines_runs_in_constant_memory() {
    use crate::program::PCSC;
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Command, Stdio};

    let mut command = Command::new(PCSC);
    command
        .args(["--sim", "script"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut script, mut told) = (
        child.stdin.take().unwrap(),
        BufReader::new(child.stdout.take().unwrap()),
    );
    let memory = |pid: u32| -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    // What is sent after so many lines is answered when they have been read.
    let mut run = |lines: usize| {
        let block = "# a comment of a script, which is longer than most commands are\n".repeat(1_000);
        for _ in 0..lines / 1_000 {
            script.write_all(block.as_bytes()).unwrap();
        }
        script.write_all(b"00 A4 04 00 00\n").unwrap();
        let mut line = String::new();
        for _ in 0..2 {
            line.clear();
            told.read_line(&mut line).unwrap();
        }
        assert!(line.starts_with("< 6F 15 "), "{line}");
    };
    run(1_000);
    let before = memory(child.id());
    run(1_000_000);
    for _ in 0..2_000 {
        run(0);
    }
    let after = memory(child.id());
    assert!(after < before + 1_024, "{before} KiB, {after} KiB");
    drop(script);
    assert!(child.wait().unwrap().success());
}
