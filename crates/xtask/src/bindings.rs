//! `cargo xtask bindings`: the committed files in `src/bindings/`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use crate::command::{self, MINUTE};
use crate::package::{read, write};
use crate::setup::PCSC_HEADERS;

#[path = "../../../build/bindings.rs"]
mod generate;

use generate::Platform;

/// Where Debian's package puts the headers.
const MINGW: &str = "/usr/share/mingw-w64/include";

/// Writes the files again, or with `check` compares them.
///
/// # Errors
/// A header that is missing, a file that cannot be written, or one that differs.
pub(crate) fn bindings(root: &Path, check: bool) -> Result<(), String> {
    let version = pcsclite_version()?;
    let lite = [pcsclite_headers()?];
    let windows = [PathBuf::from(MINGW), clang_headers()?];
    let wrapper = root.join("wrapper.h");
    let scratch = root.join("target/bindings");
    fs::create_dir_all(&scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
    let make = |platform, include: &[PathBuf], clang: &[&str]| {
        generate::platform(platform, &wrapper, include, clang, &scratch, false)
            .map_err(|error| error.to_string())
    };
    let files = [
        (
            "pcsclite.rs",
            format!("pcsc-lite's types and constants, from the headers of pcsc-lite {version}. `cargo xtask bindings` writes this file."),
            make(Platform::PcscLite, &lite, &[])?,
        ),
        (
            "macos.rs",
            format!("macOS' types and constants, from the `__APPLE__` branches of pcsc-lite {version}'s headers, with the framework's own\n//! SCARD_IO_REQUEST; `layout.rs` holds it by assertions. `cargo xtask bindings` writes this file."),
            make(Platform::MacOs, &lite, &["-D__APPLE__"])?,
        ),
        (
            "windows.rs",
            "Windows' types and constants, from mingw-w64's headers and what `wrapper.h` adds to them;\n//! `layout.rs` holds it by assertions. `cargo xtask bindings` writes this file.".to_owned(),
            make(Platform::Windows, &windows, &["--target=x86_64-pc-windows-gnu", "-D_WIN32_WINNT=0x0A00", "-w"])?,
        ),
        (
            "part10.rs",
            format!("Part 10 of PC/SC, from `reader.h` of pcsc-lite {version}: the same on every platform.\n//! `cargo xtask bindings` writes this file."),
            part10(&wrapper, &lite, &scratch).map_err(|error| error.to_string())?,
        ),
    ];
    for (name, about, text) in files {
        let path = root.join("src/bindings").join(name);
        let text = rustfmt(&scratch.join(name), &format!("//! {about}\n\n{text}"))?;
        if !check {
            fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        } else if fs::read_to_string(&path).unwrap_or_default() != text {
            return Err(format!(
                "{} is not what the headers give: run cargo xtask bindings",
                path.display()
            ));
        }
    }
    Ok(())
}

/// Returns pcsc-lite's types and constants, as the headers here give them.
///
/// # Errors
/// There are none, or bindgen cannot read them.
pub(crate) fn generated(root: &Path) -> Result<String, String> {
    let scratch = root.join("target/bindings");
    fs::create_dir_all(&scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
    let (wrapper, headers) = (root.join("wrapper.h"), [pcsclite_headers()?]);
    generate::platform(Platform::PcscLite, &wrapper, &headers, &[], &scratch, false)
        .map_err(|error| error.to_string())
}

/// Part 10 of PC/SC from pcsc-lite's `reader.h`.
fn part10(wrapper: &Path, include: &[PathBuf], scratch: &Path) -> Result<String, bindgen::BindgenError> {
    let builder = generate::with_macros(generate::builder(wrapper, include, &[]), scratch)
        .allowlist_item(generate::PART10)
        .blocklist_item("HOST_TO_CCID_.*|CM_IOCTL_.*")
        .with_codegen_config(bindgen::CodegenConfig::TYPES | bindgen::CodegenConfig::VARS);
    Ok(builder.generate()?.to_string())
}

/// The version of the headers that the committed files were made from.
pub(crate) fn committed_version(root: &Path) -> Result<String, String> {
    let path = root.join("src/bindings/pcsclite.rs");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let version = text.split("headers of pcsc-lite ").nth(1);
    version
        .and_then(|text| text.split(". ").next())
        .map(str::to_owned)
        .ok_or_else(|| format!("{} does not say what it was made from", path.display()))
}

/// The folder of pcsc-lite's headers: where pkg-config says, else one of the usual two.
///
/// # Errors
/// They are in none of them.
pub(crate) fn pcsclite_headers() -> Result<PathBuf, String> {
    let mut pkg_config = Command::new("pkg-config");
    // Where it fails, the usual places are left.
    let said =
        command::stdout(pkg_config.args(["--cflags-only-I", "libpcsclite"]), MINUTE).unwrap_or_default();
    let folders = said.split_whitespace().filter_map(|word| word.strip_prefix("-I"));
    folders
        .map(Path::new)
        .chain(
            PCSC_HEADERS
                .iter()
                .filter_map(|header| Path::new(header).parent()),
        )
        .map(Path::to_owned)
        .find(|folder| folder.join("winscard.h").exists())
        .ok_or_else(|| "pcsc-lite's headers are not here: install libpcsclite-dev".to_owned())
}

/// The version of the installed headers.
pub(crate) fn pcsclite_version() -> Result<String, String> {
    let path = pcsclite_headers()?.join("pcsclite.h");
    let text = fs::read_to_string(&path)
        .map_err(|error| format!("{}: {error}; install libpcsclite-dev", path.display()))?;
    let line = text.lines().find(|line| line.contains("PCSCLITE_VERSION_NUMBER"));
    line.and_then(|line| line.split('"').nth(1))
        .map(str::to_owned)
        .ok_or_else(|| format!("{} does not give its version", path.display()))
}

/// The headers that belong to libclang itself, which mingw-w64's include.
fn clang_headers() -> Result<PathBuf, String> {
    let children = |path: PathBuf| -> io::Result<Vec<PathBuf>> {
        fs::read_dir(path)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect()
    };
    let mut found = Vec::new();
    for llvm in children("/usr/lib".into()).unwrap_or_default() {
        for version in children(llvm.join("lib/clang")).unwrap_or_default() {
            let include = version.join("include");
            if include.join("x86intrin.h").exists() {
                found.push(include);
            }
        }
    }
    found.sort();
    found
        .pop()
        .ok_or_else(|| "no clang headers below /usr/lib: install libclang-dev".to_owned())
}

/// Formats a file as `cargo fmt` would, with the settings of the workspace above it.
fn rustfmt(file: &Path, text: &str) -> Result<String, String> {
    write(file, text)?;
    let mut rustfmt = Command::new("rustfmt");
    command::run(rustfmt.args(["--edition", "2024"]).arg(file), MINUTE)?;
    read(file)
}
