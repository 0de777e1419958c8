//! Stage `build-script`: what the build script hands on and says, on other systems and where something is missing.
//!
//! Cargo builds it, and it is run by itself with the environment of each case.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use fs_err as fs;

use crate::cargo::{built, cargo, host};
use crate::command::{self, BUILD, stdout};
use crate::feature_sets::only_with;
use crate::files::{read, write};
use crate::headers;
use crate::requirements::BINDGEN;
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "build-script",
    about: "what the build script hands on and says, on other systems and where something is missing",
    needs: &[BINDGEN],
    run,
    rest: None,
};

const MAC: &str = "aarch64-apple-darwin";

fn run(root: &Path) -> Result<Done> {
    let scratch = tempfile::tempdir()?;
    let headers = headers::pcsclite()?;
    let headers = headers.to_str().context("the headers' folder is no text")?;
    let (script, host) = (root.join("build.rs"), host(root)?);
    let script = script.to_str().context("the workspace's folder is no text")?;
    let script = Script {
        link: built(only_with(cargo(root).arg("check"), "link"), script)?,
        bindgen: built(only_with(cargo(root).arg("check"), "bindgen"), script)?,
        root: root.to_owned(),
        scratch: scratch.path().canonicalize()?,
        host,
    };
    include_path(&script, headers)?;
    mac(&script, headers)?;
    failures(&script)?;
    println!("the build script does what it should in each case");
    Ok(Done::All)
}

/// The folder of the headers is known to dependents in each way of linking, by an absolute path.
fn include_path(script: &Script, headers: &str) -> Result<()> {
    let known = format!("cargo::metadata=include={headers}\n");
    let own = [("PCSC_LIB_DIR", "/opt/own"), ("PCSC_LIB_NAME", "own")];
    let linked = [
        "cargo::rustc-link-search=native=/opt/own\n",
        "cargo::rustc-link-lib=own\n",
    ];
    let output = script.link(&own)?;
    has(&output, &[linked.as_slice(), &[&known]].concat())?;
    lacks(&output, &["pcsclite\n"])?;

    // Its own headers, where they are beside it, are not the system's.
    let prefix = script.scratch.join("prefix");
    write(&prefix.join("include/PCSC/winscard.h"), "")?;
    write(&prefix.join("lib/libpcsclite.so"), "")?;
    let library = prefix.join("lib").display().to_string();
    let output = script.link(&[("PCSC_LIB_DIR", &library)])?;
    let beside = prefix.join("include/PCSC");
    let beside = format!("cargo::metadata=include={}\n", beside.display());
    has(&output, &[&beside])?;
    lacks(&output, &[&known])?;

    // No pkg-config, and so nothing to tell.
    let output = script.link(&[own.as_slice(), &[("PKG_CONFIG", "/no/such/program")]].concat())?;
    has(&output, &linked)?;
    lacks(&output, &["metadata=include", "cargo::error"])?;

    let output = script.link(&[("PCSC_INCLUDE_DIR", "src")])?;
    let absolute = format!("cargo::metadata=include={}\n", script.root.join("src").display());
    has(&output, &[&absolute, "pcsclite\n"])?;

    let unset = ["PCSC_LIB_DIR", "PCSC_LIB_NAME", "PCSC_INCLUDE_DIR"].map(|name| (name, ""));
    has(&script.link(&unset)?, &[&known, "pcsclite\n"])
}

/// On macOS the committed bindings serve, unless there are pcsc-lite's own headers.
fn mac(script: &Script, headers: &str) -> Result<()> {
    let mac = [("TARGET", MAC), ("HOST", MAC), ("CARGO_CFG_TARGET_OS", "macos")];
    let committed = read(script.root.join("src/bindings/macos.rs"))?;
    let (output, text) = script.bindgen(&mac)?;
    has(&output, &["warning=the committed bindings for macOS serve"])?;
    let (_, code) = committed
        .split_once("\n\n")
        .context("macos.rs has no blank line")?;
    has(&text, &[code])?;

    // Only the system's name is another one: clang reads for this machine, whose C headers are here.
    let mac = [("CARGO_CFG_TARGET_OS", "macos"), ("PCSC_INCLUDE_DIR", headers)];
    let (output, text) = script.bindgen(&mac)?;
    lacks(&output, &["cargo::warning"])?;
    has(&text, &["pub type LONG = i32;", "pub fn SCardControl("])
}

