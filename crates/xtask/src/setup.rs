//! What the tests need from the system, and getting it on Debian.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::command::{self, MINUTE};
use crate::rustup;
use crate::stage::Done;

/// A Debian package, and one of its files for which other systems are searched.
struct Package {
    name: &'static str,
    /// A program's name, or paths of which one must be there; elsewhere the files have the same names.
    signs: &'static [&'static str],
}

/// To build in link mode.
pub(crate) const LINK: &[&str] = &["gcc", "libc6-dev", "pkg-config", "libpcsclite-dev"];
/// To read the headers when the crate is built.
pub(crate) const BINDGEN: &[&str] = &[
    "gcc",
    "libc6-dev",
    "pkg-config",
    "libpcsclite-dev",
    "libclang-dev",
];
/// To format.
pub(crate) const FORMAT: &[&str] = &["rustfmt"];
/// To lint.
pub(crate) const LINT: &[&str] = &["clippy"];

/// To write the committed bindings.
pub(crate) const BINDINGS: &[&str] = &["libpcsclite-dev", "libclang-dev", "mingw-w64-common", "rustfmt"];
/// To compare the bindings with the headers and the library.
pub(crate) const ABI: &[&str] = &[
    "gcc",
    "libc6-dev",
    "pkg-config",
    "libpcsclite-dev",
    "libpcsclite1",
    "libclang-dev",
    "mingw-w64-x86-64-dev",
    "mingw-w64-i686-dev",
];
/// To run a private daemon, and clients that link.
pub(crate) const PCSCD: &[&str] = &[
    "gcc",
    "libc6-dev",
    "pkg-config",
    "libpcsclite-dev",
    "libpcsclite1",
    "pcscd",
    "vsmartcard-vpcd",
    "strace",
    "pcsc-tools",
    "python3-pyscard",
];
/// To drive a private daemon through the published crate.
pub(crate) const DROP_IN: &[&str] = &[
    "gcc",
    "libc6-dev",
    "binutils",
    "pkg-config",
    "libpcsclite-dev",
    "libpcsclite1",
    "pcscd",
    "vsmartcard-vpcd",
];
/// To count instructions.
pub(crate) const COST: &[&str] = &[
    "gcc",
    "libc6-dev",
    "binutils",
    "pkg-config",
    "libpcsclite-dev",
    "valgrind",
];

/// To run the suite under memcheck.
pub(crate) const MEMCHECK: &[&str] = &[
    "gcc",
    "libc6-dev",
    "pkg-config",
    "libpcsclite1",
    "pcscd",
    "vsmartcard-vpcd",
    "valgrind",
];

/// To run programs on the simulator's library, and on pcscd.
pub(crate) const SIM_CLIENTS: &[&str] = &[
    "gcc",
    "libc6-dev",
    "binutils",
    "libpcsclite1",
    "pcscd",
    "vsmartcard-vpcd",
    "opensc",
    "pcsc-tools",
    "python3-pyscard",
];

/// To abuse the simulator's library under valgrind.
pub(crate) const SIM_BOUNDARY: &[&str] = &["gcc", "libc6-dev", "valgrind"];

/// To lint the packages outside the workspace: the fuzzer has a part in C++.
pub(crate) const PACKAGES_OUTSIDE: &[&str] = &["gcc", "g++", "libc6-dev", "rustfmt", "clippy"];

/// Where pcsc-lite's header is without pkg-config saying so.
pub(crate) const PCSC_HEADERS: &[&str] = &[
    "/usr/include/PCSC/winscard.h",
    "/usr/local/include/PCSC/winscard.h",
];

