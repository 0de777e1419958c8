//! Stage `cost`: the instructions of a call, counted by valgrind over a libpcsclite that does nothing.
//!
//! The programs are in `tests/cost`. Each runs with N calls and with 2N: the difference is N calls and nothing else, so
//! the figures are exact and the same in every run.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cargo;
use crate::command;
use crate::files::copy;
use crate::linkage::needs_library;
use crate::outside_packages::{self, DEADLINE};
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "cost",
    about: "what calls cost in instructions, counted by valgrind, stays within its limits",
    needs: &[
        "gcc",
        "libc6-dev",
        "binutils",
        "pkg-config",
        "libpcsclite-dev",
        "valgrind",
    ],
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

/// Runs the stage.
///
/// # Errors
/// What is not installed, or a figure that is too high.
fn run(root: &Path) -> Result<Done, String> {
    let package = root.join("tests/cost");
    let out = root.join("target/cost");
    fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    let out = out
        .canonicalize()
        .map_err(|error| format!("{}: {error}", out.display()))?;
    let library = out.join("libpcsclite.so.1");
    gcc(
        &["-shared", "-fPIC", "-Wl,-soname,libpcsclite.so.1"],
        &package.join("pcsclite.c"),
        &library,
        &[],
    )?;
    copy(&library, &out.join("libpcsclite.so"))?;
    // Alone in a folder and under another name, which the variables tell the build.
    let own = out.join(OWN);
    fs::create_dir_all(&own).map_err(|error| format!("{}: {error}", own.display()))?;
    gcc(
        &["-shared", "-fPIC", "-Wl,-soname,libnothing.so"],
        &package.join("pcsclite.c"),
        &own.join("libnothing.so"),
        &[],
    )?;
    let c = out.join("c");
    gcc(
        &[],
        &package.join("cost.c"),
        &c,
        &["-L".as_ref(), out.as_os_str(), "-lpcsclite".as_ref()],
    )?;
    println!("instructions for each call of SCardTransmit, that do-nothing function included:");
    let in_c = count(&c, &[], &out)?;
    println!("{:<12}{in_c:>8.2}", "C");

    outside_packages::lock_as_workspace(root, &package)?;
    let mut figures = Vec::new();
    for features in ["", "link"] {
        let mut cargo = outside_packages::cargo(root, &package);
        cargo.args(["build", "--release", "--features", features]);
        cargo.env("PCSC_LIB_DIR", &own).env("PCSC_LIB_NAME", "nothing");
        command::run(&mut cargo, DEADLINE)?;
        let program = out.join(format!("rust-{features}"));
        copy(&cargo::target_folder(root).join("release/cost"), &program)?;
        let is_linked = features == "link";
        if needs_library(&program, "libnothing.so")? != is_linked || needs_library(&program, "libpcsclite")? {
            return Err(format!(
                "{} is not linked as PCSC_LIB_DIR and PCSC_LIB_NAME say",
                program.display()
            ));
        }
        let counted: Result<Vec<_>, _> = ROWS.iter().map(|row| count(&program, &[row], &out)).collect();
        figures.push(counted?);
    }
    let (loaded, linked) = (&figures[0], &figures[1]);
    for (index, row) in ROWS.iter().enumerate() {
        println!(
            "{row:<12}{:>8.2} linked {:>8.2} loaded",
            linked[index], loaded[index]
        );
    }
    check(linked[0], loaded[0])?;
    check_session(in_c, loaded[2], loaded[1])?;
    check_session(in_c, linked[2], linked[1])?;
    check_execute(loaded[2], loaded[3])?;
    check_execute(linked[2], linked[3])?;
    simulator(root).map(|()| Done::All)
}

/// Counts what the simulator costs for a command of its demonstration card, beside the card itself.
fn simulator(root: &Path) -> Result<(), String> {
    let mut cargo = cargo::cargo(root);
    cargo.args([
        "build",
        "--release",
        "--package",
        "pcsc-sim",
        "--example",
        "apdu_cost",
    ]);
    command::run(&mut cargo, DEADLINE)?;
    let program = cargo::target_folder(root).join("release/examples/apdu_cost");
    let card = count(&program, &["alone"], root)?;
    let simulated = count(&program, &["simulated"], root)?;
    println!(
        "{:<12}{simulated:>8.2}, the card itself {card:.2} of them",
        "simulator"
    );
    check_simulator(simulated - card)
}

