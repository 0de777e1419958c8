//! A connection to a card or a reader, and every call on it.

use super::attribute::Attribute;
use super::card_status::{CardState, CardStatus};
use super::code::Code;
use super::context::{ContextHandle, text};
use super::disposition::Disposition;
use super::output::{CallError, OutputError, WholeError, check, length, output, read_whole, written};
use super::protocol::{Protocol, Protocols};
use super::reader_name::ReaderName;
use super::share_mode::ShareMode;
use super::text::Unit;
use super::wrong_answer::WrongAnswer;
use pcsc_iso7816::atr::Atr;
use pcsc_sys::{DWORD, MAX_READERNAME, SCARD_IO_REQUEST, SCARDHANDLE};
use std::ptr;
use std::sync::Arc;

/// The longest answer to reset that a library may hand over: Windows' field has 36 bytes.
const MAX_ATR: usize = 36;

/// The longest list of a reader's names that is read, in units.
const MAX_NAMES: usize = 0xFFFF;

/// How a connection is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening {
    pub(crate) share_mode: ShareMode,
    pub(crate) protocols: Protocols,
}

impl Opening {
    /// Tells whether C may answer with this protocol: one of those that were asked for, alone; with a direct connection
    /// also none or, where none was asked for, the one that the card is being used with.
    pub(crate) fn allows(self, protocol: Protocol) -> bool {
        let is_single = protocol.0.is_power_of_two();
        let is_one = is_single && self.protocols.bits() & protocol.0 != 0;
        match self.share_mode {
            ShareMode::Direct => {
                is_one || protocol == Protocol::UNDEFINED || is_single && self.protocols.is_empty()
            }
            ShareMode::Shared | ShareMode::Exclusive => is_one,
        }
    }
}

/// A connection that is open, with the context that it was opened on; its Drop ends it, in the process that opened it.
///
/// The context stays open for as long: this value holds it. So the handle is the service's, of this provider, in every
/// call here, until [`disconnect`](CardHandle::disconnect) has succeeded, after which no call is made.
#[derive(Debug)]
pub(crate) struct CardHandle {
    context: Arc<ContextHandle>,
    handle: SCARDHANDLE,
    pci: SCARD_IO_REQUEST,
    on_drop: Disposition,
    is_open: bool,
}

impl CardHandle {
    /// Wraps `SCardConnect`. `reader` is null-terminated.
    pub(crate) fn connect(
        context: &Arc<ContextHandle>,
        reader: &[Unit],
        opening: Opening,
    ) -> Result<(CardHandle, Protocol), CallError> {
        assert_eq!(reader.last(), Some(&0), "a reader's name is null-terminated");
        context.check_process()?;
        let (mut handle, mut protocol) = (0, 0);
        let function = text!(context.provider().functions(), SCardConnect, SCardConnectW);
        // SAFETY: the context is open while its value lives, which the caller borrows to this function; `reader` ends with
        // a null; the two results are locals that outlive the call.
        let code = unsafe {
            function(
                context.as_raw(),
                reader.as_ptr().cast(),
                opening.share_mode.to_c(),
                opening.protocols.to_c(),
                &raw mut handle,
                &raw mut protocol,
            )
        };
        check(code)?;
        if handle == 0 {
            return Err(WrongAnswer::NoHandle {}.into());
        }
        // SAFETY: the context just opened it, and nobody else has its number.
        let mut card = unsafe { CardHandle::from_raw(Arc::clone(context), handle) };
        // Whatever was wrong with the answer, the card is left to the others as it is.
        let on_drop = card.on_drop;
        card.set_on_drop(Disposition::Leave);
        let protocol = Protocol::from_c(protocol)?;
        if !opening.allows(protocol) {
            return Err(Code::PROTO_MISMATCH.into());
        }
        card.set_on_drop(on_drop);
        card.set_protocol(protocol);
        Ok((card, protocol))
    }

    /// Takes a handle over.
    ///
    /// # Safety
    /// It is a connection of this context, and this value's alone from now on.
    pub(crate) unsafe fn from_raw(context: Arc<ContextHandle>, handle: SCARDHANDLE) -> CardHandle {
        CardHandle {
            context,
            handle,
            pci: pci(Protocol::UNDEFINED),
            on_drop: Disposition::default(),
            is_open: true,
        }
    }

