//! Whose PC/SC it is.

/// Whose PC/SC it is, which decides what a code can mean and what helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    PcscLite,
    MacOs,
    Windows,
}

impl Platform {
    /// The one that this program is built for.
    pub(crate) const CURRENT: Platform = if cfg!(windows) {
        Platform::Windows
    } else if cfg!(target_os = "macos") {
        Platform::MacOs
    } else {
        Platform::PcscLite
    };
}
