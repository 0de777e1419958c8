//! The README's first command prints what the README says.

mod example;

use std::path::Path;

#[test]
fn the_first_command_prints_what_the_readme_shows() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let block = |start| readme.split_once(start).unwrap().1.split_once("```").unwrap().0;
    let shown = block("```text\n");
    assert!(shown.lines().count() > 10);
    let command = block("```sh\n").lines().next().unwrap();
    let mut words = command.split('#').next().unwrap().split_whitespace();
    assert_eq!(words.next(), Some("cargo"));
    let words: Vec<&str> = words.collect();
    let command = match example::cargo() {
        Some(mut cargo) => cargo.args(&words).output(),
        // The program that the command runs.
        None => example::example(words.last().unwrap()).output(),
    };
    let output = command.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(String::from_utf8_lossy(&output.stdout), shown);
}
