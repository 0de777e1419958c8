//! The stages that are tests of the package `repository`: a program each, of the same name.

use crate::installed::requirements::{BINDGEN, C, DAEMON, LINK};
use crate::stage::Stage;
use crate::workspace::repository::{test, test_in_namespaces};

pub(crate) const BINDINGS: Stage = Stage {
    name: "bindings",
    about: "the committed bindings are what the headers give",
    needs: &[BINDGEN, &["mingw-w64-common", "rustfmt"]],
    run: |root| test(root, "bindings"),
    rest: None,
};

pub(crate) const ABI: Stage = Stage {
    name: "abi",
    about: "types, constants and names are those of the C compiler and of the libraries",
    needs: &[
        BINDGEN,
        &["libpcsclite1", "mingw-w64-x86-64-dev", "mingw-w64-i686-dev"],
    ],
    run: |root| test(root, "abi"),
    rest: None,
};

pub(crate) const DRIFT: Stage = Stage {
    name: "drift",
    about: "a signature that differs from the header's does not compile",
    needs: &[BINDGEN],
    run: |root| test(root, "drift"),
    rest: None,
};

pub(crate) const BUILD_SCRIPT: Stage = Stage {
    name: "build-script",
    about: "what the build script hands on and says, on other systems and where something is missing",
    needs: &[BINDGEN],
    run: |root| test(root, "build_script"),
    rest: None,
};

pub(crate) const COST: Stage = Stage {
    name: "cost",
    about: "what calls cost in instructions and system calls, counted by valgrind and strace, stays within its limits",
    needs: &[LINK, DAEMON, &["binutils", "strace", "valgrind"]],
    run: |root| test_in_namespaces(root, "cost"),
    rest: None,
};

pub(crate) const BUILD_TIME: Stage = Stage {
    name: "build-time",
    about: "a clean default build takes at most 1.3 times one of libloading and libc",
    needs: &[],
    run: |root| test(root, "build_time"),
    rest: None,
};

pub(crate) const PACKAGE: Stage = Stage {
    name: "package",
    about: "what would be published has its README, licences and metadata, and Cargo warns of nothing",
    needs: &[],
    run: |root| test(root, "published"),
    rest: None,
};

pub(crate) const GIT_USERS: Stage = Stage {
    name: "git-users",
    about: "packages outside the workspace that take it from git, by the README's lines, build and run",
    needs: &[C, &["git"]],
    run: |root| test(root, "git_users"),
    rest: None,
};
