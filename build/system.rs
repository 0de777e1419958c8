//! Finds the system's PC/SC when the crate is built: its library and its headers.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// Does what the features ask for, or ends the build with what is missing.
pub(crate) fn find() {
    println!("cargo::rerun-if-env-changed=PCSC_LIB_DIR");
    println!("cargo::rerun-if-env-changed=PCSC_LIB_NAME");
    println!("cargo::rerun-if-env-changed=PCSC_INCLUDE_DIR");
    let os = env::var("CARGO_CFG_TARGET_OS").expect("Cargo sets it for build scripts");
    let include = match os.as_str() {
        "windows" | "macos" => {
            #[cfg(feature = "link")]
            println!(
                "cargo::rustc-link-lib={}",
                if os == "macos" {
                    "framework=PCSC"
                } else {
                    "dylib=winscard"
                }
            );
            folder("PCSC_INCLUDE_DIR").into_iter().collect()
        }
        _ => pcsclite(),
    };
    #[cfg(feature = "link")]
    if let Some(path) = include.first() {
        println!("cargo::metadata=include={}", path.display());
    }
    #[cfg(feature = "bindgen")]
    generate(&os, &include);
    #[cfg(not(feature = "bindgen"))]
    let _ = include;
}

/// Reads a variable of the environment; an empty one is as good as none.
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// The folder that a variable names, by a path that holds in the folders of dependents' build scripts too.
fn folder(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(variable(name)?);
    Some(std::path::absolute(&path).unwrap_or(path))
}

/// Whether the crate is built for another machine than this one.
fn cross() -> bool {
    env::var_os("TARGET") != env::var_os("HOST")
}

/// Finds pcsc-lite: where `PCSC_LIB_DIR` and `PCSC_INCLUDE_DIR` say, else by pkg-config. A library that the first names
/// has its headers beside it, where they are installed as pcsc-lite's own installation does.
fn pcsclite() -> Vec<PathBuf> {
    let library = folder("PCSC_LIB_DIR");
    if cfg!(feature = "link") {
        if let Some(directory) = &library {
            let name = variable("PCSC_LIB_NAME").unwrap_or_else(|| "pcsclite".into());
            println!("cargo::rustc-link-search=native={}", directory.display());
            println!("cargo::rustc-link-lib={}", name.to_string_lossy());
        }
    }
    let is_linked = cfg!(feature = "link") && library.is_none();
    let beside = library.filter(|_| cfg!(feature = "link")).and_then(beside);
    match folder("PCSC_INCLUDE_DIR").or(beside) {
        Some(path) => {
            if is_linked {
                probe(is_linked, "1");
            }
            vec![path]
        }
        None if cfg!(feature = "bindgen") => probe(is_linked, CONST),
        None if is_linked => probe(is_linked, "1"),
        // Dependents like to know the headers; the library can do without.
        None => pkg_config::Config::new()
            .cargo_metadata(false)
            .probe("libpcsclite")
            .map_or_else(|_| Vec::new(), |library| library.include_paths),
    }
}

/// The headers that were installed together with the library in this folder.
fn beside(library: PathBuf) -> Option<PathBuf> {
    let headers = library.join("../include/PCSC").canonicalize().ok()?;
    headers.join("winscard.h").exists().then_some(headers)
}

/// The first version whose `pcsc_stringify_error` returns `const char *`, as the list has it.
const CONST: &str = "1.8.21";

/// Asks pkg-config for a version or a newer one; where the library is to be linked, the linker gets its answer.
fn probe(is_linked: bool, version: &str) -> Vec<PathBuf> {
    let mut config = pkg_config::Config::new();
    config.atleast_version(version).cargo_metadata(is_linked);
    match config.probe("libpcsclite") {
        Ok(library) => library.include_paths,
        // pkg-config knows this machine's libraries only, unless it was set up for the target.
        Err(error) if cross() => {
            if is_linked {
                println!("cargo::rustc-link-lib=pcsclite");
            }
            println!(
                "cargo::warning=pkg-config does not know the target's pcsc-lite ({}): set PCSC_LIB_DIR and PCSC_INCLUDE_DIR, or set pkg-config up for it",
                one_line(&error)
            );
            Vec::new()
        }
        Err(error) => {
            println!(
                "cargo::error=pkg-config does not find libpcsclite {version} or newer ({}). Install it (Debian, Ubuntu: apt install pkg-config libpcsclite-dev; Fedora: dnf install pkgconf pcsc-lite-devel; Arch: pacman -S pkgconf pcsclite; FreeBSD: pkg install pkgconf pcsc-lite), or set PCSC_LIB_DIR and PCSC_INCLUDE_DIR, or do without the features `link` and `bindgen`",
                one_line(&error)
            );
            std::process::exit(1);
        }
    }
}

/// Cargo shows one line of what a build script says.
fn one_line(error: &dyn std::fmt::Display) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Makes the bindings from the headers, or takes the committed ones where a target's headers are not here.
#[cfg(feature = "bindgen")]
fn generate(os: &str, include: &[PathBuf]) {
    use crate::bindings::{Platform, platform};
    println!("cargo::rerun-if-changed=wrapper.h");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("Cargo sets it for build scripts"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("Cargo sets it for build scripts"));
    for header in include
        .iter()
        .flat_map(|path| std::fs::read_dir(path).into_iter().flatten().flatten())
    {
        println!("cargo::rerun-if-changed={}", header.path().display());
    }
    let target = match os {
        "windows" => Platform::Windows,
        "macos" => Platform::MacOs,
        _ => Platform::PcscLite,
    };
    // Apple's own headers are no source: there is no reader.h, many names are missing, SCardControl has five arguments.
    let text = if include.is_empty() && (cross() || target == Platform::MacOs) {
        let (committed, name) = match target {
            Platform::PcscLite => (root.join("src/bindings/pcsclite.rs"), "pcsc-lite"),
            Platform::MacOs => (root.join("src/bindings/macos.rs"), "macOS"),
            Platform::Windows => (root.join("src/bindings/windows.rs"), "Windows"),
        };
        println!(
            "cargo::warning=the committed bindings for {name} serve, as there are no headers of pcsc-lite or Windows to generate them from: PCSC_INCLUDE_DIR can name some"
        );
        let text = std::fs::read_to_string(committed).expect("the package contains its bindings");
        // The file's own documentation may not stand where `include!` puts the text.
        text.lines()
            .filter(|line| !line.starts_with("//!"))
            .flat_map(|line| [line, "\n"])
            .collect()
    } else {
        // clang finds Windows' headers by itself.
        let clang: &[&str] = match target {
            Platform::MacOs => &["-D__APPLE__"],
            _ => &[],
        };
        let wrapper = root.join("wrapper.h");
        // bindgen panics where there is no libclang.
        let made = std::panic::catch_unwind(|| {
            platform(target, &wrapper, include, clang, &out, !cross()).map_err(|error| one_line(&error))
        });
        match made.unwrap_or_else(|panic| Err(one_line(&reason(&*panic)))) {
            Ok(text) => text,
            Err(error) => {
                println!(
                    "cargo::error=bindgen could not read the PC/SC headers ({error}). Install libclang and the headers (Debian, Ubuntu: apt install libclang-dev libpcsclite-dev), or set LIBCLANG_PATH and PCSC_INCLUDE_DIR, or do without the feature `bindgen`"
                );
                std::process::exit(1);
            }
        }
    };
    std::fs::write(out.join("platform.rs"), text).expect("Cargo's output folder is writable");
}

/// What a panic says of itself.
#[cfg(feature = "bindgen")]
fn reason(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it panicked".to_owned())
}
