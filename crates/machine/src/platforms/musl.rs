//! Programs with musl in place of glibc.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::files::write;
use crate::platforms::platform::{Compiler, Platform};
use crate::programs::{call, run, target_folder};

/// What it takes beside a compiler with the sources of the standard library.
pub const MUSL: &str = "musl-tools libunwind-14-dev";

/// What Debian's libunwind calls, and musl does not have: glibc's fprintf that checks its format.
const SHIM: &str = "#include <stdarg.h>
#include <stdio.h>
int __fprintf_chk(FILE *file, int level, const char *format, ...)
{
    va_list arguments;
    (void)level;
    va_start(arguments, format);
    int written = vfprintf(file, format, arguments);
    va_end(arguments);
    return written;
}
";

/// The startup objects are musl's own, and these are for programs that stay where they are linked to.
pub const STATIC: &str = "-Crelocation-model=static";

/// Describes programs with musl, by a flag of rustc: [`STATIC`], or that for dynamic ones.
pub fn platform(root: &Path, flag: &str) -> Result<Platform> {
    let unwinding = unwinding(root)?;
    Ok(Platform {
        flags: format!("{flag} -Clink-self-contained=no -Lnative={}", unwinding.display()),
        ..Platform::new("x86_64-unknown-linux-musl", Compiler::WithStdSources, "musl-gcc")
    })
}

/// Makes the library that unwinds, by both names that the standard library asks for. Returns its folder.
fn unwinding(root: &Path) -> Result<PathBuf> {
    let folder = target_folder(root).join("musl");
    let (source, object) = (folder.join("shim.c"), folder.join("shim.o"));
    write(&source, SHIM)?;
    run(call("musl-gcc", "-c -o").args([&object, &source]))?;
    for name in ["libunwind.a", "libgcc_s.a"] {
        let library = folder.join(name);
        fs_err::copy("/usr/lib/llvm-14/lib/libunwind.a", &library)?;
        run(call("ar", "r").args([&library, &object]))?;
    }
    Ok(folder)
}
