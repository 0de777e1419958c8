//! Stage `cost`: the instructions of a call, counted by valgrind over a libpcsclite that does nothing; and the system calls
//! of the client without a library, counted by strace over a real pcscd.
//!
//! The programs are in `tests/cost` and in `examples/native_cost.rs`. Each runs with some calls and with more: the difference
//! is so many calls and nothing else. Instructions are exact and the same in every run; of the system calls there is one more
//! where an answer comes in two parts.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use fs_err as fs;

use crate::cargo;
use crate::command::{self, BUILD, MINUTE, Words};
use crate::files::copy;
use crate::linkage::needs_library;
use crate::outside_packages;
use crate::privileges::with_namespaces;
use crate::requirements::{DAEMON, LINK};
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "cost",
    about: "what calls cost in instructions and system calls, counted by valgrind and strace, stays within its limits",
    needs: &[LINK, DAEMON, &["binutils", "strace", "valgrind"]],
    run,
    rest: None,
};

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

fn run(root: &Path) -> Result<Done> {
    let package = root.join("tests/cost");
    let out = root.join("target/cost");
    // Alone in a folder and under another name, which the variables tell the build.
    let own = out.join(OWN);
    fs::create_dir_all(&own)?;
    let source = package.join("pcsclite.c");
    let shared = |name, library: &Path| gcc(&format!("-shared -fPIC -Wl,-soname,{name}"), &source, library);
    for library in ["libpcsclite.so.1", "libpcsclite.so"] {
        shared("libpcsclite.so.1", &out.join(library))?;
    }
    shared("libnothing.so", &own.join("libnothing.so"))?;
    let (c, linked) = (out.join("c"), format!("-L{} -lpcsclite", out.display()));
    gcc(&linked, &package.join("cost.c"), &c)?;
    println!("instructions for each call of SCardTransmit, that do-nothing function included:");
    let in_c = count(&c, &[], &out)?;
    println!("{:<12}{in_c:>8.2}", "C");

    outside_packages::lock_as_workspace(root, &package)?;
    let mut figures = Vec::new();
    for features in ["", "link"] {
        let mut cargo = outside_packages::cargo(root, &package);
        cargo.words("build --release --features").arg(features);
        cargo.env("PCSC_LIB_DIR", &own).env("PCSC_LIB_NAME", "nothing");
        command::run(&mut cargo, BUILD)?;
        let program = out.join(format!("rust-{features}"));
        copy(&cargo::target_folder(root).join("release/cost"), &program)?;
        let is_linked = features == "link";
        let needs = |library| needs_library(&program, library);
        let is_right = needs("libnothing.so")? == is_linked && !needs("libpcsclite")?;
        ensure!(is_right, "{program:?} is not linked as its variables say");
        let counted: Result<Vec<_>, _> = ROWS.iter().map(|row| count(&program, &[row], &out)).collect();
        figures.push(counted?);
    }
    let (loaded, linked) = (&figures[0], &figures[1]);
    for (row, (linked, loaded)) in ROWS.iter().zip(linked.iter().zip(loaded)) {
        println!("{row:<12}{linked:>8.2} linked {loaded:>8.2} loaded");
    }
    let what = "a free function, loaded (look at `current` in src/library.rs),";
    at_most(linked[0] + MAX_OVER_LINKED, loaded[0], what)?;
    for mode in [loaded, linked] {
        at_most(in_c + MAX_OVER_C, mode[2], "Session::transmit")?;
        at_most(mode[1], mode[2], "Session::transmit, beside the crate pcsc,")?;
        at_most(mode[2] + MAX_OVER_TRANSMIT, mode[3], "Session::execute")?;
    }
    simulator(root)?;
    native(root)?;
    Ok(Done::All)
}

