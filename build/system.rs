//! Finds the system's PC/SC when the crate is built: its library and its headers.

use std::env;
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
            include_dir().into_iter().collect()
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

fn include_dir() -> Option<PathBuf> {
    env::var_os("PCSC_INCLUDE_DIR").map(PathBuf::from)
}

/// Whether the crate is built for another machine than this one.
fn cross() -> bool {
    env::var_os("TARGET") != env::var_os("HOST")
}

/// Finds pcsc-lite: where `PCSC_LIB_DIR` and `PCSC_INCLUDE_DIR` say, else by pkg-config.
fn pcsclite() -> Vec<PathBuf> {
    let library = env::var("PCSC_LIB_DIR").ok();
    if cfg!(feature = "link") {
        if let Some(directory) = &library {
            let name = env::var("PCSC_LIB_NAME").unwrap_or_else(|_| "pcsclite".to_owned());
            println!("cargo::rustc-link-search=native={directory}");
            println!("cargo::rustc-link-lib={name}");
        }
    }
    if let Some(path) = include_dir() {
        if library.is_none() && cfg!(feature = "link") {
            probe();
        }
        return vec![path];
    }
    if library.is_some() && !cfg!(feature = "bindgen") {
        return Vec::new();
    }
    probe()
}

/// Asks pkg-config; in link mode its answer is handed on to the linker.
fn probe() -> Vec<PathBuf> {
    let mut config = pkg_config::Config::new();
    config
        .atleast_version("1")
        .cargo_metadata(cfg!(feature = "link") && env::var_os("PCSC_LIB_DIR").is_none());
    match config.probe("libpcsclite") {
        Ok(library) => library.include_paths,
        // pkg-config knows this machine's libraries only, unless it was set up for the target.
        Err(error) if cross() => {
            if cfg!(feature = "link") && env::var_os("PCSC_LIB_DIR").is_none() {
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
                "cargo::error=pkg-config does not find libpcsclite ({}). Install it (Debian, Ubuntu: apt install pkg-config libpcsclite-dev; Fedora: dnf install pkgconf pcsc-lite-devel; Arch: pacman -S pkgconf pcsclite; FreeBSD: pkg install pkgconf pcsc-lite), or set PCSC_LIB_DIR and PCSC_INCLUDE_DIR, or do without the features `link` and `bindgen`",
                one_line(&error)
            );
            std::process::exit(1);
        }
    }
}

fn one_line(error: &pkg_config::Error) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Makes the bindings from the headers, or takes the committed ones where a target's headers are not here.
#[cfg(feature = "bindgen")]
fn generate(os: &str, include: &[PathBuf]) {
    use crate::bindings::{Platform, platform};
    use std::path::Path;
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
    let text = if include.is_empty() && cross() {
        let (committed, name) = match target {
            Platform::PcscLite => (root.join("src/bindings/pcsclite.rs"), "pcsc-lite"),
            Platform::MacOs => (root.join("src/bindings/macos.rs"), "macOS"),
            Platform::Windows => (root.join("src/bindings/windows.rs"), "Windows"),
        };
        println!(
            "cargo::warning=no headers of the target {name}: its committed bindings serve; set PCSC_INCLUDE_DIR to generate them"
        );
        let text = std::fs::read_to_string(committed).expect("the package contains its bindings");
        // The file's own documentation may not stand where `include!` puts the text.
        text.lines()
            .filter(|line| !line.starts_with("//!"))
            .flat_map(|line| [line, "\n"])
            .collect()
    } else {
        // macOS and Windows keep their headers where their compiler finds them.
        match platform(
            target,
            Path::new(&root.join("wrapper.h")),
            include,
            &[],
            &out,
            !cross(),
        ) {
            Ok(text) => text,
            Err(error) => {
                println!(
                    "cargo::error=bindgen could not read the PC/SC headers ({error}); install libclang and the headers, set PCSC_INCLUDE_DIR, or do without the feature `bindgen`"
                );
                std::process::exit(1);
            }
        }
    };
    std::fs::write(out.join("platform.rs"), text).expect("Cargo's output folder is writable");
}
