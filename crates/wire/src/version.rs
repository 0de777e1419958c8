//! Versions of the protocol.

use crate::message;
use core::fmt;

/// A version of the protocol; both ends tell each other theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// 4.
    pub major: i32,
    /// From 2 to 6, as far as this crate knows.
    pub minor: i32,
}

impl Version {
    /// The oldest that this crate knows, of pcsc-lite 1.6.5.
    pub const OLDEST: Version = Version::of_minor(2);

    /// The first whose `WAIT` loses no change, of pcsc-lite 1.8.24.
    pub const WAITS_AT_ONCE: Version = Version::of_minor(4);

    /// The first that counts readers which come and go, of pcsc-lite 2.3.0.
    pub const COUNTS_READERS: Version = Version::of_minor(5);

    /// The first that has any number of readers, of pcsc-lite 2.5.0.
    pub const ANY_NUMBER_OF_READERS: Version = Version::of_minor(6);

    /// The newest that this crate knows, of pcsc-lite 2.5.0.
    pub const NEWEST: Version = Version::of_minor(6);

    const fn of_minor(minor: i32) -> Version {
        Version { major: 4, minor }
    }

    /// Tells whether this crate knows it.
    #[must_use]
    pub fn is_known(self) -> bool {
        (Version::OLDEST..=Version::NEWEST).contains(&self)
    }
}

impl From<Version> for message::Version {
    fn from(version: Version) -> message::Version {
        message::Version {
            major: version.major,
            minor: version.minor,
            code: 0,
        }
    }
}

impl From<message::Version> for Version {
    fn from(version: message::Version) -> Version {
        Version {
            major: version.major,
            minor: version.minor,
        }
    }
}

/// As pcscd writes it: `4:6`.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.major, self.minor)
    }
}
