//! libpcsclite: which file, of which version, and whether it is a stub without the library behind it.

use super::look::Look;
use super::packages::Part;
use super::scene::Scene;
use super::system::System;
use super::verdict::{Verdict, Verdicts};
use std::path::{Path, PathBuf};

pub(super) const LOOK: Look = if cfg!(any(windows, target_os = "macos")) {
    Look::AtService(|_, _| Verdict::ok("a part of the system").alone())
} else {
    Look::AtSystem(look)
};

/// The library that programs load, and the one behind it where that is a stub.
const LIBRARY: &str = "libpcsclite.so.1";
pub(super) const REAL: &str = "libpcsclite_real.so.1";

/// Where systems have libraries, and in which folders of these for one architecture each.
const FOLDERS: [&str; 5] = ["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib"];

fn look<'a>(scene: &'a Scene, system: &'a System) -> Verdicts<'a> {
    found(scene, system).alone()
}

fn found(scene: &Scene, system: &System) -> Verdict {
    let Some(file) = loaded(system).or_else(|| installed(system)) else {
        let text = "there is no libpcsclite: this program speaks to pcscd without it, others cannot";
        return Verdict::ok(text);
    };
    let mut text = file.display().to_string();
    let version = || system.version_of_library();
    match is_the_systems(&file).then(version).flatten() {
        Some(version) => text += &format!(", version {version}"),
        None => text += ", no list of packages tells its version",
    }
    let is_stub = system.bytes(&file).is_some_and(|bytes| {
        let name = REAL.as_bytes();
        bytes.windows(name.len()).any(|window| window == name)
    });
    let is_used = scene
        .service
        .as_ref()
        .is_ok_and(|service| service.provider.functions().is_of_a_library());
    if is_stub && !is_used && !has_real(system, &file) {
        text += &format!(": a stub, and there is no {REAL} for it to load");
        return Verdict::wrong(text).mended_by(system.install(&[Part::Library]));
    }
    if is_stub {
        text += &format!(", a stub in front of {REAL}");
    }
    if scene.service.is_ok() && !is_used {
        text += "; this program speaks to pcscd without it";
    }
    Verdict::ok(text)
}

/// Returns the library that this process has loaded.
fn loaded(system: &System) -> Option<PathBuf> {
    let maps = system.text("/proc/self/maps")?;
    let files = maps
        .lines()
        .filter_map(|line| line.find('/').map(|at| PathBuf::from(&line[at..])));
    files.into_iter().find(|file| is_library(file))
}

/// Tells whether a file is the library, by its name: `libpcsclite.so` and the numbers behind it.
fn is_library(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str());
    let numbers = name.and_then(|name| name.strip_prefix("libpcsclite.so"));
    numbers.is_some_and(|numbers| numbers.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// Tells whether a library is where the system's packages install theirs.
pub(super) fn is_the_systems(file: &Path) -> bool {
    let folder = file.parent();
    folder.is_some_and(|folder| {
        let above = folder.parent();
        let is_one = |folder: &Path| FOLDERS.iter().any(|known| Path::new(known) == folder);
        is_one(folder) || (is_of_an_architecture(folder) && above.is_some_and(is_one))
    })
}

fn is_of_an_architecture(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.contains("-linux-"))
}

/// Returns the first library that is installed.
fn installed(system: &System) -> Option<PathBuf> {
    let mut files = folders(system).map(|folder| folder.join(LIBRARY));
    files.find(|file| system.has(file))
}

/// Returns where libraries may be.
fn folders(system: &System) -> impl Iterator<Item = PathBuf> + '_ {
    let inner = FOLDERS.iter().flat_map(|folder| {
        let names = system.names(folder).unwrap_or_default();
        let folders = names.into_iter().map(|name| Path::new(folder).join(name));
        folders.filter(|folder| is_of_an_architecture(folder))
    });
    inner.chain(FOLDERS.iter().map(PathBuf::from))
}

/// Tells whether there is the library that the stub loads.
fn has_real(system: &System, stub: &Path) -> bool {
    let is_delegated = std::env::var_os("LIBPCSCLITE_DELEGATE").is_some_and(|name| !name.is_empty());
    // Another one than the usual: whether that can be loaded, establishing a context has shown.
    is_delegated
        || system.has(stub.with_file_name(REAL))
        || folders(system).any(|folder| system.has(folder.join(REAL)))
}