    /// Gives the handle away with its context; it is not disconnected.
    pub(crate) fn give_away(&mut self) -> (Arc<ContextHandle>, SCARDHANDLE) {
        self.is_open = false;
        (Arc::clone(&self.context), self.handle)
    }

    pub(crate) fn as_raw(&self) -> SCARDHANDLE {
        self.handle
    }

    #[inline]
    pub(crate) fn context(&self) -> &Arc<ContextHandle> {
        &self.context
    }

    /// Tells what its Drop does to the card.
    pub(crate) fn on_drop(&self) -> Disposition {
        self.on_drop
    }

    /// Says what its Drop does to the card.
    pub(crate) fn set_on_drop(&mut self, disposition: Disposition) {
        self.on_drop = disposition;
    }

    /// Says which protocol the card is talked to with.
    pub(crate) fn set_protocol(&mut self, protocol: Protocol) {
        self.pci = pci(protocol);
    }

    /// Tells that the service has ended it, or that its number is none of the service's: nothing is left to end.
    pub(crate) fn forget(&mut self) {
        self.is_open = false;
    }

    /// Refuses what may not be done here: in a child of `fork` the connection is the parent's.
    ///
    /// [`transmit`](CardHandle::transmit) does not ask, since that is a system call for each command.
    pub(crate) fn check_process(&self) -> Result<(), CallError> {
        self.context.check_process()
    }

    /// Wraps `SCardReconnect`.
    pub(crate) fn reconnect(
        &mut self,
        opening: Opening,
        initialization: Disposition,
    ) -> Result<Protocol, CallError> {
        self.check_process()?;
        let mut protocol = 0;
        let function = self.context.provider().functions().SCardReconnect;
        // SAFETY: the connection is open while this value is; the result is a local that outlives the call.
        let code = unsafe {
            function(
                self.handle,
                opening.share_mode.to_c(),
                opening.protocols.to_c(),
                initialization.to_c(),
                &raw mut protocol,
            )
        };
        check(code)?;
        let protocol = Protocol::from_c(protocol)?;
        self.pci = pci(protocol);
        Ok(protocol)
    }

    /// Wraps `SCardDisconnect`; does nothing where that has succeeded already, or in a child of `fork`.
    pub(crate) fn disconnect(&mut self, disposition: Disposition) -> Result<(), CallError> {
        if !self.is_open || !self.context.is_own() {
            return Ok(());
        }
        let provider = self.context.provider();
        let (function, handle) = (provider.functions().SCardDisconnect, self.handle);
        // SAFETY: the connection is open, and this value, which is borrowed alone here, is the only one that ends it.
        let code = provider.disconnect(|| unsafe { function(handle, disposition.to_c()) });
        check(code)?;
        self.is_open = false;
        Ok(())
    }

    /// Wraps `SCardBeginTransaction`. A child of `fork` cannot begin what it would not end.
    pub(crate) fn begin_transaction(&self) -> Result<(), CallError> {
        self.check_process()?;
        let function = self.context.provider().functions().SCardBeginTransaction;
        // SAFETY: the connection is open while this value is.
        check(unsafe { function(self.handle) })
    }

    /// Wraps `SCardEndTransaction`; does nothing in a child of `fork`, whose parent has the transaction.
    pub(crate) fn end_transaction(&self, disposition: Disposition) -> Result<(), CallError> {
        if !self.context.is_own() {
            return Ok(());
        }
        let function = self.context.provider().functions().SCardEndTransaction;
        // SAFETY: the connection is open while this value is; without a transaction the function answers with a code.
        check(unsafe { function(self.handle, disposition.to_c()) })
    }

