//! What the READMEs show of the program is what it prints.

use crate::program::{PCSC, UNSET};
use std::path::Path;
use std::process::Command;

/// Runs what a block shows after each `$`, and returns the block as it should be.
fn run(block: &str) -> String {
    let folder = Path::new(PCSC).parent().unwrap();
    let path = std::env::join_paths(
        [folder.to_path_buf()]
            .into_iter()
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let path = path.unwrap();
    // For the files that a block makes.
    let here = tempfile::tempdir().unwrap();
    let commands = block.lines().filter_map(|line| line.strip_prefix("$ "));
    let run = commands.map(|line| {
        let mut command = Command::new("sh");
        UNSET.iter().for_each(|variable| {
            command.env_remove(variable);
        });
        command
            .args(["-c", line])
            .current_dir(here.path())
            .env("PATH", &path)
            .env("SMARTCARD_LIST", "none");
        let output = command.output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(errors, "", "{line}");
        format!("$ {line}\n{}", String::from_utf8(output.stdout).unwrap())
    });
    run.collect()
}

fn check(readme: &Path) {
    let text = std::fs::read_to_string(readme).unwrap();
    let blocks: Vec<&str> = text
        .split("```console\n")
        .skip(1)
        .map(|block| block.split_once("```").unwrap().0)
        .collect();
    assert!(!blocks.is_empty(), "{}", readme.display());
    for block in blocks {
        let printed = run(block);
        assert_eq!(printed, block, "in {}:\n{printed}", readme.display());
    }
}

#[test]
fn what_this_packages_readme_shows_is_what_is_printed() {
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"));
}

#[test]
fn what_the_repositorys_readme_shows_is_what_is_printed() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    // The published package has none.
    if readme.exists() {
        check(&readme);
    }
}

#[test]
fn its_exit_codes_are_those_of_the_help() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let help = Command::new(PCSC).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, codes) = help.split_once("Exit codes:\n").unwrap();
    let rows = codes.lines().map(|line| {
        let (code, when) = line.trim().split_once("  ").unwrap();
        format!("| {code} | {} |", when.replace("--wait", "`--wait`"))
    });
    for row in rows {
        assert!(readme.contains(&row), "{row}");
    }
}

#[test]
fn the_simulators_file_that_it_shows_is_one() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let file = readme
        .split("```toml\n")
        .nth(1)
        .unwrap()
        .split_once("```")
        .unwrap()
        .0;
    let (mut listed, _file) = crate::program::on(file, &["readers"]);
    let text = crate::program::printed(&mut listed);
    assert!(
        text.contains("Reader 00 00\n") && text.contains("3B80800101"),
        "{text}"
    );
}