/// Checks what the simulator costs.
fn check_simulator(own: f64) -> Result<(), String> {
    if own <= MAX_OF_THE_SIMULATOR {
        Ok(())
    } else {
        Err(format!(
            "the simulator's own cost for a command is {own:.2} instructions: at most {MAX_OF_THE_SIMULATOR} are allowed"
        ))
    }
}

/// Checks what `execute` costs on top of `transmit`, encoding included.
fn check_execute(transmit: f64, execute: f64) -> Result<(), String> {
    if execute - transmit <= MAX_OVER_TRANSMIT {
        Ok(())
    } else {
        Err(format!(
            "Session::execute costs {execute:.2} instructions, Session::transmit {transmit:.2}: at most {MAX_OVER_TRANSMIT} more are allowed"
        ))
    }
}

/// Checks what a session costs on top of C, and beside the published crate.
fn check_session(in_c: f64, session: f64, published: f64) -> Result<(), String> {
    if session - in_c > MAX_OVER_C {
        return Err(format!(
            "Session::transmit costs {session:.2} instructions, the same call in C {in_c:.2}: at most {MAX_OVER_C} more are allowed"
        ));
    }
    if session > published {
        return Err(format!(
            "Session::transmit costs {session:.2} instructions, the crate pcsc's Card::transmit {published:.2}: it must not be slower"
        ));
    }
    Ok(())
}

/// Checks what loading costs.
fn check(linked: f64, loaded: f64) -> Result<(), String> {
    if loaded - linked <= MAX_OVER_LINKED {
        Ok(())
    } else {
        Err(format!(
            "a free function costs {loaded:.2} instructions loaded and {linked:.2} linked: at most {MAX_OVER_LINKED} more are allowed; look at `current` in src/library.rs"
        ))
    }
}

fn gcc(
    options: &[&str],
    source: &Path,
    program: &Path,
    libraries: &[&std::ffi::OsStr],
) -> Result<(), String> {
    let mut gcc = Command::new("gcc");
    gcc.args(["-O2", "-Wall", "-Wextra", "-Werror"]).args(options);
    gcc.args(["-o".as_ref(), program.as_os_str(), source.as_os_str()])
        .args(libraries);
    command::run(&mut gcc, DEADLINE).map(drop)
}

/// Returns how many instructions one call costs in a program whose last argument is the number of calls.
fn count(program: &Path, arguments: &[&str], library: &Path) -> Result<f64, String> {
    let total = |calls: u64| {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
        valgrind.arg(program).args(arguments).arg(calls.to_string());
        valgrind.env("LD_LIBRARY_PATH", format!("{0}:{0}/{OWN}", library.display()));
        let output =
            command::run(&mut valgrind, DEADLINE).map_err(|error| format!("{error}\ninstall valgrind"))?;
        collected(&output)
            .ok_or_else(|| format!("valgrind does not say how many instructions it counted:\n{output}"))
    };
    let (once, twice) = (total(CALLS)?, total(2 * CALLS)?);
    let difference = twice.saturating_sub(once);
    // A program that does not call at all would pass any limit.
    if difference < CALLS {
        return Err(format!(
            "{}: {CALLS} calls more cost {difference} instructions",
            program.display()
        ));
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
    use super::{check, check_execute, check_session, check_simulator, collected};

    #[test]
    fn the_count_is_valgrinds() {
        assert_eq!(
            collected("==7== Events    : Ir\n==7== Collected : 123\n"),
            Some(123)
        );
        assert_eq!(collected("==7== nothing"), None);
    }

    #[test]
    fn a_session_may_cost_forty_more_than_c_and_no_more_than_the_published_crate() {
        assert_eq!(check_session(20.0, 60.0, 60.0), Ok(()));
        assert!(check_session(20.0, 60.01, 99.0).is_err());
        assert!(check_session(20.0, 50.0, 49.0).is_err());
    }

    #[test]
    fn execute_may_cost_eighty_more_than_transmit() {
        assert_eq!(check_execute(50.0, 130.0), Ok(()));
        assert!(check_execute(50.0, 130.01).is_err());
    }

    #[test]
    fn the_simulator_may_cost_six_hundred() {
        assert_eq!(check_simulator(600.0), Ok(()));
        assert!(check_simulator(600.01).is_err());
    }

    #[test]
    fn six_instructions_more_are_allowed() {
        assert_eq!(check(20.0, 26.0), Ok(()));
        assert!(check(20.0, 26.01).is_err());
    }
}
