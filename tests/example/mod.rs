//! The examples of `pcsc-session`, as programs. Cargo builds examples of the package under test only: these are another's.

use std::env::consts::EXE_SUFFIX;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Command;

/// The first bytes of a program's file, but for those that differ between programs of one machine: what it is for.
fn machine(program: &Path) -> Option<([u8; 6], [u8; 2])> {
    let mut header = [0; 20];
    File::open(program).ok()?.read_exact(&mut header).ok()?;
    // ELF has its class in the fifth byte, and the machine in these two.
    Some((header[..6].try_into().ok()?, header[18..].try_into().ok()?))
}

/// Runs Cargo, or `None` in a test that was built for another machine than the one that it was built on: a Cargo that can be
/// started there at all, as under an emulator, makes programs of its own machine.
pub(crate) fn cargo() -> Option<Command> {
    let cargo = Path::new(env!("CARGO"));
    let own = std::env::current_exe().unwrap();
    let mut command = Command::new(cargo);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    (machine(cargo) == machine(&own)).then_some(command)
}

/// Runs an example as a user does, by Cargo; else the program that was built for this machine before.
pub(crate) fn example(name: &str) -> Command {
    if let Some(mut cargo) = cargo() {
        cargo.args([
            "run",
            "--quiet",
            "--package",
            "pcsc-session",
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
        "{} is missing: run cargo build --package pcsc-session --examples for this target first",
        program.display()
    );
    Command::new(program)
}
