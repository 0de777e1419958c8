//! `pcsc completions` and `pcsc man`.

use crate::program::{failed, pcsc, printed};

#[test]
fn each_shell_gets_what_it_completes() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = printed(&mut pcsc(&["completions", shell]));
        assert!(script.contains("readers") && script.contains("watch"), "{shell}");
    }
    assert_eq!(failed(&mut pcsc(&["completions", "cmd"])).0, 2);
}

#[test]
fn there_is_a_page_of_the_manual_for_each_command() {
    let page = printed(&mut pcsc(&["man"]));
    assert!(
        page.contains(".TH pcsc 1") && page.contains("Exit codes"),
        "{page}"
    );
    for command in [
        "readers",
        "atr",
        "features",
        "send",
        "script",
        "shell",
        "watch",
        "completions",
        "man",
    ] {
        let page = printed(&mut pcsc(&["man", command]));
        assert!(page.contains(&format!("pcsc\\-{command}")), "{page}");
    }
    assert_eq!(failed(&mut pcsc(&["man", "nothing"])).0, 2);
}

#[test]
fn the_exit_codes_are_in_the_help() {
    let help = printed(&mut pcsc(&["--help"]));
    for code in 0..=7 {
        assert!(
            help.lines().any(|line| line.starts_with(&format!("  {code}  "))),
            "{help}"
        );
    }
}
