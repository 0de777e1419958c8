//! Stage `git-users`: who takes the packages from git, with the lines that the README gives, builds and runs.

mod repository;

use std::path::Path;
use std::process::Command;

use crate::cargo::cargo;
use crate::command;
use crate::files::{copy, read, write};
use crate::outside_packages::DEADLINE;
use crate::readme::manifest_blocks;
use crate::stage::{Done, Stage};
use crate::tally;

use repository::Repository;

pub(crate) const STAGE: Stage = Stage {
    name: "git-users",
    about: "packages outside the workspace that take it from git, by the README's lines, build and run",
    needs: &["git", "gcc", "libc6-dev"],
    run,
    rest: None,
};

/// Somebody who depends on the workspace.
struct User {
    /// As the README's comment above the lines has it.
    name: &'static str,
    /// What Cargo is told to do.
    subcommand: &'static str,
    /// The package's one source file, and its text.
    source: (&'static str, &'static str),
    /// What a run that did something prints.
    prints: &'static str,
}

const USERS: [User; 4] = [
    User {
        name: "session",
        subcommand: "run",
        source: ("src/main.rs", SESSION),
        prints: "readers: ",
    },
    User {
        name: "simulator",
        subcommand: "test",
        source: ("src/lib.rs", SIMULATOR),
        prints: "test result: ok. 1 passed",
    },
    User {
        name: "sys",
        subcommand: "run",
        source: ("src/main.rs", SYS),
        prints: "SCardEstablishContext: 0x",
    },
    User {
        name: "drop-in",
        subcommand: "run",
        source: ("src/main.rs", DROP_IN),
        prints: "context: ",
    },
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
///
/// # Errors
/// The README has lines for somebody else or for one less, Cargo warns, or a package does not build or run.
fn run(root: &Path) -> Result<Done, String> {
    let root = root
        .canonicalize()
        .map_err(|error| format!("{}: {error}", root.display()))?;
    // Cargo names what it fetches after the repository's folder.
    let scratch = tempfile::Builder::new()
        .prefix("pcsc-git-users-")
        .tempdir()
        .map_err(|error| format!("a temporary folder: {error}"))?;
    let name = scratch
        .path()
        .file_name()
        .ok_or("a temporary folder without a name")?;
    let repository = Repository::of(&root, &scratch.path().join("repositories").join(name))?;
    let readme = read(&root.join("README.md"))?;
    let blocks = manifest_blocks(&readme)?;
    let missing = USERS
        .iter()
        .find(|user| !blocks.iter().any(|(name, _)| *name == user.name));
    if let Some(user) = missing {
        return Err(format!("README.md has no lines for the user {}", user.name));
    }
    for (name, lines) in blocks {
        let user = USERS.iter().find(|user| user.name == name);
        let user =
            user.ok_or_else(|| format!("README.md has lines for {name}, whom this stage does not know"))?;
        let lines = with_url(lines, &repository.url())?;
        let package = scratch.path().join(name);
        write(&package.join("Cargo.toml"), &manifest(name, &lines))?;
        write(&package.join(user.source.0), user.source.1)?;
        // The same versions as everywhere else: nothing has to be downloaded that is here.
        copy(&root.join("Cargo.lock"), &package.join("Cargo.lock"))?;
        let mut cargo = cargo(&package);
        cargo
            .arg(user.subcommand)
            .env("CARGO_TARGET_DIR", scratch.path().join("target"));
        let output = run_user(user, &mut cargo)?;
        let lock = read(&package.join("Cargo.lock"))?;
        if !lock.contains(&format!("source = \"git+{}", repository.url())) {
            return Err(format!("{output}\nthe user {name} has nothing of the repository"));
        }
        println!(
            "the user {name}: {}",
            said(&output, user.prints).unwrap_or_default()
        );
    }
    Ok(Done::All)
}

fn run_user(user: &User, cargo: &mut Command) -> Result<String, String> {
    let output = if user.subcommand == "test" {
        tally::run(cargo, DEADLINE)?
    } else {
        command::run(cargo, DEADLINE)?
    };
    // A patch that is not used is a warning.
    if output.contains("warning: ") || said(&output, user.prints).is_none() {
        return Err(format!(
            "{output}\nthe user {} is warned, or does not print: {}",
            user.name, user.prints
        ));
    }
    Ok(output)
}

/// Returns the first line of an output that begins so.
fn said<'o>(output: &'o str, start: &str) -> Option<&'o str> {
    output.lines().find(|line| line.starts_with(start))
}

fn manifest(name: &str, lines: &str) -> String {
    format!(
        "[workspace]\n[package]\nname = \"{name}-user\"\nversion = \"0.0.0\"\nedition = \"2024\"\n{lines}"
    )
}

/// Puts the local repository's URL in the place of the public one, which there must be.
fn with_url(lines: &str, url: &str) -> Result<String, String> {
    let mut parts = lines.split("git = \"");
    let mut changed = parts.next().unwrap_or_default().to_owned();
    let mut is_changed = false;
    for part in parts {
        let (public, rest) = part.split_once('"').ok_or("a URL in README.md does not end")?;
        if !public.starts_with("https://") {
            return Err(format!("README.md names {public}, which is no public repository"));
        }
        changed += &format!("git = \"{url}\"{rest}");
        is_changed = true;
    }
    if is_changed {
        Ok(changed)
    } else {
        Err(format!("{lines}\nthese lines of README.md take nothing from git"))
    }
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
        let user = User {
            name: "a",
            subcommand: "run",
            source: ("", ""),
            prints: "context: ",
        };
        let run = |script| run_user(&user, Command::new("sh").args(["-c", script]));
        assert!(run("echo context: open").is_ok());
        assert!(run("echo warning: patch was not used; echo context: open").is_err());
        assert!(run("echo nothing").is_err());
    }
}
