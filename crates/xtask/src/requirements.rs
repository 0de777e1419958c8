//! What the stages need from the system, and whether it is here.

use crate::debian;
use crate::headers;
use crate::rustup;
use crate::search_path::exists;

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
        name: "git",
        signs: &["git"],
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
        signs: headers::INSTALLED_HEADERS,
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
        name: "gcc-mingw-w64-x86-64-posix",
        signs: &["x86_64-w64-mingw32-gcc-posix"],
    },
    Package {
        name: "gcc-mingw-w64-i686-posix",
        signs: &["i686-w64-mingw32-gcc-posix"],
    },
    Package {
        name: "libz-mingw-w64",
        signs: &["/usr/i686-w64-mingw32/lib/zlib1.dll"],
    },
    Package {
        name: "wine64",
        signs: &["/usr/lib/wine/wine64"],
    },
    Package {
        name: "musl-tools",
        signs: &["musl-gcc"],
    },
    Package {
        name: "libunwind-14-dev",
        signs: &["/usr/lib/llvm-14/lib/libunwind.a"],
    },
    Package {
        name: "gcc-i686-linux-gnu",
        signs: &["i686-linux-gnu-gcc"],
    },
    Package {
        name: "libc6-dev-i386-cross",
        signs: &[
            "/usr/i686-linux-gnu/include/stdio.h",
            "/usr/i686-linux-gnu/sys-root/usr/include/stdio.h",
        ],
    },
    Package {
        name: "lib32gcc-s1",
        signs: &["/usr/lib32/libgcc_s.so.1", "/usr/lib/libgcc_s.so.1"],
    },
    Package {
        name: "gcc-aarch64-linux-gnu",
        signs: &["aarch64-linux-gnu-gcc"],
    },
    Package {
        name: "libc6-dev-arm64-cross",
        signs: &["/usr/aarch64-linux-gnu/include/stdio.h"],
    },
    Package {
        name: "gcc-s390x-linux-gnu",
        signs: &["s390x-linux-gnu-gcc"],
    },
    Package {
        name: "libc6-dev-s390x-cross",
        signs: &["/usr/s390x-linux-gnu/include/stdio.h"],
    },
    Package {
        name: "qemu-user",
        signs: &["qemu-aarch64"],
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
        name: "scdaemon",
        signs: &["/usr/lib/gnupg/scdaemon", "/usr/libexec/scdaemon"],
    },
    Package {
        name: "default-jdk-headless",
        signs: &["/usr/lib/jvm/default-java/bin/java"],
    },
    Package {
        name: "python3-pyscard",
        signs: &["/usr/lib/python3/dist-packages/smartcard/__init__.py"],
    },
];

/// Returns the names of all packages that some stage needs.
pub(crate) fn packages() -> Vec<&'static str> {
    PACKAGES.iter().map(|package| package.name).collect()
}

/// Returns those that are not installed: packages, by Debian's names, and what [`rustup`] knows.
///
/// # Errors
/// dpkg-query is there and cannot be run.
pub(crate) fn missing(names: &[&'static str]) -> Result<Vec<&'static str>, String> {
    let installed = debian::installed(&packages())?;
    Ok(names
        .iter()
        .copied()
        .filter(|name| {
            if let Some(is_here) = rustup::has(name) {
                return !is_here;
            }
            match &installed {
                Some(installed) => !installed.iter().any(|installed| installed == name),
                None => !PACKAGES
                    .iter()
                    .any(|package| package.name == *name && package.signs.iter().any(|sign| exists(sign))),
            }
        })
        .collect())
}

/// Whether a name is one that [`missing`] can look for.
#[cfg(test)]
pub(crate) fn is_known(name: &str) -> bool {
    packages().contains(&name) || rustup::is_known(name)
}
