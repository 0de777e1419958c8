//! The README's first command prints what the README says.

use std::path::Path;
use std::process::Command;

#[test]
fn the_first_command_prints_what_the_readme_shows() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let block = |start| readme.split_once(start).unwrap().1.split_once("```").unwrap().0;
    let shown = block("```text\n");
    assert!(shown.lines().count() > 10);
    let command = block("```sh\n").lines().next().unwrap();
    let mut words = command.split('#').next().unwrap().split_whitespace();
    assert_eq!(words.next(), Some("cargo"));
    let output = Command::new(env!("CARGO"))
        .args(words)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(String::from_utf8_lossy(&output.stdout), shown);
}
