//! What the stages need from the system, and whether it is here.

use anyhow::{Context, Result};

use crate::installed::debian;
use crate::installed::rustup;
use crate::left_out::not_installed;
use crate::programs::exists;

/// To compile and link C.
pub const C: &str = "gcc libc6-dev";

/// To build in link mode.
pub const LINK: &str = "gcc libc6-dev pkg-config libpcsclite-dev";

/// To read the headers when the crate is built.
pub const BINDGEN: &str = "gcc libc6-dev pkg-config libpcsclite-dev libclang-dev";

/// To run a private pcscd.
pub const DAEMON: &str = "libpcsclite1 pcscd vsmartcard-vpcd";

/// Debian's packages, each with what other systems are searched for: programs, or paths of which one must be there.
const PACKAGES: &str = "\
gcc cc
git git
libc6-dev /usr/include/stdio.h
pkg-config pkg-config
libpcsclite-dev /usr/include/PCSC/winscard.h /usr/local/include/PCSC/winscard.h
libpcsclite1 /usr/lib/libpcsclite.so.1 /usr/lib64/libpcsclite.so.1 /usr/local/lib/libpcsclite.so.1
libclang-dev /usr/lib/libclang.so /usr/lib64/libclang.so llvm-config
mingw-w64-common /usr/share/mingw-w64/include/winscard.h
mingw-w64-x86-64-dev /usr/x86_64-w64-mingw32/lib/libwinscard.a
mingw-w64-i686-dev /usr/i686-w64-mingw32/lib/libwinscard.a
gcc-mingw-w64-x86-64-posix x86_64-w64-mingw32-gcc-posix
gcc-mingw-w64-i686-posix i686-w64-mingw32-gcc-posix
libz-mingw-w64 /usr/i686-w64-mingw32/lib/zlib1.dll
wine64 /usr/lib/wine/wine64
musl-tools musl-gcc
python3-venv python3
libunwind-14-dev /usr/lib/llvm-14/lib/libunwind.a
gcc-i686-linux-gnu i686-linux-gnu-gcc
libc6-dev-i386-cross /usr/i686-linux-gnu/include/stdio.h /usr/i686-linux-gnu/sys-root/usr/include/stdio.h
lib32gcc-s1 /usr/lib32/libgcc_s.so.1 /usr/lib/libgcc_s.so.1
gcc-aarch64-linux-gnu aarch64-linux-gnu-gcc
libc6-dev-arm64-cross /usr/aarch64-linux-gnu/include/stdio.h
gcc-s390x-linux-gnu s390x-linux-gnu-gcc
libc6-dev-s390x-cross /usr/s390x-linux-gnu/include/stdio.h
qemu-user qemu-aarch64
pcscd pcscd
vsmartcard-vpcd /usr/lib/pcsc/drivers/serial/libifdvpcd.so /usr/lib64/pcsc/drivers/serial/libifdvpcd.so /usr/local/lib/pcsc/drivers/serial/libifdvpcd.so
valgrind valgrind
binutils readelf
opensc opensc-tool
strace strace
tshark tshark
pcsc-tools pcsc_scan
scdaemon /usr/lib/gnupg/scdaemon /usr/libexec/scdaemon
default-jdk-headless /usr/lib/jvm/default-java/bin/java
python3-pyscard /usr/lib/python3/dist-packages/smartcard/__init__.py
";

/// Returns the names of all packages that some stage needs.
pub fn packages() -> Vec<&'static str> {
    PACKAGES.lines().map(name).collect()
}

/// Tells whether all of this is installed: packages, by Debian's names, and the [`parts`](super::parts) of Rust; in each text several,
/// apart by blanks. Where something is missing, what cannot be done without it is left out.
pub fn are_here(needs: &[&'static str], what: &str) -> Result<bool> {
    let missing: Vec<_> = missing(needs)?.into_iter().map(rustup::with_remedy).collect();
    if missing.is_empty() {
        return Ok(true);
    }
    not_installed(format!("{what} (not installed: {})", missing.join(", ")))?;
    Ok(false)
}

/// Returns what of this is not installed.
pub fn missing(needs: &[&'static str]) -> Result<Vec<&'static str>> {
    let installed = debian::installed(&packages())?;
    let mut missing = Vec::new();
    for need in needs.iter().flat_map(|needs| needs.split_whitespace()) {
        let is_here = match rustup::has(need) {
            Some(is_here) => is_here,
            None => {
                let mut signs = signs(need)?;
                match &installed {
                    Some(installed) => installed.iter().any(|installed| installed == need),
                    None => signs.any(exists),
                }
            }
        };
        if !is_here {
            missing.push(need);
        }
    }
    Ok(missing)
}

/// Returns what other systems than Debian are searched for in the place of a package.
fn signs(package: &str) -> Result<impl Iterator<Item = &'static str>> {
    let line = PACKAGES.lines().find(|line| name(line) == package);
    let line = line.with_context(|| format!("there is no package {package} in the list of requirements"))?;
    Ok(line.split(' ').skip(1))
}

fn name(line: &'static str) -> &'static str {
    line.split(' ').next().unwrap_or(line)
}
