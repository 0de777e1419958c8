//! Every C call, one a block, with its status turned into a `Result`: the only file with unsafe code.
//!
//! All that C is given is a slice or a reference that lives through the call, with its own length. The handles are
//! those that a [`Context`] and a [`Session`] own, from C itself or by the promise of who called `from_raw`: they are
//! released once, by that owner alone. So none of the functions that are crate-private needs a promise of its caller.
//! What C says it wrote is checked against what it was given.
#![allow(unsafe_code)]

use crate::ffi::turns;
use crate::service::reader_name::Unit;
use crate::{Code, Context, Disposition, Error, Protocol, Protocols, Session, ShareMode};
use pcsc_sys::{self as sys, DWORD, Functions, LONG, Provider, SCARD_IO_REQUEST, SCARDCONTEXT, SCARDHANDLE};
use std::ptr;

#[cfg(not(windows))]
type CUnit = std::ffi::c_char;
#[cfg(windows)]
type CUnit = u16;

/// The C functions that take text have one name everywhere but on Windows.
macro_rules! text {
    ($functions:expr, $plain:ident, $wide:ident) => {{
        #[cfg(not(windows))]
        let function = $functions.$plain;
        #[cfg(windows)]
        let function = $functions.$wide;
        function
    }};
}

#[inline]
fn check(code: LONG) -> Result<(), Code> {
    if code == sys::SCARD_S_SUCCESS {
        Ok(())
    } else {
        Err(Code::from_c(code))
    }
}

/// A length as C takes it; a longer slice is given to C with the largest length there is.
#[inline]
fn length<T>(slice: &[T]) -> DWORD {
    // The largest number is SCARD_AUTOALLOCATE.
    DWORD::try_from(slice.len())
        .unwrap_or(DWORD::MAX)
        .min(DWORD::MAX - 1)
}

/// A length that C returned, which must not be more than it was given.
#[inline]
fn written<T>(returned: DWORD, buffer: &[T]) -> Result<usize, Code> {
    match usize::try_from(returned) {
        Ok(written) if written <= buffer.len() => Ok(written),
        _ => Err(Code::INTERNAL_ERROR),
    }
}

/// The length that C asks for with `INSUFFICIENT_BUFFER`.
fn needed(returned: DWORD) -> usize {
    usize::try_from(returned).unwrap_or(usize::MAX)
}

/// Why a call that fills a buffer failed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    /// The buffer is too short: this many units are needed now.
    TooShort(usize),
    /// Anything else.
    Failed(Code),
}

/// Turns the status of a call that fills a buffer into the length that it filled.
fn filled<T>(code: LONG, returned: DWORD, buffer: &[T]) -> Result<usize, Fill> {
    match check(code) {
        Ok(()) => written(returned, buffer).map_err(Fill::Failed),
        // A driver may say so of a buffer that is long enough: a longer one would not help.
        Err(Code::INSUFFICIENT_BUFFER) if needed(returned) > buffer.len() => {
            Err(Fill::TooShort(needed(returned)))
        }
        Err(code) => Err(Fill::Failed(code)),
    }
}

impl Context {
    /// Takes over a context that was established in another way; it is released with the last clone.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Context;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # let context = pcsc_session::Context::establish_on(simulator.provider())?;
    /// let handle = context.into_raw().unwrap();
    /// // SAFETY: the handle is established, and `into_raw` has given it up.
    /// let context = unsafe { Context::from_raw(simulator.provider(), handle) };
    /// assert_eq!(context.list_readers()?, ["Simulated Reader 00 00"]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    ///
    /// # Safety
    /// `handle` is an established context of the library behind `functions`, and nobody else releases it: from now on
    /// this value owns it, as an `OwnedFd` owns a descriptor.
    #[must_use]
    pub unsafe fn from_raw(provider: Provider, handle: SCARDCONTEXT) -> Context {
        Context::of_handle(provider, handle)
    }
}

impl Session {
    /// Takes over a card that was connected in another way, shared; its reader and protocol are asked of the service.
    ///
    /// The session disconnects it at its end, with a reset.
    ///
    /// # Errors
    /// [`Error::UnknownHandle`] where the service does not know the handle; else what `SCardStatus` returned. The
    /// handle then stays the caller's.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Session;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let (context, card) = session.into_raw();
    /// // SAFETY: the card was connected on this context, and `into_raw` has given it up.
    /// let session = unsafe { Session::from_raw(context, card)? };
    /// assert_eq!(session.reader_name(), &"Simulated Reader 00 00");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    ///
    /// # Safety
    /// `card` was connected on `context`, and nobody else disconnects it: where this succeeds, the session owns it.
    pub unsafe fn from_raw(context: Context, card: SCARDHANDLE) -> Result<Session, Error> {
        Session::of_handle(context, card)
    }
}

