//! The examples of `pcsc-session`, as programs. Cargo builds examples of the package under test only: these are another's.

use std::env::consts::EXE_SUFFIX;
use std::process::Command;

/// Calls Cargo, which builds for the platform of its variables; `None` where it is no program of this system, as in tests for
/// Windows that were built elsewhere: Wine runs them, and cannot start the other system's programs for them. Nor where a
/// variable says that it has built all there is.
pub(crate) fn cargo() -> Option<Command> {
    if std::env::var_os("PCSC_TEST_BUILT").is_some() {
        return None;
    }
    let cargo = env!("CARGO");
    let mut command = Command::new(cargo);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.ends_with(EXE_SUFFIX).then_some(command)
}

/// Runs an example as a user does, by Cargo; where that cannot be, the program that was built before, with the tests.
pub(crate) fn example(name: &str) -> Command {
    if let Some(mut cargo) = cargo() {
        cargo.args([
            "run",
            "--quiet",
            "--package",
            "pcsc-session",
            "--features",
            "stream",
            "--example",
            name,
            "--",
        ]);
        return cargo;
    }
    let own = std::env::current_exe().unwrap();
    let built = own.ancestors().nth(2).unwrap().join("examples");
    let program = built.join(format!("{name}{EXE_SUFFIX}"));
    assert!(
        program.exists(),
        "{} is missing: run cargo build --package pcsc-session --features stream --examples for this target first",
        program.display()
    );
    Command::new(program)
}
