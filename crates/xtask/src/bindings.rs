//! `cargo xtask bindings`: the committed files in `src/bindings/`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use fs_err as fs;

use crate::command::{self, MINUTE};
use crate::files::{read, write};
use crate::headers;
use crate::stage::Done;

#[path = "../../../build/bindings.rs"]
mod generate;

use generate::Platform;

/// Where Debian's package puts the headers.
const MINGW: &str = "/usr/share/mingw-w64/include";

/// Writes the files again, or with `check` compares them.
pub(crate) fn bindings(root: &Path, check: bool) -> Result<()> {
    let version = headers::pcsclite_version()?;
    let lite = [headers::pcsclite()?];
    let windows = [PathBuf::from(MINGW), headers::clang()?];
    let wrapper = root.join("wrapper.h");
    let scratch = root.join("target/bindings");
    fs::create_dir_all(&scratch)?;
    let make = |platform, include: &[PathBuf], clang: &[&str], name| {
        // Clang has files of its own there.
        let scratch = scratch.join(name);
        fs::create_dir_all(&scratch)?;
        Ok::<_, anyhow::Error>(generate::platform(
            platform, &wrapper, include, clang, &scratch, false,
        )?)
    };
    // Windows' headers are the largest: they are read beside the others.
    let files = thread::scope(|scope| {
        let clang = &["--target=x86_64-pc-windows-gnu", "-D_WIN32_WINNT=0x0A00", "-w"];
        let windows = scope.spawn(|| make(Platform::Windows, &windows, clang, "windows"));
        Ok::<_, anyhow::Error>([
            (
                "pcsclite.rs",
                format!("pcsc-lite's types and constants, from the headers of pcsc-lite {version}. `cargo xtask bindings` writes this file."),
                make(Platform::PcscLite, &lite, &[], "pcsclite")?,
            ),
            (
                "macos.rs",
                format!("macOS' types and constants, from the `__APPLE__` branches of pcsc-lite {version}'s headers, with the framework's own\n//! SCARD_IO_REQUEST; `layout.rs` holds it by assertions. `cargo xtask bindings` writes this file."),
                make(Platform::MacOs, &lite, &["-D__APPLE__"], "macos")?,
            ),
            (
                "part10.rs",
                format!("Part 10 of PC/SC, from `reader.h` of pcsc-lite {version}: the same on every platform.\n//! `cargo xtask bindings` writes this file."),
                part10(&wrapper, &lite, &scratch)?,
            ),
            (
                "windows.rs",
                "Windows' types and constants, from mingw-w64's headers and what `wrapper.h` adds to them;\n//! `layout.rs` holds it by assertions. `cargo xtask bindings` writes this file.".to_owned(),
                windows.join().map_err(|_| anyhow!("bindgen panicked"))??,
            ),
        ])
    })?;
    for (name, about, text) in files {
        let path = root.join("src/bindings").join(name);
        let text = rustfmt(&scratch.join(name), &format!("//! {about}\n\n{text}"))?;
        if !check {
            fs::write(&path, text)?;
        } else if fs::read_to_string(&path).unwrap_or_default() != text {
            bail!("{path:?} is not what the headers give: run cargo xtask bindings");
        }
    }
    Ok(())
}

/// Part 10 of PC/SC from pcsc-lite's `reader.h`.
fn part10(wrapper: &Path, include: &[PathBuf], scratch: &Path) -> Result<String, bindgen::BindgenError> {
    let builder = generate::with_macros(generate::builder(wrapper, include, &[]), scratch)
        .allowlist_item(generate::PART10)
        .blocklist_item("HOST_TO_CCID_.*|CM_IOCTL_.*")
        .with_codegen_config(bindgen::CodegenConfig::TYPES | bindgen::CodegenConfig::VARS);
    Ok(builder.generate()?.to_string())
}

/// Runs a check that compares the committed bindings, where this machine has the headers that they were made from.
pub(crate) fn with_their_headers(root: &Path, check: fn(&Path) -> Result<()>) -> Result<Done> {
    let committed = committed_version(root)?;
    let installed = headers::pcsclite_version()?;
    if committed != installed {
        return Ok(Done::LeftOut(format!(
            "the bindings are those of pcsc-lite {committed}, the headers here are of {installed}: not compared"
        )));
    }
    check(root).map(|()| Done::All)
}

/// The version of the headers that the committed files were made from.
fn committed_version(root: &Path) -> Result<String> {
    let path = root.join("src/bindings/pcsclite.rs");
    let text = fs::read_to_string(&path)?;
    let version = text.split("headers of pcsc-lite ").nth(1);
    version
        .and_then(|text| text.split(". ").next())
        .map(str::to_owned)
        .with_context(|| format!("{} does not say what it was made from", path.display()))
}

/// Formats a file as `cargo fmt` would, with the settings of the workspace above it.
fn rustfmt(file: &Path, text: &str) -> Result<String> {
    write(file, text)?;
    let mut rustfmt = Command::new("rustfmt");
    command::run(rustfmt.args(["--edition", "2024"]).arg(file), MINUTE)?;
    Ok(read(file)?)
}