pub(crate) fn establish_context(functions: &Functions) -> Result<SCARDCONTEXT, Code> {
    let mut context = 0;
    // SAFETY: the reserved pointers are null, and `context` lives through the call.
    let code = turns::establish(|| unsafe {
        (functions.SCardEstablishContext)(sys::SCARD_SCOPE_SYSTEM, ptr::null(), ptr::null(), &mut context)
    });
    check(code).map(|()| context)
}

/// Releases a context, now or in a moment. Nothing can be done about a failure: the service has forgotten it already.
pub(crate) fn release_context(functions: &'static Functions, context: SCARDCONTEXT) {
    turns::release(move || {
        // SAFETY: no pointer is passed; the one owner of the context calls this when nobody else holds it.
        unsafe { (functions.SCardReleaseContext)(context) };
    });
}

pub(crate) fn is_valid_context(functions: &Functions, context: SCARDCONTEXT) -> Result<(), Code> {
    // SAFETY: no pointer is passed.
    let code = unsafe { (functions.SCardIsValidContext)(context) };
    check(code)
}

/// Fills a multi-string with the readers of all groups, or of one group.
pub(crate) fn list_readers(
    functions: &Functions,
    context: SCARDCONTEXT,
    groups: Option<&[Unit]>,
    buffer: &mut [Unit],
) -> Result<usize, Fill> {
    let mut len = length(buffer);
    let groups = groups.map_or(ptr::null(), <[Unit]>::as_ptr).cast::<CUnit>();
    let function = text!(functions, SCardListReaders, SCardListReadersW);
    // SAFETY: `groups` is null or a null-terminated multi-string, and `buffer` has `len` units; all live through the call.
    let code = unsafe { function(context, groups, buffer.as_mut_ptr().cast(), &mut len) };
    filled(code, len, buffer)
}

/// Fills a multi-string with the groups of readers.
pub(crate) fn list_reader_groups(
    functions: &Functions,
    context: SCARDCONTEXT,
    buffer: &mut [Unit],
) -> Result<usize, Fill> {
    let mut len = length(buffer);
    let function = text!(functions, SCardListReaderGroups, SCardListReaderGroupsW);
    // SAFETY: `buffer` has `len` units and lives through the call.
    let code = unsafe { function(context, buffer.as_mut_ptr().cast(), &mut len) };
    filled(code, len, buffer)
}

/// Connects to the card in the reader of this null-terminated name.
pub(crate) fn connect(
    functions: &Functions,
    context: SCARDCONTEXT,
    reader: &[Unit],
    mode: ShareMode,
    protocols: Protocols,
) -> Result<(SCARDHANDLE, Protocol), Code> {
    debug_assert_eq!(reader.last(), Some(&0));
    let (mut card, mut protocol) = (0, 0);
    let function = text!(functions, SCardConnect, SCardConnectW);
    // SAFETY: `reader` ends with a null, and the two results live through the call.
    let code = unsafe {
        function(
            context,
            reader.as_ptr().cast(),
            mode.to_c(),
            protocols.to_c(),
            &mut card,
            &mut protocol,
        )
    };
    check(code).map(|()| (card, Protocol::from_c(protocol)))
}

pub(crate) fn reconnect(
    functions: &Functions,
    card: SCARDHANDLE,
    mode: ShareMode,
    protocols: Protocols,
    initialization: Disposition,
) -> Result<Protocol, Code> {
    let mut protocol = 0;
    // SAFETY: the result lives through the call.
    let code = unsafe {
        (functions.SCardReconnect)(
            card,
            mode.to_c(),
            protocols.to_c(),
            initialization.to_c(),
            &mut protocol,
        )
    };
    check(code).map(|()| Protocol::from_c(protocol))
}

pub(crate) fn disconnect(
    functions: &Functions,
    card: SCARDHANDLE,
    disposition: Disposition,
) -> Result<(), Code> {
    // SAFETY: no pointer is passed; contexts that are to be released meanwhile are put aside, as far as `turns` can.
    let code = turns::disconnect(|| unsafe { (functions.SCardDisconnect)(card, disposition.to_c()) });
    check(code)
}