/// What is wrong stands in one line with what to do, which is all that Cargo shows.
fn failures(script: &Script) -> Result<()> {
    let old = script.scratch.join("libpcsclite.pc");
    write(
        &old,
        "Name: libpcsclite\nDescription: an old one\nVersion: 1.8.20\nCflags: -I/opt/old\n",
    )?;
    let folder = script.scratch.to_string_lossy();
    let old = [("PKG_CONFIG_PATH", &*folder)];
    script.fails(
        &script.bindgen,
        &old,
        &["libpcsclite 1.8.21 or newer", "1.8.20", "Install it"],
    )?;
    // To link, it will do.
    has(&script.link(&old)?, &["cargo::metadata=include=/opt/old\n"])?;

    let broken = script.scratch.join("broken");
    write(
        &broken.join("winscard.h"),
        "#error \"what these headers say\"\nint broken\n",
    )?;
    write(&broken.join("reader.h"), "")?;
    let include = [("PCSC_INCLUDE_DIR", &*broken.to_string_lossy())];
    script.fails(
        &script.bindgen,
        &include,
        &["what these headers say", "Install libclang"],
    )?;

    // The loader of libclang takes the highest version that begins like a library.
    let clang = script.scratch.join("clang");
    write(&clang.join("libclang-9999.so"), "\x7fELF\x02")?;
    let none = [("LIBCLANG_PATH", &*clang.to_string_lossy())];
    script.fails(&script.bindgen, &none, &["libclang-9999.so", "Install libclang"])
}

/// The build script, built for two feature sets.
struct Script {
    link: PathBuf,
    bindgen: PathBuf,
    root: PathBuf,
    scratch: PathBuf,
    /// This machine's target triple, as Cargo names it.
    host: String,
}

impl Script {
    /// Runs it for this machine, as far as `variables` say nothing else.
    fn command(&self, program: &Path, variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        for name in ["PCSC_LIB_DIR", "PCSC_LIB_NAME", "PCSC_INCLUDE_DIR"] {
            command.env_remove(name);
        }
        command.env("CARGO_MANIFEST_DIR", &self.root);
        command.env("OUT_DIR", &self.scratch);
        command.envs([
            ("TARGET", &*self.host),
            ("HOST", &self.host),
            ("CARGO_CFG_TARGET_OS", std::env::consts::OS),
        ]);
        command.envs(variables.iter().copied());
        command
    }

    fn link(&self, variables: &[(&str, &str)]) -> Result<String> {
        stdout(&mut self.command(&self.link, variables), BUILD)
    }

    /// Returns what it says, and the bindings that it makes.
    fn bindgen(&self, variables: &[(&str, &str)]) -> Result<(String, String)> {
        let made = self.scratch.join("platform.rs");
        let _ = fs::remove_file(&made);
        let output = stdout(&mut self.command(&self.bindgen, variables), BUILD)?;
        Ok((output, read(&made)?))
    }

    /// Checks that it fails with one line that has all of this.
    fn fails(&self, program: &Path, variables: &[(&str, &str)], parts: &[&str]) -> Result<()> {
        let (status, output) = command::status_and_output(&mut self.command(program, variables), BUILD)?;
        let line = output.lines().find(|line| line.starts_with("cargo::error="));
        ensure!(
            !status.success() && line.is_some(),
            "{output}\nthe build script does not fail with an error"
        );
        has(line.unwrap_or_default(), parts)
    }
}

fn has(output: &str, parts: &[&str]) -> Result<()> {
    let missing = parts.iter().find(|part| !output.contains(**part));
    ensure!(
        missing.is_none(),
        "{output}\nthe build script did not say or make: {missing:?}"
    );
    Ok(())
}

fn lacks(output: &str, parts: &[&str]) -> Result<()> {
    let found = parts.iter().find(|part| output.contains(**part));
    ensure!(
        found.is_none(),
        "{output}\nthe build script said or made: {found:?}"
    );
    Ok(())
}
