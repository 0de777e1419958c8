//! What calls cost: in instructions, counted by valgrind over a libpcsclite that does nothing; and in system calls of the
//! client without a library, counted by strace over a real pcscd.
//!
//! The programs are in `tests/cost` and in the packages' examples. Each runs with some calls and with more: the difference
//! is so many calls and nothing else. Instructions are exact and the same in every run; of the system calls there is one more
//! where an answer comes in two parts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use repository::{attempt, cargo, in_words, root, stdout, target_folder};

/// The folder, in that of the libraries, of the one that the variables of link mode name.
const OWN: &str = "own";

const CALLS: u64 = 10_000;

/// How many instructions a free function may cost more in load mode than in link mode.
const MAX_OVER_LINKED: f64 = 6.0;

/// The rows of `tests/cost/src/main.rs`, each counted in load mode and in link mode.
const ROWS: [&str; 4] = ["pcsc-sys", "pcsc", "session", "execute"];

/// How many instructions a session's `transmit` may cost more than the same call in C.
const MAX_OVER_C: f64 = 40.0;

/// How many instructions `execute` of a short command that needs no rule may cost more than `transmit` of its bytes.
const MAX_OVER_TRANSMIT: f64 = 80.0;

/// How many instructions the simulator itself may cost for a command: about 120 ns, with the 445 that take 90 ns now.
const MAX_OF_THE_SIMULATOR: f64 = 600.0;

/// How many system calls the client without a library may make for a command; one in twenty may take one more.
const MAX_SYSTEM_CALLS: f64 = 3.05;

/// How many times it may write to open, to list the readers, to connect, for a command, and to close.
const MAX_WRITES: f64 = 8.0;

#[test]
#[ignore = "cargo xtask test cost"]
fn a_call_costs_few_instructions_more_than_in_c() {
    let (package, out) = (root().join("tests/cost"), target_folder().join("cost"));
    // Alone in a folder and under another name, which the variables tell the build.
    let own = out.join(OWN);
    fs::create_dir_all(&own).unwrap();
    let source = package.join("pcsclite.c");
    for (name, library) in [
        ("libpcsclite.so.1", out.join("libpcsclite.so.1")),
        ("libpcsclite.so.1", out.join("libpcsclite.so")),
        ("libnothing.so", own.join("libnothing.so")),
    ] {
        gcc(&format!("-shared -fPIC -Wl,-soname,{name}"), &source, &library);
    }
    let c = out.join("c");
    gcc(
        &format!("-L{} -lpcsclite", out.display()),
        &package.join("cost.c"),
        &c,
    );
    println!("   instructions for each call of SCardTransmit, that do-nothing function included:");
    let in_c = count(&c, &[], &out);
    println!("   {:<12}{in_c:>8.2}", "C");

    if !package.join("Cargo.lock").exists() {
        fs::copy(root().join("Cargo.lock"), package.join("Cargo.lock")).unwrap();
    }
    let [loaded, linked] = ["", "link"].map(|features| {
        let mut build = cargo(&package, "build --release --features");
        build
            .arg(features)
            .env("PCSC_LIB_DIR", &own)
            .env("PCSC_LIB_NAME", "nothing");
        stdout(&mut build);
        let program = target_folder().join("release/cost");
        let needed = stdout(in_words("readelf", "--dynamic").arg(&program));
        let needs = |library| {
            needed
                .lines()
                .any(|line| line.contains("(NEEDED)") && line.contains(library))
        };
        assert!(needed.contains("(NEEDED)"), "{needed}");
        let is_right = needs("libnothing.so") == (features == "link") && !needs("libpcsclite");
        assert!(is_right, "{needed}\nit is not linked as its variables say");
        ROWS.map(|row| count(&program, &[row], &out))
    });
    for (row, (linked, loaded)) in ROWS.iter().zip(linked.iter().zip(loaded)) {
        println!("   {row:<12}{linked:>8.2} linked {loaded:>8.2} loaded");
    }
    let what = "a free function, loaded (look at `current` in src/library.rs),";
    at_most(linked[0] + MAX_OVER_LINKED, loaded[0], what);
    for mode in [loaded, linked] {
        at_most(in_c + MAX_OVER_C, mode[2], "Session::transmit");
        at_most(mode[1], mode[2], "Session::transmit, beside the crate pcsc,");
        at_most(mode[2] + MAX_OVER_TRANSMIT, mode[3], "Session::execute");
    }
}

