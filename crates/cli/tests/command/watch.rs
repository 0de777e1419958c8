//! `pcsc watch`.

use crate::program::{failed, on};

/// Runs `pcsc watch` on a simulator, and changes that after so many lines of what it tells.
#[cfg(unix)]
fn told(arguments: &[&str], changes: &[(usize, &[&str])]) -> Vec<String> {
    use crate::program::{PCSC, file_of};
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    let file = file_of("[[reader]]\nname = \"Reader A\"\n[[reader]]\nname = \"Reader B\"\n");
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s");
    let mut command = crate::program::call(&[&format!("--sim={}", file.path().display()), "sim"]);
    command
        .arg("--socket")
        .arg(&socket)
        .args(["--", PCSC, "watch"])
        .args(arguments);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let mut told = Vec::new();
    for (place, (number, change)) in changes.iter().enumerate() {
        told.extend(lines.by_ref().take(number - told.len()));
        let mut command = crate::program::call(&["sim"]);
        command.args(*change).arg("--socket").arg(&socket);
        // What is told of the last one ends it all, perhaps before it is answered.
        let output = command.output().unwrap();
        assert!(
            output.status.success() || place + 1 == changes.len(),
            "{output:?}"
        );
    }
    told.extend(lines);
    assert!(child.wait().unwrap().success());
    told
}

#[cfg(unix)]
#[test]
fn events_are_told_as_they_come_over_restarts_of_the_service() {
    let told = told(
        &["--count", "8"],
        &[
            (2, &["insert", "Reader A"]),
            (3, &["remove", "Reader A"]),
            (4, &["stop"]),
            (5, &["start"]),
        ],
    );
    assert_eq!(
        told[..4],
        [
            "Reader A: reader added",
            "Reader B: reader added",
            "Reader A: card inserted: 3B8A018031F873F621FF8290008B",
            "Reader A: card removed",
        ]
    );
    assert!(told[4].starts_with("service lost: "), "{told:?}");
    assert_eq!(
        told[5..],
        ["service back", "Reader A: reader added", "Reader B: reader added"]
    );
}

#[cfg(unix)]
#[test]
fn events_are_told_to_programs_and_of_one_reader_alone_where_that_is_asked_for() {
    let told = told(
        &["--json", "--count", "3", "--reader", "reader a"],
        &[
            (1, &["insert", "Reader B"]),
            (1, &["insert", "Reader A"]),
            (2, &["remove", "Reader A"]),
        ],
    );
    let events: Vec<serde_json::Value> = told
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let names: Vec<_> = events
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["reader_added", "card_inserted", "card_removed"]);
    assert!(
        events
            .iter()
            .all(|event| event["reader"] == "Reader A" && event["time"].as_u64().unwrap() > 0)
    );
    assert_eq!(events[1]["atr"], "3B8A018031F873F621FF8290008B");
}

#[test]
fn it_ends_when_nothing_has_happened_for_long_enough() {
    // Where it takes longer to look at the reader, that has not happened.
    for wait in ["0.2", "1", "5", "25"] {
        let (mut command, _file) = on("[[reader]]\nname = \"R\"\n", &["watch", "--wait", wait]);
        let (code, text, _) = failed(&mut command);
        assert_eq!(code, 7);
        if !text.is_empty() {
            return assert_eq!(text, "R: reader added\n");
        }
    }
    panic!("no reader is told of");
}

#[cfg(target_os = "linux")]
#[test]
fn sixteen_readers_in_which_nothing_happens_wake_it_less_than_once_a_second() {
    use crate::program::{PCSC, file_of};
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    let readers = (0..16).map(|number| format!("[[reader]]\nname = \"R {number}\"\n"));
    let file = file_of(&readers.collect::<String>());
    let mut command = Command::new(PCSC);
    command
        .arg(format!("--sim={}", file.path().display()))
        .args(["watch", "--wait", "60"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(told.by_ref().take(16).filter(Result::is_ok).count(), 16);
    let wake_ups = || -> u64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", child.id())).unwrap();
        let count = |task: std::fs::DirEntry| {
            let status = std::fs::read_to_string(task.path().join("status")).unwrap();
            let line = status
                .lines()
                .find(|line| line.starts_with("voluntary_ctxt_switches:"))
                .unwrap();
            line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
        };
        tasks.map(|task| count(task.unwrap())).sum()
    };
    // The first looks come soon after the last event, and then ever later.
    let idle = |time: Duration| {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            std::thread::park_timeout(left);
        }
    };
    let woken = std::iter::repeat_with(|| {
        idle(Duration::from_secs(3));
        let before = wake_ups();
        idle(Duration::from_secs(5));
        wake_ups() - before
    });
    // On a busy machine the first looks come late.
    let mut counts = Vec::new();
    for woken in woken.take(4) {
        counts.push(woken);
        if woken < 5 {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let least = counts.iter().min();
    assert!(
        least.is_some_and(|woken| *woken < 5),
        "wake-ups in five idle seconds: {counts:?}"
    );
}