pub(crate) fn begin_transaction(functions: &Functions, card: SCARDHANDLE) -> Result<(), Code> {
    // SAFETY: no pointer is passed.
    let code = unsafe { (functions.SCardBeginTransaction)(card) };
    check(code)
}

pub(crate) fn end_transaction(
    functions: &Functions,
    card: SCARDHANDLE,
    disposition: Disposition,
) -> Result<(), Code> {
    // SAFETY: no pointer is passed.
    let code = unsafe { (functions.SCardEndTransaction)(card, disposition.to_c()) };
    check(code)
}

/// What `SCardStatus` says of a card.
#[derive(Debug)]
pub(crate) struct Status {
    pub(crate) state: u32,
    pub(crate) protocol: Protocol,
    pub(crate) atr_len: usize,
    pub(crate) names_len: usize,
}

pub(crate) fn status(
    functions: &Functions,
    card: SCARDHANDLE,
    names: &mut [Unit],
    atr: &mut [u8],
) -> Result<Status, Fill> {
    let (mut names_len, mut atr_len) = (length(names), length(atr));
    let (mut state, mut protocol) = (0, 0);
    let function = text!(functions, SCardStatus, SCardStatusW);
    // SAFETY: the two buffers have the lengths given, and all results live through the call.
    let code = unsafe {
        function(
            card,
            names.as_mut_ptr().cast(),
            &mut names_len,
            &mut state,
            &mut protocol,
            atr.as_mut_ptr(),
            &mut atr_len,
        )
    };
    let names_len = filled(code, names_len, names)?;
    let atr_len = written(atr_len, atr).map_err(Fill::Failed)?;
    // A state has 32 bits on every platform, whatever the width of its type.
    Ok(Status {
        state: state as u32,
        protocol: Protocol::from_c(protocol),
        atr_len,
        names_len,
    })
}

/// The protocol control information that a session sends with each command.
pub(crate) fn pci(protocol: Protocol) -> SCARD_IO_REQUEST {
    SCARD_IO_REQUEST {
        dwProtocol: protocol.to_c(),
        cbPciLength: size_of::<SCARD_IO_REQUEST>() as DWORD,
    }
}

/// Sends a command once; returns how many bytes of `answer` it was answered with.
#[inline]
pub(crate) fn transmit(
    functions: &Functions,
    card: SCARDHANDLE,
    pci: &SCARD_IO_REQUEST,
    command: &[u8],
    answer: &mut [u8],
) -> Result<usize, Code> {
    let mut len = length(answer);
    // SAFETY: `pci`, `command` and `answer` live through the call, each with its own length; a null
    // `pioRecvPci` asks for none.
    let code = unsafe {
        (functions.SCardTransmit)(
            card,
            pci,
            command.as_ptr(),
            length(command),
            ptr::null_mut(),
            answer.as_mut_ptr(),
            &mut len,
        )
    };
    check(code)?;
    written(len, answer)
}

pub(crate) fn control(
    functions: &Functions,
    card: SCARDHANDLE,
    control_code: u32,
    input: &[u8],
    output: &mut [u8],
) -> Result<usize, Code> {
    let mut len = 0;
    // SAFETY: `input` and `output` live through the call, each with its own length.
    let code = unsafe {
        (functions.SCardControl)(
            card,
            DWORD::from(control_code),
            input.as_ptr(),
            length(input),
            output.as_mut_ptr(),
            length(output),
            &mut len,
        )
    };
    check(code)?;
    written(len, output)
}

pub(crate) fn get_attribute(
    functions: &Functions,
    card: SCARDHANDLE,
    attribute: u32,
    buffer: &mut [u8],
) -> Result<usize, Fill> {
    let mut len = length(buffer);
    // SAFETY: `buffer` has `len` bytes and lives through the call.
    let code =
        unsafe { (functions.SCardGetAttrib)(card, DWORD::from(attribute), buffer.as_mut_ptr(), &mut len) };
    filled(code, len, buffer)
}

pub(crate) fn set_attribute(
    functions: &Functions,
    card: SCARDHANDLE,
    attribute: u32,
    value: &[u8],
) -> Result<(), Code> {
    // SAFETY: `value` lives through the call, with its own length.
    let code =
        unsafe { (functions.SCardSetAttrib)(card, DWORD::from(attribute), value.as_ptr(), length(value)) };
    check(code)
}
