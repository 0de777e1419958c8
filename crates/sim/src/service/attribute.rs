//! `SCardGetAttrib` and `SCardSetAttrib`.

use super::code::Code;
use super::connection::{Connection, check_available};
use super::lock::lock;
use super::reader::Presence;
use super::reader_name::{ReaderName, Unit};
use pcsc_sys::{
    DWORD, LONG, MAX_BUFFER_SIZE, MAX_BUFFER_SIZE_EXTENDED, SCARD_ATTR_ATR_STRING,
    SCARD_ATTR_DEVICE_FRIENDLY_NAME_A, SCARD_ATTR_DEVICE_SYSTEM_NAME_A, SCARD_E_INSUFFICIENT_BUFFER,
    SCARD_E_NO_SMARTCARD, SCARD_E_NOT_TRANSACTED, SCARD_E_UNSUPPORTED_FEATURE,
};
#[cfg(windows)]
use pcsc_sys::{SCARD_ATTR_DEVICE_FRIENDLY_NAME_W, SCARD_ATTR_DEVICE_SYSTEM_NAME_W};

/// The most bytes of an attribute. pcsc-lite has room for so many; Windows documents no limit, and this one is that of controls.
pub(crate) const LONGEST: usize = if cfg!(windows) {
    MAX_BUFFER_SIZE_EXTENDED
} else {
    MAX_BUFFER_SIZE
};

/// The ATR: by the standard's number on Windows, else by pcsc-lite's towards a driver, of which vsmartcard's knows this one
/// alone.
const ATR: DWORD = if cfg!(windows) {
    SCARD_ATTR_ATR_STRING
} else {
    0x0303
};

/// What is said of the ATR where there is no card.
const NO_ATR: LONG = if cfg!(windows) {
    SCARD_E_NO_SMARTCARD
} else {
    SCARD_E_NOT_TRANSACTED
};

/// Reads an attribute, for a buffer of `length` bytes.
///
/// Does not wait for another connection that has the card locked.
pub(crate) fn get(connection: &Connection, attribute: DWORD, length: usize) -> Result<Vec<u8>, Code> {
    let _call = connection.begin_call()?;
    if length > LONGEST {
        return Err(SCARD_E_INSUFFICIENT_BUFFER);
    }
    let (atr, present) = {
        connection.context.ask_service()?;
        let state = connection.lock_reader()?;
        connection.check_sharing(&state)?;
        check_available(&state)?;
        connection.check_event()?;
        (state.atr, state.presence != Presence::Absent)
    };
    let set = u32::try_from(attribute).ok().and_then(|number| {
        let driver = lock(&connection.reader.driver);
        driver.attributes.get(&number).cloned()
    });
    if let Some(value) = set {
        // A driver has room for so much and fails where it needs more.
        return if value.len() > LONGEST {
            Err(SCARD_E_INSUFFICIENT_BUFFER)
        } else {
            Ok(value)
        };
    }
    match attribute {
        ATR if present => Ok(atr.as_bytes().to_vec()),
        ATR => Err(NO_ATR),
        _ => name(&connection.reader.name, attribute).ok_or(SCARD_E_UNSUPPORTED_FEATURE),
    }
}

/// The reader's name, which the service itself tells where the driver does not.
fn name(name: &ReaderName, attribute: DWORD) -> Option<Vec<u8>> {
    match attribute {
        SCARD_ATTR_DEVICE_FRIENDLY_NAME_A | SCARD_ATTR_DEVICE_SYSTEM_NAME_A => {
            let mut bytes = u8::of_name(name);
            bytes.push(0);
            Some(bytes)
        }
        #[cfg(windows)]
        SCARD_ATTR_DEVICE_FRIENDLY_NAME_W | SCARD_ATTR_DEVICE_SYSTEM_NAME_W => {
            let units = u16::of_name(name).into_iter().chain([0]);
            Some(units.flat_map(u16::to_ne_bytes).collect())
        }
        _ => None,
    }
}

/// Sets an attribute that the reader has; others it refuses as vsmartcard's driver refuses all. `None` is too long a
/// value.
pub(crate) fn set(connection: &Connection, attribute: DWORD, value: Option<&[u8]>) -> Result<(), Code> {
    let _call = connection.begin_call()?;
    let value = value.ok_or(SCARD_E_INSUFFICIENT_BUFFER)?;
    connection.context.ask_service()?;
    {
        let state = connection.lock_reader()?;
        connection.check_sharing(&state)?;
        check_available(&state)?;
        connection.check_event()?;
    }
    let mut driver = lock(&connection.reader.driver);
    let known = u32::try_from(attribute)
        .ok()
        .and_then(|number| driver.attributes.get_mut(&number));
    let known = known.ok_or(SCARD_E_NOT_TRANSACTED)?;
    *known = value.to_vec();
    Ok(())
}
