//! The virtual readers of a daemon: its configuration, their names and ports.

use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use crate::front::{self, Setting};
use crate::{Error, installation};

/// pcscd's limit.
pub(crate) const MAX_READERS: usize = 16;

/// vsmartcard's driver makes so many slots of one entry in the configuration.
const SLOTS: usize = 2;

/// No other program is in the daemon's network namespace, so any port is free.
const FIRST_PORT: u16 = 0x8CA0;

/// The driver of a daemon's readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Driver {
    /// vsmartcard's alone: it knows no control code and no attribute but the answer to reset.
    Vpcd,
    /// vsmartcard's, with a driver in front of it that does what a test says: features, control codes, attributes, a
    /// reader that does not answer, a card that cannot be powered. It is compiled with `cc` when it is first asked for.
    Equipped,
    /// As [`Equipped`](Driver::Equipped), and it tells pcscd at once what [`Pcscd`](crate::Pcscd) does with cards and
    /// readers, as drivers of USB readers do; pcscd asks others each 0.4 seconds. A card that nobody uses keeps its power
    /// for 5 seconds then.
    Prompt,
}

impl Driver {
    /// Tells whether a driver stands in front of vsmartcard's.
    pub(crate) fn is_equipped(self) -> bool {
        self != Driver::Vpcd
    }
}

/// Writes the configuration of `readers` readers, and a driver for each entry, into `folder`.
///
/// Returns the names of the readers as PC/SC lists them.
pub(crate) fn configure(folder: &Path, driver: Driver, readers: usize) -> Result<Vec<String>, Error> {
    if readers > MAX_READERS {
        return Err(Error::TooManyReaders {
            asked: readers,
            most: MAX_READERS,
        });
    }
    let write = |path: &Path, content: &[u8]| {
        fs::write(path, content).map_err(Error::failed(format!("write {}", path.display())))
    };
    let config = folder.join("config");
    fs::create_dir(&config).map_err(Error::failed(format!("create {}", config.display())))?;
    let (mut entries, mut names) = (String::new(), Vec::new());
    for entry in 0..readers.div_ceil(SLOTS) {
        // The driver keeps its ports in globals, so each entry needs a driver that the loader takes for another one.
        let library = library(folder, entry);
        match driver {
            Driver::Vpcd => write(&library, installation::driver()?)?,
            Driver::Equipped | Driver::Prompt => {
                write(&front::behind(&library), installation::driver()?)?;
                write(&library, front::driver()?)?;
            }
        }
        if driver == Driver::Prompt {
            let made = (0..SLOTS).try_for_each(|slot| front::make_pipe(&library, slot));
            made.map_err(Error::failed("make a driver's pipe"))?;
        }
        let port = address(entry * SLOTS).port();
        let _ = write!(
            entries,
            "FRIENDLYNAME \"Virtual {entry}\"\nDEVICENAME /dev/null:0x{port:X}\nLIBPATH {}\nCHANNELID 0x{port:X}\n\n",
            library.display()
        );
        names.extend((0..SLOTS).map(|slot| format!("Virtual {entry} 00 {slot:02X}")));
    }
    if !entries.is_empty() {
        write(&config.join("virtual"), entries.as_bytes())?;
    }
    Ok(names)
}

fn library(folder: &Path, entry: usize) -> PathBuf {
    folder.join(format!("libifdvpcd{entry}.so"))
}

/// Tells the driver in front what to do for a reader; `None` takes it back.
pub(crate) fn set(
    folder: &Path,
    reader: usize,
    setting: Setting,
    content: Option<&[u8]>,
) -> Result<(), Error> {
    let driver = library(folder, reader / SLOTS);
    setting
        .set(&driver, reader % SLOTS, content)
        .map_err(Error::failed(format!(
            "tell the driver of reader {reader}: {setting:?}"
        )))
}

/// Tells the driver of a reader that a card came or went, or that the reader answers or not.
pub(crate) fn notify(folder: &Path, reader: usize) -> Result<(), Error> {
    let driver = library(folder, reader / SLOTS);
    front::notify(&driver, reader % SLOTS).map_err(Error::failed(format!(
        "tell the driver of reader {reader} its news"
    )))
}

/// Returns the address at which a reader takes a card.
pub(crate) fn address(reader: usize) -> SocketAddr {
    let offset = u16::try_from(reader).unwrap_or(u16::MAX);
    (Ipv4Addr::LOCALHOST, FIRST_PORT.saturating_add(offset)).into()
}
