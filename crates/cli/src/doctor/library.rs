//! libpcsclite: which file, of which version, and whether it is a stub without the library behind it.

use super::packages::Part;
use super::system::System;
use super::verdict::Verdict;
use super::{Look, Scene};
use std::path::{Path, PathBuf};

pub(super) const LOOK: Look = if cfg!(any(windows, target_os = "macos")) {
    Look::AtService(|_, _, _| vec![Verdict::ok("a part of the system")])
} else {
    Look::AtSystem(look)
};

/// The library that programs load, and the one behind it where that is a stub.
const LIBRARY: &str = "libpcsclite.so.1";
const REAL: &str = "libpcsclite_real.so.1";

/// Where systems have libraries, and in which folders of these for one architecture each.
const FOLDERS: [&str; 5] = ["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib"];

fn look(scene: &Scene, system: &System) -> Vec<Verdict> {
    let Some(file) = loaded(system).or_else(|| installed(system)) else {
        let text = "there is no libpcsclite: this program speaks to pcscd without it, others cannot";
        return vec![Verdict::ok(text)];
    };
    let mut text = file.display().to_string();
    match system.version_of_library() {
        Some(version) => text += &format!(", version {version}"),
        None => text += ", no list of packages tells its version",
    }
    let is_stub = system.bytes(&file).is_some_and(|bytes| {
        let name = REAL.as_bytes();
        bytes.windows(name.len()).any(|window| window == name)
    });
    if is_stub && !has_real(system, &file) {
        text += &format!(": a stub, and there is no {REAL} for it to load");
        return vec![Verdict::wrong(text).mended_by(system.install(&[Part::Library]))];
    }
    if is_stub {
        text += &format!(", a stub in front of {REAL}");
    }
    let is_used = scene
        .service
        .as_ref()
        .is_ok_and(|(provider, _)| provider.functions().is_of_a_library());
    if scene.service.is_ok() && !is_used {
        text += "; this program speaks to pcscd without it";
    }
    vec![Verdict::ok(text)]
}

/// Returns the library that this process has loaded.
fn loaded(system: &System) -> Option<PathBuf> {
    let maps = system.text("/proc/self/maps")?;
    let files = maps
        .lines()
        .filter_map(|line| line.find('/').map(|at| &line[at..]));
    let mut files = files.filter(|file| file.contains("/libpcsclite.so"));
    files.next().map(PathBuf::from)
}

/// Returns the first library that is installed.
fn installed(system: &System) -> Option<PathBuf> {
    let inner = FOLDERS.iter().flat_map(|folder| {
        let names = system.names(folder).unwrap_or_default();
        let architectures = names.into_iter().filter(|name| name.contains("-linux-"));
        architectures.map(|name| Path::new(folder).join(name))
    });
    let folders = inner.chain(FOLDERS.iter().map(PathBuf::from));
    let mut files = folders.map(|folder| folder.join(LIBRARY));
    files.find(|file| system.has(file))
}

/// Tells whether there is the library that the stub loads.
fn has_real(system: &System, stub: &Path) -> bool {
    let is_delegated = std::env::var_os("LIBPCSCLITE_DELEGATE").is_some_and(|name| !name.is_empty());
    // Another one than the usual: whether that can be loaded, establishing a context has shown.
    is_delegated || system.has(stub.with_file_name(REAL))
}
