//! Whose PC/SC it is.

/// The system under the program, which decides whose PC/SC it is, what a code can mean and what helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    /// pcsc-lite's.
    Linux,
    /// pcsc-lite's, as FreeBSD's ports and the like have it.
    Bsd,
    MacOs,
    Windows,
}

impl Platform {
    /// The one that this program is built for.
    pub(crate) const CURRENT: Platform = if cfg!(windows) {
        Platform::Windows
    } else if cfg!(target_os = "macos") {
        Platform::MacOs
    } else if cfg!(any(target_os = "linux", target_os = "android")) {
        Platform::Linux
    } else {
        Platform::Bsd
    };

    #[cfg(test)]
    pub(super) const ALL: [Platform; 4] =
        [Platform::Linux, Platform::Bsd, Platform::MacOs, Platform::Windows];

    pub(super) fn has_pcsc_lite(self) -> bool {
        matches!(self, Platform::Linux | Platform::Bsd)
    }
}
