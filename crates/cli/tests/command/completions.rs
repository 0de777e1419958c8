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
        page.contains(".TH pcsc 1") && page.contains("EXIT STATUS"),
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
    let page = printed(&mut pcsc(&["man", "send"]));
    for part in ["raw", "EXIT STATUS", env!("CARGO_PKG_VERSION")] {
        assert!(page.contains(part), "{part}: {page}");
    }
    #[cfg(unix)]
    {
        let page = printed(&mut pcsc(&["man", "sim", "insert"]));
        assert!(page.contains("pcsc\\-sim\\-insert"), "{page}");
    }
    for wrong in [
        &["man", "nothing"][..],
        &["man", "send", "insert"],
        &["man", "insert"],
    ] {
        assert_eq!(failed(&mut pcsc(wrong)).0, 2, "{wrong:?}");
    }
}

/// After a global option that may have a value, too.
#[cfg(target_os = "linux")]
#[test]
fn bash_completes_commands() {
    let complete = |words: &str, place: usize| {
        let script = format!(
            "source <($PCSC completions bash); COMP_WORDS=({words}); COMP_CWORD={place}; _pcsc pcsc ${{COMP_WORDS[{place}]}} ${{COMP_WORDS[{place}-1]}}; echo ${{COMPREPLY[@]}}"
        );
        let mut bash = std::process::Command::new("bash");
        bash.args(["-c", &script]).env("PCSC", crate::program::PCSC);
        String::from_utf8(bash.output().unwrap().stdout).unwrap()
    };
    assert_eq!(complete("pcsc re", 1), "readers record replay\n");
    assert_eq!(complete("pcsc --sim re", 2), "readers record replay\n");
    assert_eq!(complete("pcsc man se", 2), "send\n");
}

#[test]
fn a_simulators_file_without_its_sign_is_noticed() {
    let file = crate::program::file_of("");
    let (code, _, error) = failed(&mut pcsc(&["--sim", file.path().to_str().unwrap(), "readers"]));
    assert_eq!((code, error.contains("--sim=FILE")), (2, true), "{error}");
    let (code, _, error) = failed(&mut pcsc(&["--sim", "reader"]));
    assert_eq!(code, 2);
    assert!(
        error.contains("'readers'") && !error.contains("--sim=FILE"),
        "{error}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_written_is_not_given() {
    let mut command = std::process::Command::new(crate::program::PCSC);
    let full = std::fs::File::create("/dev/full").unwrap();
    let output = command.arg("--help").stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(
        output.stderr.starts_with(b"pcsc: the output cannot be written: "),
        "{output:?}"
    );
}

#[test]
fn the_exit_codes_are_in_the_help() {
    let help = printed(&mut pcsc(&["--help"]));
    for code in 0..=8 {
        assert!(
            help.lines().any(|line| line.starts_with(&format!("  {code}  "))),
            "{help}"
        );
    }
}