    /// Wraps `SCardStatus`.
    pub(crate) fn status(&self) -> Result<CardStatus, WholeError> {
        self.check_process()?;
        let function = text!(self.context.provider().functions(), SCardStatus, SCardStatusW);
        let mut atr = [0; MAX_ATR];
        let (names, (names_len, state, protocol, atr_len)) =
            read_whole(MAX_READERNAME + 2, MAX_NAMES, |names: &mut [Unit]| {
                let (mut names_len, mut atr_len) = (length(names), length(&atr));
                let (mut state, mut protocol): (DWORD, DWORD) = (0, 0);
                // SAFETY: the connection is open while this value is; the two buffers have the lengths given; they and
                // the results outlive the call.
                let code = unsafe {
                    function(
                        self.handle,
                        names.as_mut_ptr().cast(),
                        &raw mut names_len,
                        &raw mut state,
                        &raw mut protocol,
                        atr.as_mut_ptr(),
                        &raw mut atr_len,
                    )
                };
                let names_len = output(code, names_len, names)?;
                let atr_len = written(atr_len, &atr).map_err(OutputError::Failed)?;
                Ok((names_len, state, protocol, atr_len))
            })?;
        let wrong = |answer: WrongAnswer| WholeError::Failed(answer.into());
        Ok(CardStatus {
            readers: ReaderName::list(&names[..names_len]).map_err(wrong)?,
            state: CardState::from_c(state).map_err(wrong)?,
            protocol: Protocol::from_c(protocol).map_err(wrong)?,
            atr: Atr::new(&atr[..atr_len]),
        })
    }

    /// Wraps `SCardTransmit`: sends `command` once and returns how many bytes of `answer` came.
    #[inline]
    pub(crate) fn transmit(&self, command: &[u8], answer: &mut [u8]) -> Result<usize, CallError> {
        let mut len = length(answer);
        let function = self.context.provider().functions().SCardTransmit;
        // SAFETY: the connection is open while this value is, and `pci` a field of it; `command` and `answer` have the
        // lengths given, and outlive the call; a null `pioRecvPci` asks for none.
        let code = unsafe {
            function(
                self.handle,
                &raw const self.pci,
                command.as_ptr(),
                length(command),
                ptr::null_mut(),
                answer.as_mut_ptr(),
                &raw mut len,
            )
        };
        check(code)?;
        written(len, answer)
    }

    /// Wraps `SCardControl`: sends `input` once and returns how many bytes of `answer` came.
    pub(crate) fn control(
        &self,
        control_code: u32,
        input: &[u8],
        answer: &mut [u8],
    ) -> Result<usize, CallError> {
        self.check_process()?;
        let mut len = 0;
        let function = self.context.provider().functions().SCardControl;
        // SAFETY: the connection is open while this value is; `input` and `answer` have the lengths given, and outlive the
        // call, as `len` does.
        let code = unsafe {
            function(
                self.handle,
                DWORD::from(control_code),
                input.as_ptr(),
                length(input),
                answer.as_mut_ptr(),
                length(answer),
                &raw mut len,
            )
        };
        check(code)?;
        written(len, answer)
    }

    /// Wraps `SCardGetAttrib`.
    pub(crate) fn get_attribute(
        &self,
        attribute: Attribute,
        buffer: &mut [u8],
    ) -> Result<usize, OutputError> {
        self.check_process()?;
        let mut len = length(buffer);
        let function = self.context.provider().functions().SCardGetAttrib;
        // SAFETY: the connection is open while this value is; `buffer` has `len` bytes, and both outlive the call.
        let code = unsafe {
            function(
                self.handle,
                DWORD::from(attribute.0),
                buffer.as_mut_ptr(),
                &raw mut len,
            )
        };
        output(code, len, buffer)
    }

    /// Wraps `SCardSetAttrib`.
    pub(crate) fn set_attribute(&self, attribute: Attribute, value: &[u8]) -> Result<(), CallError> {
        self.check_process()?;
        let function = self.context.provider().functions().SCardSetAttrib;
        // SAFETY: the connection is open while this value is; `value` has the length given, and outlives the call.
        let code = unsafe {
            function(
                self.handle,
                DWORD::from(attribute.0),
                value.as_ptr(),
                length(value),
            )
        };
        check(code)
    }
}

impl Drop for CardHandle {
    fn drop(&mut self) {
        // There is nobody to tell; the release of the context disconnects the card as well.
        let _ = self.disconnect(self.on_drop);
    }
}

/// Returns the protocol control information of a protocol.
fn pci(protocol: Protocol) -> SCARD_IO_REQUEST {
    SCARD_IO_REQUEST {
        dwProtocol: protocol.to_c(),
        cbPciLength: size_of::<SCARD_IO_REQUEST>() as DWORD,
    }
}