/// Counts what the simulator costs for a command of its demonstration card, beside the card itself.
#[test]
#[ignore = "cargo xtask test cost"]
fn the_simulator_costs_few_instructions_beside_the_card() {
    let program = example("--package pcsc-sim --example apdu_cost", "apdu_cost");
    let card = count(&program, &["alone"], &root());
    let simulated = count(&program, &["simulated"], &root());
    println!(
        "   {:<12}{simulated:>8.2}, the card itself {card:.2} of them",
        "simulator"
    );
    at_most(MAX_OF_THE_SIMULATOR, simulated - card, "the simulator itself");
}

/// Counts the system calls of the client without a library; beside it are libpcsclite's, and what both take on this machine.
#[test]
#[ignore = "cargo xtask test cost"]
fn the_client_without_a_library_makes_few_system_calls() {
    let program = example(
        "--package pcsc-sys --features load,native --example native_cost",
        "native_cost",
    );
    let output = stdout(Command::new(&program).arg("calls")) + &stdout(&mut Command::new(&program));
    output.lines().for_each(|line| println!("   {line}"));
    let (calls, writes) = calls_and_writes(&output).expect("there are counts");
    at_most(
        MAX_SYSTEM_CALLS,
        calls,
        "a command without a library, in system calls,",
    );
    at_most(
        MAX_WRITES,
        writes,
        "a card and a command without a library, in writes,",
    );
}

/// Builds an example as it is used.
fn example(words: &str, name: &str) -> PathBuf {
    stdout(&mut cargo(root(), &format!("build --release {words}")));
    target_folder().join("release/examples").join(name)
}

/// Reads the line `native 2.03 system calls for a command, 8 writes for a card with one`.
fn calls_and_writes(output: &str) -> Option<(f64, f64)> {
    let line = output.lines().find_map(|line| line.strip_prefix("native "))?;
    let (calls, writes) = line.split_once(" system calls for a command, ")?;
    let (calls, writes) = (calls.parse().ok()?, writes.split_once(" writes")?.0.parse().ok()?);
    // None at all were counted by a trace of something else.
    (calls >= 2.0 && writes >= 5.0).then_some((calls, writes))
}

fn at_most(limit: f64, figure: f64, what: &str) {
    assert!(
        figure <= limit,
        "{what} costs {figure:.2}: at most {limit:.2} are allowed"
    );
}

fn gcc(options: &str, source: &Path, program: &Path) {
    let mut gcc = in_words("gcc", "-O2 -Wall -Wextra -Werror -o");
    stdout(gcc.args([program, source]).args(options.split_whitespace()));
}

/// Returns how many instructions one call costs in a program whose last argument is the number of calls.
fn count(program: &Path, arguments: &[&str], library: &Path) -> f64 {
    let total = |calls: u64| {
        let mut valgrind = in_words("valgrind", "--tool=callgrind --callgrind-out-file=/dev/null");
        valgrind.arg(program).args(arguments).arg(calls.to_string());
        valgrind.env("LD_LIBRARY_PATH", format!("{0}:{0}/{OWN}", library.display()));
        let (is_good, _, output) = attempt(&mut valgrind);
        assert!(is_good, "{output}");
        // ==1234== Collected : 5678
        let collected = output
            .lines()
            .find_map(|line| line.split_once("Collected : ")?.1.trim().parse::<u64>().ok());
        collected.expect("valgrind says how many instructions it counted")
    };
    let more = total(2 * CALLS).saturating_sub(total(CALLS));
    // A program that does not call at all would pass any limit.
    assert!(
        more >= CALLS,
        "{}: {CALLS} calls more cost {more} instructions",
        program.display()
    );
    more as f64 / CALLS as f64
}

#[test]
fn the_system_calls_are_those_of_the_client_without_a_library() {
    let line =
        |who, calls| format!("{who} {calls} system calls for a command, 8 writes for a card with one\n");
    let output = line("libpcsclite", "10.00") + &line("native", "2.03");
    assert_eq!(calls_and_writes(&output), Some((2.03, 8.0)));
    assert_eq!(calls_and_writes(&line("native", "0.00")), None);
    assert_eq!(calls_and_writes(&line("libpcsclite", "10.00")), None);
}
