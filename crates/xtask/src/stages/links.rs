//! Stage `links`: examples link for FreeBSD and macOS, which nothing here can run.
//!
//! The linker is Zig's, as Python's packages have it, with the C libraries of both systems.

use std::path::Path;

use anyhow::Result;
use machine::downloads::cache;
use machine::files::{write, write_program};
use machine::installed::{C, STD_SOURCES};
use machine::platforms::{Compiler, Platform};
use machine::programs::{Words, call, run, target_folder};

use crate::stage::Stage;

pub(crate) const STAGE: Stage = Stage {
    name: "links",
    about: "an example links for FreeBSD; with --all all of them, and for macOS",
    needs: &[C, STD_SOURCES, "python3-venv"],
    first: |root| link(root, &TARGETS[..1], "--example session"),
    rest: Some(|root| link(root, &TARGETS, "--examples")),
};

/// Rust's and Zig's names of the targets, and the libraries that Rust's standard library names and Zig lacks.
const TARGETS: [(&str, &str, &str); 2] = [
    (
        "x86_64-unknown-freebsd",
        "x86_64-freebsd.14.0",
        "libkvm.so libmemstat.so libprocstat.so libdevstat.so",
    ),
    ("aarch64-apple-darwin", "aarch64-macos", "libiconv.dylib"),
];

/// Builds examples for each of these targets.
fn link(root: &Path, targets: &[(&str, &str, &str)], examples: &str) -> Result<()> {
    let python = cache::filled("zig-0.17.1", install_zig)?.join("bin/python");
    for (target, zig, absent) in targets {
        let folder = target_folder(root).join("links").join(target);
        let linker = folder.join("cc").display().to_string();
        let zig = format!("exec {} -m ziglang cc -target {zig}", python.display());
        write_program(linker.as_ref(), &format!("#!/bin/sh\n{zig} \"$@\"\n"))?;
        // Of these nothing is called.
        let empty = folder.join("empty.c");
        write(&empty, "\n")?;
        for library in absent.split(' ') {
            run(call(&linker, "-shared -o").args([&folder.join(library), &empty]))?;
        }
        let mut platform = Platform::new(target, Compiler::WithStdSources, &linker);
        platform.flags = format!("-Lnative={}", folder.display());
        let mut build = platform.cargo(root, "build --locked --package pcsc-session --features stream")?;
        // Without debug information Cargo has rustc strip, which for macOS takes a tool that not each compiler comes with.
        run(build.words(examples).env("CARGO_PROFILE_DEV_STRIP", "none"))?;
        println!("   pcsc-session links for {target} with {examples}");
    }
    Ok(())
}

/// Installs Zig for this alone.
fn install_zig(folder: &Path) -> Result<()> {
    run(call("python3", "-m venv").arg(folder))?;
    let python = folder.join("bin/python").display().to_string();
    run(&mut call(&python, "-m pip install --quiet ziglang==0.17.1")).map(drop)
}
