//! Who takes the packages from git, with the lines that the README gives, builds and runs.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use repository::{attempt, cargo, copy_workspace, make_package, read, root, stdout};

/// Somebody who depends on the workspace: the name in the README's comment above the lines, what Cargo is told to do, the
/// package's one source file, and what a run that did something prints.
const USERS: [(&str, &str, &str, &str); 4] = [
    ("session", "run", SESSION, "readers: "),
    ("simulator", "test", SIMULATOR, "test result: ok. 1 passed"),
    ("sys", "run", SYS, "SCardEstablishContext: 0x"),
    ("drop-in", "run", DROP_IN, "context: "),
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
#[test]
#[ignore = "cargo xtask test git-users"]
fn each_user_of_the_readme_builds_and_runs() {
    let scratch = tempfile::tempdir().unwrap();
    let (home, repository) = (scratch.path().join("home"), scratch.path().join("repository"));
    separate_home(&home);
    commit_workspace(&repository);
    let readme = read(root().join("README.md"));
    let blocks = manifest_blocks(&readme);
    let names: Vec<_> = blocks.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        USERS.map(|(name, ..)| name),
        "README.md has other lines for users"
    );
    for ((name, lines), (_, subcommand, source, prints)) in blocks.into_iter().zip(USERS) {
        let package = scratch.path().join(name);
        let file = if subcommand == "test" {
            "src/lib.rs"
        } else {
            "src/main.rs"
        };
        let url = format!("file://{}", repository.display());
        make_package(&package, &with_url(lines, &url), &[(file, source)]);
        let mut run = cargo(&package, subcommand);
        run.env("CARGO_HOME", &home)
            .env("CARGO_TARGET_DIR", scratch.path().join("target"));
        let (is_good, output, errors) = attempt(&mut run);
        // A patch that is not used is a warning.
        assert!(is_good && !errors.contains("warning: "), "{errors}{output}");
        let said = output.lines().find(|line| line.starts_with(prints));
        println!(
            "   the user {name}: {}",
            said.expect("the program prints what it did")
        );
        let lock = read(package.join("Cargo.lock"));
        assert!(
            lock.contains(&format!("source = \"git+{url}")),
            "the user {name} has nothing of the repository"
        );
    }
}

/// Makes a repository with every file of the workspace that git does not ignore, committed or not.
fn commit_workspace(repository: &Path) {
    copy_workspace(repository);
    let identity = ["-c", "user.name=xtask", "-c", "user.email=xtask@localhost"];
    for words in ["init --quiet", "add --all", "commit --quiet --message workspace"] {
        let mut git = Command::new("git");
        git.args(identity)
            .args(words.split_whitespace())
            .current_dir(repository);
        // Nothing of this machine's settings changes it, and no hook that runs this.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GIT_")) {
            git.env_remove(name);
        }
        stdout(
            git.env("GIT_CONFIG_GLOBAL", "/dev/null")
                .env("GIT_CONFIG_NOSYSTEM", "1"),
        );
    }
}

/// Makes a folder for Cargo with all that is in the user's own but what was fetched from git: what is now goes away at the end.
fn separate_home(home: &Path) {
    let own = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let own = own
        .or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cargo")))
        .expect("there is a home");
    fs::create_dir(home).unwrap();
    for entry in fs::read_dir(own).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != "git" {
            symlink(entry.path(), home.join(entry.file_name())).unwrap();
        }
    }
}

/// Returns the lines of a manifest for each kind of user: blocks below comments such as `<!-- user: session -->`.
fn manifest_blocks(text: &str) -> Vec<(&str, &str)> {
    let blocks = text.split("<!-- user: ").skip(1).map(|part| {
        let (name, rest) = part.split_once(" -->\n")?;
        let (lines, _) = rest.strip_prefix("```toml\n")?.split_once("```")?;
        Some((name, lines))
    });
    blocks
        .collect::<Option<_>>()
        .expect("below each comment for a user is a block of TOML")
}

/// Puts the local repository's URL in the place of the public one, which there must be.
fn with_url(lines: &str, url: &str) -> String {
    let changed = lines.replace(env!("CARGO_PKG_REPOSITORY"), url);
    assert_ne!(
        changed, lines,
        "these lines of README.md take nothing from the repository"
    );
    assert_eq!(
        changed.matches("git = \"").count(),
        changed.matches(url).count(),
        "{lines}"
    );
    changed
}
