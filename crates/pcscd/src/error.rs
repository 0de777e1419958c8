//! Why there is no daemon.

use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;
use std::{error, fmt, io};

/// What failed, and what to do about it.
#[non_exhaustive]
pub enum Error {
    /// More readers were asked for than pcscd can have.
    TooManyReaders {
        /// How many were asked for.
        asked: usize,
        /// How many there can be.
        most: usize,
    },
    /// There is no reader of this number.
    NoSuchReader {
        /// The number, from 0.
        reader: usize,
        /// How many readers there are.
        readers: usize,
    },
    /// A program or library that the daemon needs is not installed.
    Missing {
        /// What is missing.
        what: &'static str,
        /// Debian's package of it.
        package: &'static str,
        /// Where it was looked for.
        looked: Vec<PathBuf>,
    },
    /// This thread has a daemon already.
    AlreadyRunning,
    /// The readers' driver is not the one that can be told what to do.
    NotEquipped,
    /// This process may not make namespaces.
    NotPermitted(io::Error),
    /// A step failed.
    Failed {
        /// What was attempted.
        what: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The daemon ended instead of listening.
    Exited {
        /// How it ended.
        status: ExitStatus,
        /// The end of its log.
        log: String,
    },
    /// The daemon did not listen in time. It has been killed.
    NotListening {
        /// How long it had.
        waited: Duration,
        /// The end of its log.
        log: String,
    },
}

impl Error {
    /// For `map_err`: the step that failed, and the system's reason.
    pub(crate) fn failed(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Failed {
            what: what.into(),
            source,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyReaders { asked, most } => {
                write!(
                    f,
                    "{asked} readers were asked for, but pcscd takes at most {most}"
                )
            }
            Self::NoSuchReader { reader, readers } => {
                write!(
                    f,
                    "there is no reader {reader}: the daemon has {readers}, counted from 0"
                )
            }
            Self::Missing {
                what,
                package,
                looked,
            } => {
                write!(f, "{what} is not installed; on Debian: apt-get install {package}")?;
                if !looked.is_empty() {
                    let looked: Vec<_> = looked.iter().map(|path| path.display().to_string()).collect();
                    write!(f, " (looked for {})", looked.join(", "))?;
                }
                Ok(())
            }
            Self::AlreadyRunning => f.write_str(
                "this thread already has a pcscd: drop that one first, or start this one on a new thread",
            ),
            Self::NotEquipped => f.write_str(
                "vsmartcard's driver cannot be told what to do: start the daemon with Driver::Equipped",
            ),
            Self::NotPermitted(source) => write!(
                f,
                "a private pcscd needs namespaces of its own, which this process may not make ({source}): run the \
                 tests as root, or under `unshare -U -r -m -n --kill-child`"
            ),
            Self::Failed { what, source } => write!(f, "cannot {what}: {source}"),
            Self::Exited { status, log } => write!(
                f,
                "pcscd ended before it listened ({status}); its log ends:\n{log}"
            ),
            Self::NotListening { waited, log } => {
                write!(
                    f,
                    "pcscd did not listen within {} s and was killed; its log ends:\n{log}",
                    waited.as_secs()
                )
            }
        }
    }
}

/// The same text: a test that unwraps shows this one, and needs the advice and a log in readable lines.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::NotPermitted(source) | Self::Failed { source, .. } => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_comes_with_the_package_that_has_it() {
        let missing = Error::Missing {
            what: "the daemon",
            package: "pcscd",
            looked: vec!["/usr/sbin/pcscd".into()],
        };
        let text =
            "the daemon is not installed; on Debian: apt-get install pcscd (looked for /usr/sbin/pcscd)";
        assert_eq!(missing.to_string(), text);
    }

    #[test]
    fn an_unwrapped_error_tells_what_to_do() {
        let error = Error::NotPermitted(io::ErrorKind::PermissionDenied.into());
        assert!(
            format!("{error:?}").contains("unshare -U -r -m -n --kill-child"),
            "{error:?}"
        );
    }
}