const PACKAGES: &[Package] = &[
    Package {
        name: "gcc",
        signs: &["cc"],
    },
    Package {
        name: "g++",
        signs: &["c++"],
    },
    Package {
        name: "libc6-dev",
        signs: &["/usr/include/stdio.h"],
    },
    Package {
        name: "pkg-config",
        signs: &["pkg-config"],
    },
    Package {
        name: "libpcsclite-dev",
        signs: PCSC_HEADERS,
    },
    Package {
        name: "libpcsclite1",
        signs: &[
            "/usr/lib/libpcsclite.so.1",
            "/usr/lib64/libpcsclite.so.1",
            "/usr/local/lib/libpcsclite.so.1",
        ],
    },
    Package {
        name: "libclang-dev",
        signs: &["/usr/lib/libclang.so", "/usr/lib64/libclang.so", "llvm-config"],
    },
    Package {
        name: "mingw-w64-common",
        signs: &["/usr/share/mingw-w64/include/winscard.h"],
    },
    Package {
        name: "mingw-w64-x86-64-dev",
        signs: &["/usr/x86_64-w64-mingw32/lib/libwinscard.a"],
    },
    Package {
        name: "mingw-w64-i686-dev",
        signs: &["/usr/i686-w64-mingw32/lib/libwinscard.a"],
    },
    Package {
        name: "pcscd",
        signs: &["pcscd"],
    },
    Package {
        name: "vsmartcard-vpcd",
        signs: &[
            "/usr/lib/pcsc/drivers/serial/libifdvpcd.so",
            "/usr/lib64/pcsc/drivers/serial/libifdvpcd.so",
            "/usr/local/lib/pcsc/drivers/serial/libifdvpcd.so",
        ],
    },
    Package {
        name: "valgrind",
        signs: &["valgrind"],
    },
    Package {
        name: "binutils",
        signs: &["readelf"],
    },
    Package {
        name: "opensc",
        signs: &["opensc-tool"],
    },
    Package {
        name: "strace",
        signs: &["strace"],
    },
    Package {
        name: "pcsc-tools",
        signs: &["pcsc_scan"],
    },
    Package {
        name: "python3-pyscard",
        signs: &["/usr/lib/python3/dist-packages/smartcard/__init__.py"],
    },
];

/// Long enough for a slow mirror; apt itself gives up on a held lock or a silent server before.
const UPDATE: Duration = Duration::from_secs(5 * 60);
const INSTALL: Duration = Duration::from_secs(15 * 60);

/// Installs what is missing, on Debian as root or where sudo asks for no password, and what is Rust's where there is
/// rustup; elsewhere says what is missing.
///
/// # Errors
/// apt-get failed; in CI, that something is missing all the same.
pub(crate) fn run(_root: &Path) -> Result<Done, String> {
    rustup::install()?;
    let all: Vec<&str> = PACKAGES.iter().map(|package| package.name).collect();
    let packages = missing(&all)?;
    if !packages.is_empty() {
        if let Some(prefix) = apt_prefix()? {
            println!("   installing {}", packages.join(" "));
            command::run(&mut apt(prefix, &["update"]), UPDATE)?;
            let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
            arguments.extend(&packages);
            command::run(&mut apt(prefix, &arguments), INSTALL)?;
        }
    }
    let left: Vec<&str> = all.into_iter().chain(rustup::names()?).collect();
    let left = missing(&left)?;
    if left.is_empty() {
        return Ok(Done::All);
    }
    left_out(format!("{} to be installed by hand", left.join(", ")))
}

/// Leaves out what cannot be done for want of something that could be installed. In CI nothing is left out so.
///
/// # Errors
/// The same reason, in CI.
pub(crate) fn left_out(reason: String) -> Result<Done, String> {
    let is_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    left_out_where(is_ci, reason)
}

fn left_out_where(is_ci: bool, reason: String) -> Result<Done, String> {
    if is_ci {
        Err(format!("{reason}; CI is to have everything"))
    } else {
        Ok(Done::LeftOut(reason))
    }
}

