//! Stage `links`: examples link for FreeBSD and macOS, which nothing here can run.
//!
//! The linker is Zig's, as Python's packages have it, with the C libraries of both systems.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::downloads::cache;
use crate::files::{write, write_program};
use crate::installed::requirements::C;
use crate::installed::rustup::STD_SOURCES;
use crate::platforms::platform::{Platform, Std};
use crate::programs::cargo::target_folder;
use crate::programs::command::{self, BUILD, MINUTE, Words};
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "links",
    about: "an example links for FreeBSD; with --all all of them, and for macOS",
    needs: &[C, &[STD_SOURCES, "python3-venv"]],
    run: |root| link(root, &TARGETS[..1], "--example session"),
    rest: Some(|root| link(root, &TARGETS, "--examples")),
};

/// Rust's and Zig's names of the targets, and the libraries that Rust's standard library names and Zig lacks.
const TARGETS: [(&str, &str, &[&str]); 2] = [
    (
        "x86_64-unknown-freebsd",
        "x86_64-freebsd.14.0",
        &["libkvm.so", "libmemstat.so", "libprocstat.so", "libdevstat.so"],
    ),
    ("aarch64-apple-darwin", "aarch64-macos", &["libiconv.dylib"]),
];

/// Builds examples for each of these targets.
fn link(root: &Path, targets: &[(&str, &str, &[&str])], examples: &str) -> Result<Done> {
    let python = cache::filled("zig-0.17.1", install_zig)?.join("bin/python");
    for (target, zig, absent) in targets {
        let folder = target_folder(root).join("links").join(target);
        let linker = folder.join("cc");
        let script = format!(
            "#!/bin/sh\nexec {} -m ziglang cc -target {zig} \"$@\"\n",
            python.display()
        );
        write_program(&linker, &script)?;
        empty_libraries(&linker, &folder, absent)?;
        let platform = Platform {
            flags: format!("-Lnative={}", folder.display()),
            ..Platform::new(target, Std::FromSources, &linker.display().to_string())
        };
        let mut build = platform.cargo(root)?;
        build
            .words("build --locked --package pcsc-session --features stream")
            .words(examples);
        // Without debug information Cargo has rustc strip, which for macOS takes a tool that not each compiler comes with.
        build.env("CARGO_PROFILE_DEV_STRIP", "none");
        command::run(&mut build, BUILD)?;
        println!("   pcsc-session links for {target} with {examples}");
    }
    Ok(Done::All)
}

/// Installs Zig for this alone.
fn install_zig(folder: &Path) -> Result<()> {
    command::run(Command::new("python3").args(["-m", "venv"]).arg(folder), MINUTE)?;
    let mut pip = Command::new(folder.join("bin/python"));
    command::run(pip.words("-m pip install --quiet ziglang==0.17.1"), BUILD).map(drop)
}

/// Makes libraries without anything in them: of these nothing is called.
fn empty_libraries(linker: &Path, folder: &Path, names: &[&str]) -> Result<()> {
    let source: PathBuf = folder.join("empty.c");
    write(&source, "\n")?;
    for name in names {
        let mut compile = Command::new(linker);
        compile
            .args(["-shared", "-o"])
            .arg(folder.join(name))
            .arg(&source);
        command::run(&mut compile, MINUTE)?;
    }
    Ok(())
}