/// Counts the system calls of the client without a library; beside it are libpcsclite's, and what both take on this machine.
fn native(root: &Path) -> Result<()> {
    let mut cargo = cargo::cargo(root);
    cargo.words("build --release --package pcsc-sys --features load,native --example native_cost");
    command::run(&mut cargo, BUILD)?;
    let program = cargo::target_folder(root).join("release/examples/native_cost");
    let mut counting = Command::new(&program);
    counting.arg("calls");
    let output = command::stdout(&mut with_namespaces(counting), BUILD)?;
    print!("{output}");
    let (calls, writes) =
        calls_and_writes(&output).with_context(|| format!("there are no counts:\n{output}"))?;
    at_most(
        MAX_SYSTEM_CALLS,
        calls,
        "a command without a library, in system calls,",
    )?;
    at_most(
        MAX_WRITES,
        writes,
        "a card and a command without a library, in writes,",
    )?;
    print!(
        "{}",
        command::stdout(&mut with_namespaces(Command::new(&program)), BUILD)?
    );
    Ok(())
}

/// Reads the line `native 2.03 system calls for a command, 8 writes for a card with one`.
fn calls_and_writes(output: &str) -> Option<(f64, f64)> {
    let line = output.lines().find_map(|line| line.strip_prefix("native "))?;
    let (calls, writes) = line.split_once(" system calls for a command, ")?;
    let writes = writes.split_once(" writes")?.0;
    // None at all were counted by a trace of something else.
    Some((calls.parse().ok()?, writes.parse().ok()?))
        .filter(|(calls, writes)| *calls >= 2.0 && *writes >= 5.0)
}

/// Counts what the simulator costs for a command of its demonstration card, beside the card itself.
fn simulator(root: &Path) -> Result<()> {
    let mut cargo = cargo::cargo(root);
    cargo.words("build --release --package pcsc-sim --example apdu_cost");
    command::run(&mut cargo, BUILD)?;
    let program = cargo::target_folder(root).join("release/examples/apdu_cost");
    let card = count(&program, &["alone"], root)?;
    let simulated = count(&program, &["simulated"], root)?;
    println!(
        "{:<12}{simulated:>8.2}, the card itself {card:.2} of them",
        "simulator"
    );
    at_most(MAX_OF_THE_SIMULATOR, simulated - card, "the simulator itself")
}

/// Checks a figure.
fn at_most(limit: f64, figure: f64, what: &str) -> Result<()> {
    ensure!(
        figure <= limit,
        "{what} costs {figure:.2}: at most {limit:.2} are allowed"
    );
    Ok(())
}

fn gcc(options: &str, source: &Path, program: &Path) -> Result<()> {
    let mut gcc = Command::new("gcc");
    gcc.words("-O2 -Wall -Wextra -Werror -o")
        .args([program, source])
        .words(options);
    command::run(&mut gcc, MINUTE).map(drop)
}

/// Returns how many instructions one call costs in a program whose last argument is the number of calls.
fn count(program: &Path, arguments: &[&str], library: &Path) -> Result<f64> {
    let total = |calls: u64| {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
        valgrind.arg(program).args(arguments).arg(calls.to_string());
        valgrind.env("LD_LIBRARY_PATH", format!("{0}:{0}/{OWN}", library.display()));
        let output = command::run(&mut valgrind, BUILD)?;
        collected(&output)
            .with_context(|| format!("valgrind does not say how many instructions it counted:\n{output}"))
    };
    let (once, twice) = (total(CALLS)?, total(2 * CALLS)?);
    let difference = twice.saturating_sub(once);
    // A program that does not call at all would pass any limit.
    if difference < CALLS {
        anyhow::bail!(
            "{}: {CALLS} calls more cost {difference} instructions",
            program.display()
        );
    }
    Ok(difference as f64 / CALLS as f64)
}

/// Reads valgrind's line `==1234== Collected : 5678`.
fn collected(output: &str) -> Option<u64> {
    output
        .lines()
        .find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::{at_most, calls_and_writes, collected};

    #[test]
    fn the_count_is_valgrinds() {
        assert_eq!(
            collected("==7== Events    : Ir\n==7== Collected : 123\n"),
            Some(123)
        );
        assert_eq!(collected("==7== nothing"), None);
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

    #[test]
    fn a_figure_above_its_limit_is_an_error() {
        assert!(at_most(60.0, 60.0, "a").is_ok() && at_most(60.0, 60.01, "a").is_err());
    }
}
