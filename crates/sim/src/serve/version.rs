//! Which version of pcscd a served simulator is.

use pcsclite_wire as wire;

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
