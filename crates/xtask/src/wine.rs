//! Windows, by Wine: a prefix of its own, and how the tests run there.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::cache;
use crate::cargo::target_folder;
use crate::command::{self, Words};
use crate::debian::foreign;
use crate::files::{copy, write};
use crate::platform::{Platform, Std, WHOLE};
use crate::stage::Done;
use crate::toolchains;

/// Beginning a prefix takes seconds.
const DEADLINE: Duration = Duration::from_secs(120);

/// Wine for one kind of processor, with its prefix. At its end nothing of it runs any more.
pub(crate) struct Wine {
    platform: Platform,
    /// The folder with Wine's programs.
    programs: PathBuf,
    prefix: PathBuf,
    variables: Vec<(&'static str, PathBuf)>,
}

impl Wine {
    /// Returns the installed Wine.
    pub(crate) fn of_64_bits(root: &Path) -> Result<Wine> {
        Wine {
            platform: Platform::new(
                "x86_64-pc-windows-gnu",
                Std::FromSources,
                "x86_64-w64-mingw32-gcc-posix",
            ),
            programs: "/usr/lib/wine".into(),
            prefix: PathBuf::new(),
            variables: Vec::new(),
        }
        .begun(root, "wine64", &[])
    }

    /// Returns Debian's Wine for 32 bits, which is unpacked and not installed: it is a package for another processor.
    pub(crate) fn of_32_bits(root: &Path) -> Result<Wine> {
        let unpacked = cache::filled("wine-32", unpack_32_bits)?;
        let mut platform = Platform::new(
            "i686-pc-windows-gnu",
            Std::FromSources,
            "i686-w64-mingw32-gcc-posix",
        );
        platform.flags = format!("-Lnative={}", startup_objects(root)?.display());
        let wine = Wine {
            platform,
            programs: unpacked.join("usr/lib/wine"),
            prefix: PathBuf::new(),
            variables: vec![
                ("WINEARCH", "win32".into()),
                ("WINEDLLPATH", unpacked.join("usr/lib/i386-linux-gnu/wine")),
            ],
        };
        // The calling convention appends the arguments' size to a name, but not in Windows' libraries.
        wine.begun(root, "wine", &["-Wl,--kill-at"])
    }

    /// Begins the prefix, with the library that Wine lacks.
    fn begun(mut self, root: &Path, program: &str, flags: &[&str]) -> Result<Wine> {
        let folder = target_folder(root).join("wine");
        fs_err::create_dir_all(&folder)?;
        let prefix = folder.join(self.platform.target);
        self.variables.push(("WINEPREFIX", prefix.clone()));
        self.variables.push(("WINEDEBUG", "-all".into()));
        self.prefix.clone_from(&prefix);
        let program = self.programs.join(program);
        // The compiler's libraries are not Wine's.
        self.platform.runner = format!("env --unset=LD_LIBRARY_PATH {}", program.display());
        let mut boot = Command::new(program);
        boot.args(["wineboot", "--init"])
            .envs(self.variables.iter().cloned());
        command::run(&mut boot, DEADLINE)?;
        let source = folder.join("bcryptprimitives.c");
        write(&source, include_str!("wine/bcryptprimitives.c"))?;
        let mut compile = self.compiler();
        compile.args(["-shared", "-O2", "-o"]);
        compile.arg(self.system32().join("bcryptprimitives.dll"));
        compile.arg(&source).arg("-ladvapi32").args(flags);
        command::run(&mut compile, DEADLINE)?;
        Ok(self)
    }

    /// Makes a call of the C compiler.
    pub(crate) fn compiler(&self) -> Command {
        Command::new(&self.platform.linker)
    }

    /// Returns the folder of the system's libraries.
    pub(crate) fn system32(&self) -> PathBuf {
        self.prefix.join("drive_c/windows/system32")
    }

    /// Returns the folder of what Cargo has built for Windows.
    pub(crate) fn built(&self, root: &Path) -> PathBuf {
        self.platform
            .target_folder(root)
            .join(self.platform.target)
            .join("debug")
    }

    /// Makes a call of Cargo that builds for Windows and runs there.
    pub(crate) fn cargo(&self, root: &Path) -> Result<Command> {
        let mut cargo = self.platform.cargo(root)?;
        cargo.envs(self.variables.iter().cloned());
        Ok(cargo)
    }

    /// Runs all tests that need no service.
    pub(crate) fn test(&self, root: &Path) -> Result<Done> {
        // Tests run the examples' programs, and Wine cannot call Cargo for them.
        let mut examples = self.cargo(root)?;
        examples.words("build --locked --package pcsc-session --features stream --examples");
        command::run(&mut examples, Duration::from_secs(15 * 60))?;
        Platform::run_tests(self.cargo(root)?, WHOLE)
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        let mut end = Command::new(self.programs.join("wineserver"));
        end.arg("--kill").envs(self.variables.iter().cloned());
        // Where none runs it fails.
        let _ = command::status_and_output(&mut end, DEADLINE);
    }
}

/// Unpacks Wine, and what it needs beside itself.
fn unpack_32_bits(folder: &Path) -> Result<()> {
    foreign::unpack(&["wine32:i386".to_owned(), "libwine:i386".to_owned()], folder)?;
    // Debian's looks for the installed server.
    let server = folder.join("usr/lib/wine/wineserver");
    copy(&server.with_file_name("wineserver32"), &server)?;
    // Debian's is a link to the installed library. Without it no window can be made, and no program runs.
    let library = folder.join("usr/lib/i386-linux-gnu/wine/i386-windows/zlib1.dll");
    let _ = fs_err::remove_file(&library);
    copy(Path::new("/usr/i686-w64-mingw32/lib/zlib1.dll"), &library)
}

/// Compiles the objects that stand at a program's beginning and end, from the standard library's sources: where that is
/// compiled nobody else makes them. Returns their folder.
fn startup_objects(root: &Path) -> Result<PathBuf> {
    let folder = target_folder(root).join("wine/startup");
    fs_err::create_dir_all(&folder)?;
    let toolchain = toolchains::with_std_sources()?;
    let mut sysroot = toolchain.rustc();
    let sysroot = command::stdout(sysroot.args(["--print", "sysroot"]), DEADLINE)?;
    let sources = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/rtstartup");
    for name in ["rsbegin", "rsend"] {
        let mut rustc = toolchain.rustc();
        rustc.args(["--target", "i686-pc-windows-gnu", "--emit=obj", "-o"]);
        rustc.args([
            folder.join(format!("{name}.o")),
            sources.join(format!("{name}.rs")),
        ]);
        command::run(&mut rustc, DEADLINE)?;
    }
    Ok(folder)
}
