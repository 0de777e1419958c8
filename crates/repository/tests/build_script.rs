//! What the build script hands on and says, on other systems and where something is missing.
//!
//! Cargo builds it, and it is run by itself with the environment of each case.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use repository::{attempt, cargo, headers, in_words, messages, read, root, stdout, write};
use tempfile::TempDir;

const MAC: &str = "aarch64-apple-darwin";

#[test]
#[ignore = "cargo xtask test build-script"]
fn the_folder_of_the_headers_is_known_to_dependents_in_each_way_of_linking() {
    let script = Script::with("link");
    let known = format!("cargo::metadata=include={}\n", headers().display());
    let own = [("PCSC_LIB_DIR", "/opt/own"), ("PCSC_LIB_NAME", "own")];
    let linked = [
        "cargo::rustc-link-search=native=/opt/own\n",
        "cargo::rustc-link-lib=own\n",
    ];
    let said = script.says(&own);
    has(&said, &[linked.as_slice(), &[&known]].concat());
    lacks(&said, &["pcsclite\n"]);

    // Its own headers, where they are beside it, are not the system's.
    let prefix = script.scratch.path().join("prefix");
    write(prefix.join("include/PCSC/winscard.h"), "");
    write(prefix.join("lib/libpcsclite.so"), "");
    let said = script.says(&[("PCSC_LIB_DIR", &prefix.join("lib").to_string_lossy())]);
    has(
        &said,
        &[&format!(
            "cargo::metadata=include={}\n",
            prefix.join("include/PCSC").display()
        )],
    );
    lacks(&said, &[&known]);

    // No pkg-config, and so nothing to tell.
    let said = script.says(&[own.as_slice(), &[("PKG_CONFIG", "/no/such/program")]].concat());
    has(&said, &linked);
    lacks(&said, &["metadata=include", "cargo::error"]);

    // A path is made absolute.
    let absolute = format!("cargo::metadata=include={}\n", root().join("src").display());
    has(
        &script.says(&[("PCSC_INCLUDE_DIR", "src")]),
        &[&absolute, "pcsclite\n"],
    );

    let empty = ["PCSC_LIB_DIR", "PCSC_LIB_NAME", "PCSC_INCLUDE_DIR"].map(|name| (name, ""));
    has(&script.says(&empty), &[&known, "pcsclite\n"]);

    // An old version will do to link.
    has(
        &script.says(&[("PKG_CONFIG_PATH", &script.old())]),
        &["cargo::metadata=include=/opt/old\n"],
    );
}

#[test]
#[ignore = "cargo xtask test build-script"]
fn on_macos_the_committed_bindings_serve_unless_there_are_pcsc_lites_headers() {
    let script = Script::with("bindgen");
    let made = script.scratch.path().join("platform.rs");
    let said = script.says(&[("TARGET", MAC), ("HOST", MAC), ("CARGO_CFG_TARGET_OS", "macos")]);
    has(&said, &["warning=the committed bindings for macOS serve"]);
    let committed = read(root().join("src/bindings/macos.rs"));
    let (_, code) = committed
        .split_once("\n\n")
        .expect("a blank line follows the heading");
    has(&read(&made), &[code]);

    // Only the system's name is another one: clang reads for this machine, whose C headers are here.
    fs::remove_file(&made).unwrap();
    let include = headers();
    let said = script.says(&[
        ("CARGO_CFG_TARGET_OS", "macos"),
        ("PCSC_INCLUDE_DIR", &include.to_string_lossy()),
    ]);
    lacks(&said, &["cargo::warning"]);
    has(&read(&made), &["pub type LONG = i32;", "pub fn SCardControl("]);
}

#[test]
#[ignore = "cargo xtask test build-script"]
fn what_is_wrong_stands_in_one_line_with_what_to_do_which_is_all_that_cargo_shows() {
    let script = Script::with("bindgen");
    script.fails(
        ("PKG_CONFIG_PATH", &script.old()),
        &["libpcsclite 1.8.21 or newer", "1.8.20", "Install it"],
    );

    let broken = script.scratch.path().join("broken");
    write(
        broken.join("winscard.h"),
        "#error \"what these headers say\"\nint broken\n",
    );
    write(broken.join("reader.h"), "");
    script.fails(
        ("PCSC_INCLUDE_DIR", &broken.to_string_lossy()),
        &["what these headers say", "Install libclang"],
    );

    // The loader of libclang takes the highest version that begins like a library.
    let clang = script.scratch.path().join("clang");
    write(clang.join("libclang-9999.so"), "\x7fELF\x02");
    script.fails(
        ("LIBCLANG_PATH", &clang.to_string_lossy()),
        &["libclang-9999.so", "Install libclang"],
    );
}

/// The build script, built for a feature set.
struct Script {
    program: PathBuf,
    scratch: TempDir,
    /// This machine's target triple.
    host: String,
}

impl Script {
    fn with(features: &str) -> Script {
        let mut check = cargo(
            root(),
            "check --package pcsc-sys --no-default-features --features",
        );
        let source = root().join("build.rs");
        let messages = messages(check.arg(features));
        let message = messages.iter().find(|message| {
            message["target"]["src_path"].as_str().map(PathBuf::from) == Some(source.clone())
        });
        let program = message.and_then(|message| message["filenames"][0].as_str());
        Script {
            program: program.expect("Cargo builds the script").into(),
            scratch: tempfile::tempdir().unwrap(),
            host: stdout(&mut in_words("rustc", "--print host-tuple"))
                .trim()
                .to_owned(),
        }
    }

    /// Runs it for this machine, as far as `variables` say nothing else.
    fn command(&self, variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(root()).env("CARGO_MANIFEST_DIR", root());
        for name in ["PCSC_LIB_DIR", "PCSC_LIB_NAME", "PCSC_INCLUDE_DIR"] {
            command.env_remove(name);
        }
        command.env("OUT_DIR", self.scratch.path());
        command.env("TARGET", &self.host).env("HOST", &self.host);
        command.env("CARGO_CFG_TARGET_OS", std::env::consts::OS);
        command.envs(variables.iter().copied());
        command
    }

    fn says(&self, variables: &[(&str, &str)]) -> String {
        stdout(&mut self.command(variables))
    }

    /// Checks that it fails with one line that has all of this.
    fn fails(&self, variable: (&str, &str), parts: &[&str]) {
        let (is_good, output, errors) = attempt(&mut self.command(&[variable]));
        let line = output.lines().find(|line| line.starts_with("cargo::error="));
        assert!(
            !is_good && line.is_some(),
            "{output}{errors}\nit does not fail with an error"
        );
        has(line.unwrap_or_default(), parts);
    }

    /// Returns a folder in which pkg-config finds a version that is too old for bindings.
    fn old(&self) -> String {
        let said = "Name: libpcsclite\nDescription: an old one\nVersion: 1.8.20\nCflags: -I/opt/old\n";
        write(self.scratch.path().join("libpcsclite.pc"), said);
        self.scratch.path().display().to_string()
    }
}

fn has(output: &str, parts: &[&str]) {
    let missing = parts.iter().find(|part| !output.contains(**part));
    assert!(
        missing.is_none(),
        "{output}\nthe build script did not say or make: {missing:?}"
    );
}

fn lacks(output: &str, parts: &[&str]) {
    let found = parts.iter().find(|part| output.contains(**part));
    assert!(
        found.is_none(),
        "{output}\nthe build script said or made: {found:?}"
    );
}
