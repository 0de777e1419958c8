//! Windows, by Wine: a prefix of its own, and how the tests run there.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Result;
use fs_err as fs;

use crate::downloads::apt::unpack_foreign;
use crate::downloads::cache;
use crate::downloads::toolchains;
use crate::files::write;
use crate::platforms::platform::{Compiler, Platform};
use crate::programs::{Words, call, run, run_within, stdout, target_folder};

/// Long enough for a prefix to begin, or to end: that takes seconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// Wine for one kind of processor, with its prefix. At its end nothing of it runs any more.
#[derive(Debug)]
pub struct Wine {
    /// How programs are built for it, and run.
    pub platform: Platform,
    /// The folder with Wine's programs.
    programs: PathBuf,
    prefix: PathBuf,
    /// What all its programs talk to. Debian's ends with the last program, and a program that begins just then fails: so
    /// this one stays.
    server: Option<Child>,
}

impl Wine {
    /// Returns the installed Wine.
    pub fn of_64_bits(root: &Path) -> Result<Wine> {
        let mut wine = Wine::new(root, "x86_64", "/usr/lib/wine".into());
        wine.begin("wine64", "")?;
        Ok(wine)
    }

    /// Returns Debian's Wine for 32 bits, which is unpacked and not installed: it is a package for another processor.
    pub fn of_32_bits(root: &Path) -> Result<Wine> {
        let unpacked = cache::filled("wine-32", unpack_32_bits)?;
        let mut wine = Wine::new(root, "i686", unpacked.join("usr/lib/wine"));
        wine.platform.flags = format!("-Lnative={}", startup_objects(root)?.display());
        let libraries = unpacked.join("usr/lib/i386-linux-gnu/wine");
        let variables = [("WINEARCH", "win32".into()), ("WINEDLLPATH", libraries.into())];
        wine.platform.variables.extend(variables);
        // Among Wine's own there is only a link to it, which leads nowhere here. Without it no window can be made, and no
        // program runs.
        fs::create_dir_all(wine.system32())?;
        fs::copy(
            "/usr/i686-w64-mingw32/lib/zlib1.dll",
            wine.system32().join("zlib1.dll"),
        )?;
        // The calling convention appends the arguments' size to a name, but not in Windows' libraries.
        wine.begin("wine", "-Wl,--kill-at")?;
        Ok(wine)
    }

    fn new(root: &Path, processor: &str, programs: PathBuf) -> Wine {
        let target = format!("{processor}-pc-windows-gnu");
        let linker = format!("{processor}-w64-mingw32-gcc-posix");
        let prefix = target_folder(root).join("wine").join(&target);
        let mut platform = Platform::new(&target, Compiler::WithStdSources, &linker);
        platform.variables = vec![
            ("WINEPREFIX", prefix.clone().into()),
            ("WINEDEBUG", "-all".into()),
        ];
        Wine {
            platform,
            programs,
            prefix,
            server: None,
        }
    }

    /// Begins the prefix, with the library that Wine lacks.
    fn begin(&mut self, program: &str, flags: &str) -> Result<()> {
        fs::create_dir_all(&self.prefix)?;
        // It ends with this program at the latest.
        let mut server = call("setpriv", "--pdeathsig KILL");
        server
            .arg(self.programs.join("wineserver"))
            .words("--foreground --persistent");
        server.envs(self.platform.variables.iter().cloned());
        self.server = Some(server.stdin(Stdio::null()).spawn()?);
        let program = self.programs.join(program);
        // The compiler's libraries are not Wine's.
        self.platform.runner = format!("env --unset=LD_LIBRARY_PATH {}", program.display());
        let mut boot = Command::new(program);
        boot.words("wineboot --init");
        run_within(boot.envs(self.platform.variables.iter().cloned()), PATIENCE)?;
        let source = self.prefix.join("bcryptprimitives.c");
        write(&source, include_str!("wine/bcryptprimitives.c"))?;
        let mut compile = call(&self.platform.linker, "-shared -O2 -o");
        compile.arg(self.system32().join("bcryptprimitives.dll"));
        run(compile.arg(&source).arg("-ladvapi32").words(flags)).map(drop)
    }

    /// Returns the folder of the system's libraries.
    pub fn system32(&self) -> PathBuf {
        self.prefix.join("drive_c/windows/system32")
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        let mut end = Command::new(self.programs.join("wineserver"));
        end.arg("--kill").envs(self.platform.variables.iter().cloned());
        // Where none runs it fails.
        let _ = run_within(&mut end, PATIENCE);
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// Unpacks Wine, and what it needs beside itself.
fn unpack_32_bits(folder: &Path) -> Result<()> {
    unpack_foreign(&["wine32:i386", "libwine:i386"].map(str::to_owned), folder)?;
    // Debian's looks for the installed server.
    let programs = folder.join("usr/lib/wine");
    fs::copy(programs.join("wineserver32"), programs.join("wineserver"))?;
    Ok(())
}

/// Compiles the objects that stand at a program's beginning and end, from the standard library's sources: where that is
/// compiled nobody else makes them. Returns their folder.
fn startup_objects(root: &Path) -> Result<PathBuf> {
    let folder = target_folder(root).join("wine/startup");
    fs::create_dir_all(&folder)?;
    let toolchain = toolchains::with_std_sources()?;
    let sysroot = stdout(toolchain.rustc()?.words("--print sysroot"))?;
    let sources = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/rtstartup");
    for name in ["rsbegin", "rsend"] {
        let mut rustc = toolchain.rustc()?;
        rustc.words("--target i686-pc-windows-gnu --emit=obj -o");
        let (object, source) = (format!("{name}.o"), format!("{name}.rs"));
        run(rustc.args([folder.join(object), sources.join(source)]))?;
    }
    Ok(folder)
}
