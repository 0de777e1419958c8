//! Programs in C on the library, in situations that are seldom thought of: section K of the field cases.
//!
//! `cargo xtask test sim-clients` builds the library and runs this.
#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "each test program uses its own part")]
mod simulated;

use simulated::program::{Program, libraries, succeeded};

const READER: &str = "[[reader]]\nname = \"Simulated Reader 00 00\"\ncard.kind = \"demo\"\n";

/// Case 33: a signal that the program blocks stays for the program to read, whatever threads the library has.
#[test]
fn no_thread_of_the_library_takes_the_programs_signals() {
    for library in libraries() {
        let program = Program::compiled("signals", &library, &[]);
        let config = format!("{READER}[[reader.event]]\nafter_ms = 600000\naction = \"remove\"\n");
        assert_eq!(program.stdout(&config, &[]), "threads 1\nsignals read\n");
    }
}

/// Case 36.
#[test]
fn all_functions_work_on_the_smallest_stack_there_is() {
    let config = r#"
        [[reader]]
        name = "Simulated Reader 00 00"
        card = { kind = "demo", protocol = "t1" }
        control = [{ code = 0x42330006, answer = "90 00" }]
        attribute = [{ id = 0x00010100, value = "00" }]
        [[reader]]
        name = "Simulated Reader 01 00"
        event = [{ after_ms = 500, action = "insert", card.kind = "demo" }]
    "#;
    for (library, used) in libraries().into_iter().zip(["4096", "2048"]) {
        let program = Program::compiled("small_stack", &library, &[]);
        assert_eq!(program.stdout(config, &[used]), "stack 16384\nall done\n");
    }
}

/// Case 39: also where a thread of the parent has a lock at the moment of the fork.
#[test]
fn no_child_of_fork_hangs_beside_busy_threads() {
    for library in libraries() {
        let program = Program::compiled("forks", &library, &[]);
        assert_eq!(
            program.stdout(READER, &["500", "4"]),
            "forks 500 hung 0 failed 0\n"
        );
        assert_eq!(
            program.stdout(READER, &["200", "0"]),
            "forks 200 hung 0 failed 0\n"
        );
    }
}

/// Case 40: what `pthread_cancel` does, and does not.
#[test]
fn a_cancelled_thread_ends_after_its_call() {
    for library in libraries() {
        let program = Program::compiled("cancelled", &library, &[]);
        assert_eq!(
            program.stdout(READER, &[]),
            "the first call is made, and then the thread ends\nthe wait is not ended\n\
             SCardCancel ends it, and then the thread ends\n"
        );
    }
}

/// Case 34.
#[test]
fn valgrind_sees_no_leak_of_the_library_and_one_of_the_program() {
    let memcheck = [
        "valgrind",
        "--quiet",
        "--error-exitcode=99",
        "--leak-check=full",
        "--errors-for-leak-kinds=definite,possible,indirect",
    ];
    for library in libraries() {
        let program = Program::compiled("leaks", &library, &[]);
        let clean = program.command(READER, &memcheck, &[]).output().unwrap();
        assert_eq!(succeeded(&clean), "all done\n");
        assert_eq!(clean.stderr, b"", "{}", String::from_utf8_lossy(&clean.stderr));
        let leaks = program.command(READER, &memcheck, &["lose"]).output().unwrap();
        assert_eq!(leaks.status.code(), Some(99));
        let report = String::from_utf8_lossy(&leaks.stderr);
        assert_eq!(report.matches("definitely lost").count(), 1, "{report}");
        assert_eq!(report.matches(" lost in loss record").count(), 1, "{report}");
        assert!(report.contains("264 bytes in 1 blocks"), "{report}");
    }
}

/// Case 34.
#[test]
fn leak_sanitizer_sees_no_leak_of_the_library_and_one_of_the_program() {
    for library in libraries() {
        for sanitizer in ["-fsanitize=leak", "-fsanitize=address"] {
            let program = Program::compiled("leaks", &library, &[sanitizer]);
            assert_eq!(program.stdout(READER, &[]), "all done\n");
            let leaks = program.command(READER, &[], &["lose"]).output().unwrap();
            assert!(!leaks.status.success());
            let report = String::from_utf8_lossy(&leaks.stderr);
            assert_eq!(report.matches("Direct leak of ").count(), 1, "{report}");
            assert!(
                report.contains("264 byte(s) leaked in 1 allocation(s)"),
                "{report}"
            );
        }
    }
}
