//! Stage `git-users`: who takes the packages from git, with the lines that the README gives, builds and runs.

mod repository;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::cargo::cargo;
use crate::command::BUILD;
use crate::files::read;
use crate::outside_packages::make;
use crate::readme::manifest_blocks;
use crate::requirements::C;
use crate::stage::{Done, Stage};
use crate::tally;

use repository::Repository;

pub(crate) const STAGE: Stage = Stage {
    name: "git-users",
    about: "packages outside the workspace that take it from git, by the README's lines, build and run",
    needs: &[C, &["git"]],
    run,
    rest: None,
};

/// Somebody who depends on the workspace: the name in the README's comment above the lines, what Cargo is told to do, the
/// package's one source file, and what a run that did something prints.
struct User(&'static str, &'static str, &'static str, &'static str);

const USERS: [User; 4] = [
    User("session", "run", SESSION, "readers: "),
    User("simulator", "test", SIMULATOR, "test result: ok. 1 passed"),
    User("sys", "run", SYS, "SCardEstablishContext: 0x"),
    User("drop-in", "run", DROP_IN, "context: "),
];

/// Without a service it is an error that is printed.
const SESSION: &str = r#"fn main() {
    match pcsc_session::list_readers() {
        Ok(readers) => {
            let names: Vec<String> = readers.iter().map(|name| name.to_string()).collect();
            println!("readers: {names:?}");
        }
        Err(error) => println!("readers: {error}"),
    }
}
"#;

const SIMULATOR: &str = r#"#[test]
fn a_session_opens_on_the_simulator() {
    let simulator = pcsc_sim::Simulator::new();
    let reader = simulator.add_reader("Simulated Reader 00 00");
    reader.insert(pcsc_sim::DemoCard::new());
    pcsc_session::Session::options().provider(simulator.provider()).open().unwrap();
}
"#;

const SYS: &str = r#"use pcsc_sys::{SCARD_SCOPE_SYSTEM, SCARDCONTEXT, SCardEstablishContext};
use std::ptr;

fn main() {
    let mut context: SCARDCONTEXT = 0;
    // SAFETY: the reserved pointers are null, and the context is a local.
    let code = unsafe { SCardEstablishContext(SCARD_SCOPE_SYSTEM, ptr::null(), ptr::null(), &raw mut context) };
    println!("SCardEstablishContext: 0x{code:08X}");
}
"#;

const DROP_IN: &str = r#"fn main() {
    let context = pcsc::Context::establish(pcsc::Scope::User);
    println!("context: {}", context.map_or_else(|error| error.to_string(), |_| "open".to_owned()));
}
"#;

/// Makes a package for each user, whose manifest has the README's lines with the URL of a local repository, and runs it.
fn run(root: &Path) -> Result<Done> {
    // Cargo names what it fetches after the repository's folder.
    let scratch = tempfile::Builder::new().prefix("pcsc-git-users-").tempdir()?;
    let scratch = scratch.path();
    let name = scratch.file_name().context("a temporary folder without a name")?;
    let repository = Repository::of(root, &scratch.join("repositories").join(name))?;
    let readme = read(root.join("README.md"))?;
    let blocks = manifest_blocks(&readme)?;
    for User(name, ..) in &USERS {
        let has_lines = blocks.iter().any(|(block, _)| block == name);
        ensure!(has_lines, "README.md has no lines for the user {name}");
    }
    for (name, lines) in blocks {
        let user = USERS.iter().find(|user| user.0 == name);
        let user = user.with_context(|| format!("README.md has lines for {name}, who is unknown here"))?;
        let User(_, subcommand, source, prints) = *user;
        let package = scratch.join(name);
        let file = if subcommand == "test" {
            "src/lib.rs"
        } else {
            "src/main.rs"
        };
        let manifest = with_url(lines, &repository.url())?;
        make(root, &package, &manifest, &[(file, source)])?;
        let mut cargo = cargo(&package);
        cargo
            .arg(subcommand)
            .env("CARGO_TARGET_DIR", scratch.join("target"));
        let output = run_user(user, &mut cargo)?;
        let source = format!("source = \"git+{}", repository.url());
        let is_ours = read(package.join("Cargo.lock"))?.contains(&source);
        ensure!(is_ours, "{output}\nthe user {name} has nothing of the repository");
        println!("the user {name}: {}", said(&output, prints).unwrap_or_default());
    }
    Ok(Done::All)
}

fn run_user(User(name, .., prints): &User, cargo: &mut Command) -> Result<String> {
    let output = tally::run(cargo, BUILD)?;
    // A patch that is not used is a warning.
    let is_fine = !output.contains("warning: ") && said(&output, prints).is_some();
    ensure!(
        is_fine,
        "{output}\nthe user {name} is warned, or does not print: {prints}"
    );
    Ok(output)
}

/// Returns the first line of an output that begins so.
fn said<'o>(output: &'o str, start: &str) -> Option<&'o str> {
    output.lines().find(|line| line.starts_with(start))
}

/// Puts the local repository's URL in the place of the public one, which there must be.
fn with_url(lines: &str, url: &str) -> Result<String> {
    let mut parts = lines.split("git = \"");
    let mut changed = parts.next().unwrap_or_default().to_owned();
    ensure!(
        lines.contains("git = \""),
        "{lines}\nthese lines of README.md take nothing from git"
    );
    for part in parts {
        let (public, rest) = part.split_once('"').context("a URL in README.md does not end")?;
        ensure!(
            public.starts_with("https://"),
            "README.md names {public}, which is no public repository"
        );
        changed += &format!("git = \"{url}\"{rest}");
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::{User, run_user, with_url};
    use std::process::Command;

    #[test]
    fn each_url_is_replaced_and_one_is_needed() {
        let lines = "a = { git = \"https://x/y\" }\nb = { git = \"https://x/y\", tag = \"1\" }\n";
        let changed = "a = { git = \"file:///z\" }\nb = { git = \"file:///z\", tag = \"1\" }\n";
        assert_eq!(with_url(lines, "file:///z").unwrap(), changed);
        assert!(with_url("a = \"1\"\n", "file:///z").is_err());
        assert!(with_url("a = { git = \"../y\" }\n", "file:///z").is_err());
    }

    #[test]
    fn a_warning_and_silence_are_failures() {
        let user = User("a", "run", "", "context: ");
        let run = |script| run_user(&user, Command::new("sh").args(["-c", script]));
        assert!(run("echo context: open").is_ok());
        assert!(run("echo warning: patch was not used; echo context: open").is_err());
        assert!(run("echo nothing").is_err());
    }
}
