//! Windows, by Wine: a prefix of its own, and how the tests run there.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Result;

use crate::downloads::cache;
use crate::downloads::packages::unpack_foreign;
use crate::downloads::toolchains;
use crate::files::{copy, write};
use crate::platforms::platform::{Platform, Std};
use crate::programs::cargo::target_folder;
use crate::programs::command::{self, Words};

/// Beginning a prefix takes seconds.
const DEADLINE: Duration = Duration::from_secs(120);

/// Wine for one kind of processor, with its prefix. At its end nothing of it runs any more.
pub(crate) struct Wine {
    platform: Platform,
    /// The folder with Wine's programs.
    programs: PathBuf,
    prefix: PathBuf,
    variables: Vec<(&'static str, PathBuf)>,
    /// What all its programs talk to. Debian's ends with the last program, and a program that begins just then fails: so
    /// this one stays.
    server: Option<Child>,
}

impl Wine {
    /// Returns the installed Wine.
    pub(crate) fn of_64_bits(root: &Path) -> Result<Wine> {
        let platform = Platform::new(
            "x86_64-pc-windows-gnu",
            Std::FromSources,
            "x86_64-w64-mingw32-gcc-posix",
        );
        Wine::new(root, platform, "/usr/lib/wine".into()).begun("wine64", &[])
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
        let mut wine = Wine::new(root, platform, unpacked.join("usr/lib/wine"));
        wine.variables.extend([
            ("WINEARCH", "win32".into()),
            ("WINEDLLPATH", unpacked.join("usr/lib/i386-linux-gnu/wine")),
        ]);
        // Among Wine's own there is only a link to it, which leads nowhere here. Without it no window can be made, and no
        // program runs.
        let library = "/usr/i686-w64-mingw32/lib/zlib1.dll";
        fs_err::create_dir_all(wine.system32())?;
        copy(Path::new(library), &wine.system32().join("zlib1.dll"))?;
        // The calling convention appends the arguments' size to a name, but not in Windows' libraries.
        wine.begun("wine", &["-Wl,--kill-at"])
    }

    fn new(root: &Path, platform: Platform, programs: PathBuf) -> Wine {
        let prefix = target_folder(root).join("wine").join(&platform.target);
        Wine {
            platform,
            programs,
            variables: vec![("WINEPREFIX", prefix.clone()), ("WINEDEBUG", "-all".into())],
            prefix,
            server: None,
        }
    }

    /// Begins the prefix, with the library that Wine lacks.
    fn begun(mut self, program: &str, flags: &[&str]) -> Result<Wine> {
        fs_err::create_dir_all(&self.prefix)?;
        self.server = Some(self.serve()?);
        let program = self.programs.join(program);
        // The compiler's libraries are not Wine's.
        self.platform.runner = format!("env --unset=LD_LIBRARY_PATH {}", program.display());
        let mut boot = Command::new(program);
        boot.args(["wineboot", "--init"])
            .envs(self.variables.iter().cloned());
        command::run(&mut boot, DEADLINE)?;
        let source = self.prefix.join("bcryptprimitives.c");
        write(&source, include_str!("wine/bcryptprimitives.c"))?;
        let mut compile = self.compiler();
        compile.args(["-shared", "-O2", "-o"]);
        compile.arg(self.system32().join("bcryptprimitives.dll"));
        compile.arg(&source).arg("-ladvapi32").args(flags);
        command::run(&mut compile, DEADLINE)?;
        Ok(self)
    }

    /// Starts the server, which ends with this program at the latest.
    fn serve(&self) -> Result<Child> {
        let mut server = Command::new("setpriv");
        server.words("--pdeathsig KILL");
        server.arg(self.programs.join("wineserver"));
        server.words("--foreground --persistent");
        server.envs(self.variables.iter().cloned());
        Ok(server.stdin(Stdio::null()).spawn()?)
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
    pub(crate) fn built(&self, root: &Path) -> Result<PathBuf> {
        self.platform.built(root)
    }

    /// Makes a call of Cargo that builds for Windows and runs there.
    pub(crate) fn cargo(&self, root: &Path) -> Result<Command> {
        let mut cargo = self.platform.cargo(root)?;
        cargo.envs(self.variables.iter().cloned());
        Ok(cargo)
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        let mut end = Command::new(self.programs.join("wineserver"));
        end.arg("--kill").envs(self.variables.iter().cloned());
        // Where none runs it fails.
        let _ = command::status_and_output(&mut end, DEADLINE);
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// Unpacks Wine, and what it needs beside itself.
fn unpack_32_bits(folder: &Path) -> Result<()> {
    unpack_foreign(&["wine32:i386".to_owned(), "libwine:i386".to_owned()], folder)?;
    // Debian's looks for the installed server.
    let server = folder.join("usr/lib/wine/wineserver");
    copy(&server.with_file_name("wineserver32"), &server)
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
