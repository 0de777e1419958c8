//! The packages of pcsc-lite: what installs them, and which version there is.

use super::system::System;

/// A part of pcsc-lite, as the systems have it in packages.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Library,
    Service,
    Driver,
}

/// What `/etc/os-release` calls a system or what it is like, what installs packages there, and the packages of each part.
const INSTALLERS: [(&str, &str, [&str; 3]); 8] = [
    ("debian", "apt install", ["libpcsclite1", "pcscd", "libccid"]),
    (
        "fedora",
        "dnf install",
        ["pcsc-lite-libs", "pcsc-lite", "pcsc-lite-ccid"],
    ),
    (
        "suse",
        "zypper install",
        ["libpcsclite1", "pcsc-lite", "pcsc-ccid"],
    ),
    ("arch", "pacman -S", ["pcsclite", "pcsclite", "ccid"]),
    ("alpine", "apk add", ["pcsc-lite-libs", "pcsc-lite", "ccid"]),
    (
        "void",
        "xbps-install -S",
        ["libpcsclite", "pcsclite", "pcsc-ccid"],
    ),
    (
        "gentoo",
        "emerge",
        ["sys-apps/pcsc-lite", "sys-apps/pcsc-lite", "app-crypt/ccid"],
    ),
    ("freebsd", "pkg install", ["pcsc-lite", "pcsc-lite", "ccid"]),
];

/// Where a system has its packages in an image, to which those commands add none.
const IMAGES: [&str; 2] = ["/run/ostree-booted", "/usr/sbin/transactional-update"];

/// The lists of what is installed, and how a paragraph of them begins the lines of name and version.
const INSTALLED: [(&str, &str, &str); 2] = [
    ("/var/lib/dpkg/status", "Package: ", "Version: "),
    ("/lib/apk/db/installed", "P:", "V:"),
];

impl System {
    /// Returns what installs parts of pcsc-lite here, where that is known.
    pub(super) fn install(&self, parts: &[Part]) -> Option<String> {
        if IMAGES.iter().any(|sign| self.has(sign)) {
            return None;
        }
        let about = self.text("/etc/os-release")?;
        let lines = about
            .lines()
            .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")));
        let ids: Vec<&str> = lines
            .flat_map(|line| line.trim_matches(['"', '\'']).split(' '))
            .collect();
        let (_, command, names) = INSTALLERS.iter().find(|(id, ..)| ids.contains(id))?;
        let mut packages: Vec<&str> = parts.iter().map(|part| names[*part as usize]).collect();
        packages.dedup();
        Some(self.as_root(&format!("{command} {}", packages.join(" "))))
    }

    /// Returns the version of the library's package, where a list of packages tells it.
    pub(super) fn version_of_library(&self) -> Option<String> {
        INSTALLED.iter().find_map(|(list, name, version)| {
            let list = self.text(list)?;
            list.split("\n\n").find_map(|paragraph| {
                let field = |prefix| paragraph.lines().find_map(|line| line.strip_prefix(prefix));
                let package = field(*name)?;
                // What was removed may have left its configuration.
                let status = field("Status: ").unwrap_or("installed");
                if !status.ends_with("installed") || status.ends_with("not-installed") {
                    return None;
                }
                let is_library = INSTALLERS.iter().any(|(_, _, [library, ..])| *library == package);
                is_library.then(|| field(*version).map(str::to_owned))?
            })
        })
    }
}