/// Returns those that are not installed: packages, by Debian's names, and what [`rustup`] knows.
///
/// # Errors
/// dpkg-query is there and cannot be run.
pub(crate) fn missing(packages: &[&'static str]) -> Result<Vec<&'static str>, String> {
    let installed = installed()?;
    Ok(packages
        .iter()
        .copied()
        .filter(|name| {
            if let Some(is_here) = rustup::has(name) {
                return !is_here;
            }
            match &installed {
                Some(installed) => !installed.lines().any(|line| line == *name),
                None => !PACKAGES
                    .iter()
                    .any(|package| package.name == *name && package.signs.iter().any(|sign| exists(sign))),
            }
        })
        .collect())
}

/// Asks Debian which of [`PACKAGES`] it has; `None` on another system.
fn installed() -> Result<Option<String>, String> {
    if !exists("dpkg-query") {
        return Ok(None);
    }
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat", "${db:Status-Status} ${Package}\n"]);
    query.args(PACKAGES.iter().map(|package| package.name));
    // It fails where one is unknown, and lists the others all the same.
    let (_, output) =
        command::with_output(&mut query, MINUTE).map_err(|error| format!("dpkg-query: {error}"))?;
    Ok(Some(
        output
            .lines()
            .filter_map(|line| line.strip_prefix("installed "))
            .collect::<Vec<_>>()
            .join("\n"),
    ))
}

/// Returns what to write before apt-get, or `None` where it may not be used.
fn apt_prefix() -> Result<Option<&'static [&'static str]>, String> {
    if !exists("apt-get") {
        return Ok(None);
    }
    if is_root() {
        return Ok(Some(&[]));
    }
    if !exists("sudo") {
        return Ok(None);
    }
    let (status, _) = command::with_output(Command::new("sudo").args(["-n", "true"]), MINUTE)
        .map_err(|error| format!("sudo: {error}"))?;
    Ok(status.success().then_some(&["sudo", "-n"]))
}

fn apt(prefix: &[&str], arguments: &[&str]) -> Command {
    const OPTIONS: [&str; 7] = [
        "--quiet",
        "-o",
        "DPkg::Lock::Timeout=120",
        "-o",
        "Acquire::Retries=3",
        "-o",
        "Acquire::http::Timeout=30",
    ];
    let mut words = prefix.to_vec();
    words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    words.extend(OPTIONS);
    words.extend(arguments);
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}

/// Whether this process may do what only root may.
pub(crate) fn is_root() -> bool {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::geteuid() == 0 }
}

/// Whether there is this path, or a program of this name.
pub(crate) fn exists(sign: &str) -> bool {
    if sign.starts_with('/') {
        return Path::new(sign).exists();
    }
    program(sign).is_some()
}

/// Returns the path of a program.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        // Not in everybody's path, and daemons live there.
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use crate::rustup;
    use crate::stage::Done;

    use super::{
        ABI, BINDGEN, BINDINGS, COST, DROP_IN, FORMAT, LINK, LINT, MEMCHECK, PACKAGES, PACKAGES_OUTSIDE,
        PCSCD, SIM_BOUNDARY, SIM_CLIENTS, exists, left_out_where,
    };

    #[test]
    fn each_package_that_a_stage_needs_can_be_looked_for() {
        for name in [
            ABI,
            BINDGEN,
            BINDINGS,
            COST,
            DROP_IN,
            FORMAT,
            LINK,
            LINT,
            MEMCHECK,
            PACKAGES_OUTSIDE,
            PCSCD,
            SIM_BOUNDARY,
            SIM_CLIENTS,
        ]
        .concat()
        {
            let is_known = PACKAGES.iter().any(|package| package.name == name) || rustup::has(name).is_some();
            assert!(is_known, "{name}");
        }
    }

    #[test]
    fn nothing_is_left_out_in_ci_for_want_of_a_package() {
        let reason = || "not installed: valgrind".to_owned();
        assert_eq!(left_out_where(false, reason()), Ok(Done::LeftOut(reason())));
        assert!(left_out_where(true, reason()).is_err_and(|error| error.contains("valgrind")));
    }

    #[test]
    fn programs_are_found_by_name_and_files_by_path() {
        assert!(exists("sh") && exists("/"));
        assert!(!exists("no-such-program") && !exists("/no/such/file"));
    }
}
