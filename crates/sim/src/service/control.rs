//! `SCardControl`.

use super::code::Code;
use super::connection::{Connection, check_available};
use super::driver;
use pcsc_sys::{DWORD, MAX_BUFFER_SIZE_EXTENDED, SCARD_E_INSUFFICIENT_BUFFER, SCARD_E_NOT_TRANSACTED};

/// Sends a control code to the reader's driver, with an input that is `None` where it is too long; returns its answer.
///
/// Does not wait for another connection that has the card locked, and does not mind what happened to the card.
pub(crate) fn control(
    connection: &Connection,
    code: DWORD,
    input: Option<&[u8]>,
    instead: Option<Vec<u8>>,
) -> Result<Vec<u8>, Code> {
    let _call = connection.begin_call()?;
    let input = input.ok_or(SCARD_E_INSUFFICIENT_BUFFER)?;
    connection.context.ask_service()?;
    {
        let state = connection.lock_reader()?;
        connection.check_sharing(&state)?;
        check_available(&state)?;
    }
    let own = driver::answer(&connection.reader.driver, code, input);
    let answer = match instead {
        Some(instead) => instead,
        None => own?,
    };
    connection.context.await_service()?;
    if answer.len() > MAX_BUFFER_SIZE_EXTENDED {
        return Err(SCARD_E_NOT_TRANSACTED);
    }
    Ok(answer)
}
