//! How a simulator is served.

use super::Served;
use crate::simulator::Simulator;
use pcsclite_wire as wire;
use std::io;
use std::path::Path;

/// A version of the protocol between pcsc-lite's library and its service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Version {
    /// That of pcsc-lite 1.8.24 to 2.2: it takes a library of these versions, and of those from 2.4.1 on, which offer the
    /// service's version where their own is refused.
    V4_4,
    /// That of pcsc-lite 2.3 and 2.4, as up to 2.4.0: it takes a library of 2.3 and later versions alone. (The service of
    /// 2.4.1 takes older ones too.)
    V4_5,
    /// That of pcsc-lite from 2.5 on: it takes libraries of the other two as well.
    #[default]
    V4_6,
}

impl Version {
    pub(super) fn number(self) -> wire::Version {
        match self {
            Version::V4_4 => wire::Version::WAITS_AT_ONCE,
            Version::V4_5 => wire::Version::COUNTS_READERS,
            Version::V4_6 => wire::Version::ANY_NUMBER_OF_READERS,
        }
    }
}

/// How a simulator is served: [`serve`](Options::serve) does so.
///
/// # Examples
/// ```
/// use pcsc_sim::Simulator;
/// use pcsc_sim::serve::{Options, Version};
///
/// # let folder = std::env::temp_dir().join(format!("pcsc-sim-options-{}", std::process::id()));
/// # let path = folder.join("pcscd.comm");
/// // As a pcscd 1.9.9: libraries of 2.3 to 2.4.0 are told of "different versions".
/// let served = Options::new().version(Version::V4_4).serve(&Simulator::new(), &path)?;
/// # drop(served);
/// # std::fs::remove_dir(&folder)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "they take effect by serve"]
pub struct Options {
    pub(super) version: Version,
}

impl Options {
    /// Starts from the default: the newest version.
    pub fn new() -> Options {
        Options::default()
    }

    /// Sets which version of the service this is.
    pub fn version(mut self, version: Version) -> Options {
        self.version = version;
        self
    }

    /// Serves a simulator on a socket: see [`Simulator::serve`].
    ///
    /// # Errors
    /// Those of [`Simulator::serve`].
    pub fn serve(&self, simulator: &Simulator, path: impl AsRef<Path>) -> io::Result<Served> {
        Served::start(simulator, path.as_ref(), self)
    }
}
