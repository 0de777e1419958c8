//! Other platforms than this machine's: how programs for them are built here, and run.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::downloads::toolchains::{self, Toolchain};
use crate::programs::{Words, tally};

/// What is built for a platform, and which of its tests run.
#[derive(Debug)]
pub struct Suite {
    /// What Cargo builds.
    pub packages: &'static str,
    /// The kinds of tests, or their programs' names.
    pub tests: &'static str,
    /// The test programs' arguments.
    pub arguments: &'static str,
}

/// A target, and what is used for it.
#[derive(Debug)]
pub struct Platform {
    /// Rust's name of it.
    pub target: String,
    /// What compiles for it.
    pub compiler: Compiler,
    /// The C compiler, which links.
    pub linker: String,
    /// Flags of rustc.
    pub flags: String,
    /// What runs its programs, with arguments; nothing where this machine does.
    pub runner: String,
    /// What Cargo's calls and programs have in their environment.
    pub variables: Vec<(&'static str, OsString)>,
}

/// Which compiler builds for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compiler {
    /// The oldest one that the workspace promises to build with: the target's standard library comes with it.
    Oldest,
    /// One that compiles the standard library with the workspace.
    WithStdSources,
}

impl Platform {
    /// Describes a platform whose programs this machine starts by itself.
    pub fn new(target: &str, compiler: Compiler, linker: &str) -> Platform {
        Platform {
            target: target.to_owned(),
            compiler,
            linker: linker.to_owned(),
            flags: String::new(),
            runner: String::new(),
            variables: Vec::new(),
        }
    }

    /// Describes Linux on another processor, for which Debian has a C compiler.
    pub fn linux(processor: &str) -> Platform {
        let target = format!("{processor}-unknown-linux-gnu");
        let linker = format!("{processor}-linux-gnu-gcc");
        Platform::new(&target, Compiler::Oldest, &linker)
    }

    /// Describes Linux on a processor that has to be emulated.
    pub fn emulated(processor: &str) -> Platform {
        let runner = format!("qemu-{processor} -L /usr/{processor}-linux-gnu");
        Platform {
            // For tests that start themselves again: the system cannot start such a program by itself.
            variables: vec![("PCSC_TEST_EMULATOR", runner.clone().into())],
            runner,
            ..Platform::linux(processor)
        }
    }

    /// Returns the folder of what is built for this platform.
    pub fn built(&self, root: &Path) -> Result<PathBuf> {
        let folder = self.toolchain()?.target_folder(root);
        Ok(folder.join(&self.target).join("debug"))
    }

    /// Makes a call of Cargo that builds for this platform and runs there: what it is told by variables, so that each
    /// Cargo that a test calls does the same.
    pub fn cargo(&self, root: &Path, words: &str) -> Result<Command> {
        let mut cargo = self.toolchain()?.cargo(root, words)?;
        if self.compiler == Compiler::WithStdSources {
            cargo.env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort,test");
            // What only a nightly compiler does without being told so.
            cargo.env("RUSTC_BOOTSTRAP", "1");
        }
        cargo.env("CARGO_BUILD_TARGET", &self.target);
        // What tests compile.
        cargo.env("CC", &self.linker);
        // They wait for time to pass more than they work.
        cargo.env("RUST_TEST_THREADS", "4");
        let target = self.target.replace('-', "_").to_uppercase();
        let settings = [
            ("LINKER", &self.linker),
            ("RUSTFLAGS", &self.flags),
            ("RUNNER", &self.runner),
        ];
        for (name, value) in settings.into_iter().filter(|(_, value)| !value.is_empty()) {
            cargo.env(format!("CARGO_TARGET_{target}_{name}"), value);
        }
        cargo.envs(self.variables.iter().cloned());
        Ok(cargo)
    }

    /// Runs tests that need no service.
    pub fn test(&self, root: &Path, suite: &Suite) -> Result<()> {
        let mut cargo = self.cargo(root, "test --locked --no-fail-fast")?;
        cargo.words(suite.packages).words(suite.tests);
        tally::run(cargo.arg("--").words(suite.arguments)).map(drop)
    }

    fn toolchain(&self) -> Result<Toolchain> {
        match self.compiler {
            Compiler::Oldest => toolchains::oldest(),
            Compiler::WithStdSources => toolchains::with_std_sources(),
        }
    }
}
