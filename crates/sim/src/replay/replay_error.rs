//! Why a recording cannot be replayed.

use pcsc_recording::ReadError;
use pcsc_sys::Escaped;
use std::path::PathBuf;
use std::{error, fmt};

/// Why there is no card in a file that can be replayed.
///
/// # Examples
/// ```
/// use pcsc_sim::ReplayCard;
///
/// let error = ReplayCard::open("nowhere.pcapng").unwrap_err();
/// assert!(error.to_string().starts_with("nowhere.pcapng: the recording cannot be read: "), "{error}");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum ReplayError {
    /// The file cannot be read.
    #[non_exhaustive]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: ReadError,
    },
    /// There are several cards in it.
    #[non_exhaustive]
    SeveralCards {
        /// The file.
        path: PathBuf,
        /// Their readers' names and their answers to reset.
        cards: Vec<(String, Vec<u8>)>,
    },
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReplayError::Unreadable { path, error } => {
                write!(f, "{}: {error}", Escaped(&path.to_string_lossy()))
            }
            ReplayError::SeveralCards { path, cards } => {
                write!(
                    f,
                    "{}: there are several cards in the recording; take one of `Recording::cards` for `ReplayCard::new`:",
                    Escaped(&path.to_string_lossy())
                )?;
                for (index, (reader, atr)) in cards.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma} {index} in \"{}\", {atr:02X?}", Escaped(reader))?;
                }
                Ok(())
            }
        }
    }
}

impl error::Error for ReplayError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            ReplayError::Unreadable { error, .. } => Some(error),
            ReplayError::SeveralCards { .. } => None,
        }
    }
}
