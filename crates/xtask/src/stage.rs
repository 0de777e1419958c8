//! The stages of a full test, in their order.

use std::path::Path;

use crate::{
    abi, bare, build_script, build_time, checks, cost, drift, drop_in, feature_sets, memcheck, outside,
    setup, sim_clients, sim_time,
};

/// One part of the test.
pub(crate) struct Stage {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// What it does, in one line.
    pub(crate) about: &'static str,
    /// Debian's names of the packages without which it is left out.
    pub(crate) needs: &'static [&'static str],
    /// Does it, in the workspace's root.
    pub(crate) run: fn(&Path) -> Result<Done, String>,
}

/// How much of a stage was done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// Everything.
    All,
    /// Not everything: what was left out, and why.
    LeftOut(String),
}

/// All stages, each after those that prepare it.
pub(crate) const STAGES: &[Stage] = &[
    Stage {
        name: "setup",
        about: "installs the packages that the others need (Debian, as root or with sudo)",
        needs: &[],
        run: setup::run,
    },
    Stage {
        name: "format",
        about: "cargo fmt --check",
        needs: setup::FORMAT,
        run: checks::format,
    },
    Stage {
        name: "lint",
        about: "clippy in every feature set, warnings are errors",
        needs: setup::LINT,
        run: checks::lint,
    },
    Stage {
        name: "packages",
        about: "format and clippy of the packages outside the workspace, the fuzz targets among them",
        needs: setup::PACKAGES_OUTSIDE,
        run: checks::packages,
    },
    Stage {
        name: "docs",
        about: "rustdoc, warnings are errors; the README's Rust compiles",
        needs: &[],
        run: checks::docs,
    },
    Stage {
        name: "bindings",
        about: "the committed bindings are what the headers give",
        needs: setup::BINDINGS,
        run: checks::bindings,
    },
    Stage {
        name: "abi",
        about: "types, constants and names are those of the C compiler and of the libraries",
        needs: setup::ABI,
        run: abi::run,
    },
    Stage {
        name: "drift",
        about: "a signature that differs from the header's does not compile",
        needs: setup::BINDGEN,
        run: |root| drift::run(root).map(|()| Done::All),
    },
    Stage {
        name: "build-script",
        about: "what the build script hands on and says, on other systems and where something is missing",
        needs: setup::BINDGEN,
        run: |root| build_script::run(root).map(|()| Done::All),
    },
    Stage {
        name: "unit",
        about: "tests and doctests in every feature set",
        needs: &[],
        run: feature_sets::unit,
    },
    Stage {
        name: "sim-time",
        about: "the tests on the simulator take less than 20 seconds, without compiling",
        needs: &[],
        run: sim_time::sim_time,
    },
    Stage {
        name: "pcscd",
        about: "tests against a private pcscd with virtual readers, loaded and linked",
        needs: setup::PCSCD,
        run: feature_sets::pcscd,
    },
    Stage {
        name: "drop-in",
        about: "the published crate pcsc on this pcsc-sys, against a private pcscd, loaded and linked",
        needs: setup::DROP_IN,
        run: |root| drop_in::run(root).map(|()| Done::All),
    },
    Stage {
        name: "cost",
        about: "what calls cost in instructions, counted by valgrind, stays within its limits",
        needs: setup::COST,
        run: |root| cost::run(root).map(|()| Done::All),
    },
    Stage {
        name: "memcheck",
        about: "valgrind's memcheck finds nothing in the suite",
        needs: setup::MEMCHECK,
        run: memcheck::memcheck,
    },
    Stage {
        name: "sim-clients",
        about: "opensc-tool, pcsc_scan and pyscard on libpcsc_sim.so print what they print on pcscd",
        needs: setup::SIM_CLIENTS,
        run: sim_clients::clients,
    },
    Stage {
        name: "sim-boundary",
        about: "valgrind and AddressSanitizer find nothing when libpcsc_sim.so is abused from 32 threads",
        needs: setup::SIM_BOUNDARY,
        run: sim_clients::boundary,
    },
    Stage {
        name: "bare",
        about: "builds, tests and runs where nothing of PC/SC is installed (in a mount namespace)",
        needs: &[],
        run: bare::run,
    },
    Stage {
        name: "build-time",
        about: "a clean default build takes at most 1.3 times one of libloading and libc",
        needs: &[],
        run: build_time::run,
    },
    Stage {
        name: "targets",
        about: "type-checks for other systems, where ../shared/tools is beside the repository",
        needs: &[],
        run: outside::targets,
    },
    Stage {
        name: "msrv",
        about: "type-checks with the oldest compiler, where ../shared/tools is beside the repository",
        needs: &[],
        run: outside::msrv,
    },
];
