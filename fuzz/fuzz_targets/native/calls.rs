//! A program that makes the calls that it is told.

use crate::service::READER;
use pcsc_sys::*;
use pcsclite_wire::Command;
use std::ffi::CString;
use std::ptr;

/// A program, with the numbers that it has.
pub(crate) struct Program {
    functions: &'static Functions,
    context: SCARDCONTEXT,
    card: SCARDHANDLE,
    reader: CString,
    /// How often it has called what acts.
    acting: [(Command, usize); 7],
}

impl Default for Program {
    fn default() -> Program {
        Program {
            functions: Functions::native(),
            context: 0,
            card: 0,
            reader: CString::new(READER).expect("no null"),
            acting: [
                Command::TRANSMIT,
                Command::CONTROL,
                Command::CONNECT,
                Command::RECONNECT,
                Command::DISCONNECT,
                Command::SET_ATTRIBUTE,
                Command::END_TRANSACTION,
            ]
            .map(|command| (command, 0)),
        }
    }
}

impl Program {
    /// What acts, and how often it was called.
    pub(crate) fn acting(&self) -> impl Iterator<Item = (Command, usize)> {
        self.acting.into_iter()
    }

    fn counts(&mut self, command: Command) {
        let counted = self.acting.iter_mut().find(|(counted, _)| *counted == command);
        counted.expect("it acts").1 += 1;
    }

    /// Opens a context and a connection, calls, and closes.
    pub(crate) fn run(&mut self, calls: &[u8]) {
        let function = self.functions.SCardEstablishContext;
        // SAFETY: null reserved pointers, and a context that lives through the call.
        let code = unsafe { function(SCARD_SCOPE_SYSTEM, ptr::null(), ptr::null(), &mut self.context) };
        assert!(code == 0 || self.context == 0);
        if code != 0 {
            return;
        }
        self.connect();
        for call in calls {
            let kind = usize::from(call >> 4);
            match call & 15 {
                0 => self.list(kind),
                1 => self.changes(kind),
                2 => self.connect(),
                3 => self.status(kind),
                4 => self.transmit([0, 1, 2, 4, 300, 65_548][kind % 6]),
                5 => self.control([0, 1, 4, 300, 65_548][kind % 5]),
                6 => self.attribute(kind),
                7 => self.set_attribute(),
                8 => self.reconnect(),
                9 => self.end(),
                10 => self.disconnect(),
                // SAFETY: the functions look the numbers up.
                11 => drop(unsafe { (self.functions.SCardBeginTransaction)(self.card) }),
                // SAFETY: as above.
                12 => drop(unsafe { (self.functions.SCardCancel)(self.context) }),
                // SAFETY: as above.
                13 => drop(unsafe { (self.functions.SCardIsValidContext)(self.context) }),
                14 => self.groups(),
                _ => self.transmit(300),
            }
        }
        // SAFETY: as above.
        unsafe { (self.functions.SCardReleaseContext)(self.context) };
        // SAFETY: as above.
        let code = unsafe { (self.functions.SCardIsValidContext)(self.context) };
        assert_eq!(code, SCARD_E_INVALID_HANDLE);
    }

    /// Gives back what was allocated, after it was read to its end.
    fn free(&self, pointer: *const u8, len: DWORD) {
        if pointer.is_null() {
            return;
        }
        // SAFETY: it was allocated with so many bytes.
        let bytes = unsafe { std::slice::from_raw_parts(pointer, len as usize) };
        assert!(bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>() <= 255 * bytes.len() as u64);
        // SAFETY: it was allocated by a function of this table, and is freed once.
        let code = unsafe { (self.functions.SCardFreeMemory)(self.context, pointer.cast()) };
        assert_eq!(code, 0);
    }

    fn list(&self, kind: usize) {
        let function = self.functions.SCardListReaders;
        let mut len = [0, 1, 20, 2049][kind % 4];
        let mut names = vec![0u8; len as usize];
        // SAFETY: no group, and a buffer of the length given.
        let code = unsafe { function(self.context, ptr::null(), names.as_mut_ptr().cast(), &mut len) };
        assert!(code != 0 || names[..len as usize].ends_with(&[0]));
        let (mut pointer, mut len) = (ptr::null_mut::<u8>(), SCARD_AUTOALLOCATE);
        // SAFETY: no group, and a place for a pointer.
        let code = unsafe { function(self.context, ptr::null(), (&raw mut pointer).cast(), &mut len) };
        if code == 0 {
            self.free(pointer, len);
        }
    }

    fn groups(&self) {
        let (mut groups, mut len) = ([0u8; 30], 30);
        let function = self.functions.SCardListReaderGroups;
        // SAFETY: a buffer of the length given.
        let code = unsafe { function(self.context, groups.as_mut_ptr().cast(), &mut len) };
        assert!(code != 0 || len <= 30);
    }

    fn changes(&self, kind: usize) {
        let known = [
            SCARD_STATE_UNAWARE,
            SCARD_STATE_PRESENT,
            1 << 16 | SCARD_STATE_PRESENT,
        ][kind % 3];
        let names = [&self.reader, c"\\\\?PnP?\\Notification", c"Nobody's"];
        let mut states = names.map(|name| SCARD_READERSTATE {
            szReader: name.as_ptr(),
            pvUserData: ptr::null_mut(),
            dwCurrentState: known,
            dwEventState: 0,
            cbAtr: 0,
            rgbAtr: [0; 33],
        });
        let function = self.functions.SCardGetStatusChange;
        let count = 1 + kind as DWORD % 3;
        // SAFETY: so many structures, whose names live through the call.
        unsafe { function(self.context, kind as DWORD / 8 * 2, states.as_mut_ptr(), count) };
        assert!(states.iter().all(|state| state.cbAtr <= 33));
    }

    fn connect(&mut self) {
        self.counts(Command::CONNECT);
        let mut protocol = 0;
        let function = self.functions.SCardConnect;
        let (reader, card) = (self.reader.as_ptr(), &mut self.card);
        // SAFETY: the name is a C string, and the results live through the call.
        unsafe { function(self.context, reader, SCARD_SHARE_SHARED, 3, card, &mut protocol) };
    }

    fn status(&self, kind: usize) {
        let (mut state, mut protocol) = (0, 0);
        let (mut name_len, mut atr_len) = [(0, 0), (5, 2), (128, 33), (1000, 1000)][kind % 4];
        let (mut name, mut atr) = (vec![0u8; name_len as usize], vec![0u8; atr_len as usize]);
        let function = self.functions.SCardStatus;
        // SAFETY: the buffers have the lengths given, and all results live through the call.
        let code = unsafe {
            function(
                self.card,
                name.as_mut_ptr().cast(),
                &mut name_len,
                &mut state,
                &mut protocol,
                atr.as_mut_ptr(),
                &mut atr_len,
            )
        };
        assert!(code != 0 || name_len as usize <= name.len() && atr_len as usize <= atr.len());
        let (mut name, mut atr) = (ptr::null_mut::<u8>(), ptr::null_mut::<u8>());
        let (mut name_len, mut atr_len) = (SCARD_AUTOALLOCATE, SCARD_AUTOALLOCATE);
        // SAFETY: places for pointers, and all results live through the call.
        let code = unsafe {
            function(
                self.card,
                (&raw mut name).cast(),
                &mut name_len,
                &mut state,
                &mut protocol,
                (&raw mut atr).cast(),
                &mut atr_len,
            )
        };
        if code == 0 {
            self.free(name, name_len);
            self.free(atr, atr_len);
        }
    }

    fn transmit(&mut self, room: usize) {
        self.counts(Command::TRANSMIT);
        let (command, mut answer, mut len) = ([0u8, 0xCA, 0, 0, 0], vec![0u8; room], room as DWORD);
        let function = self.functions.SCardTransmit;
        let mut pci = SCARD_IO_REQUEST {
            dwProtocol: 0,
            cbPciLength: size_of::<SCARD_IO_REQUEST>() as DWORD,
        };
        // SAFETY: the buffers have the lengths given.
        let code = unsafe {
            function(
                self.card,
                SCARD_PCI_T1,
                command.as_ptr(),
                5,
                &mut pci,
                answer.as_mut_ptr(),
                &mut len,
            )
        };
        assert!(code != 0 || len as usize <= room);
    }

    fn control(&mut self, room: usize) {
        self.counts(Command::CONTROL);
        let (input, mut answer, mut len) = ([1u8, 2], vec![0u8; room], 0);
        let function = self.functions.SCardControl;
        let (input, output) = (input.as_ptr().cast(), answer.as_mut_ptr().cast());
        // SAFETY: the buffers have the lengths given.
        let code = unsafe { function(self.card, 1, input, 2, output, room as DWORD, &mut len) };
        assert!(code != 0 || len as usize <= room);
    }

    fn attribute(&self, kind: usize) {
        let mut len = [0, 3, 33, 264, 300][kind % 5];
        let mut value = vec![0u8; len as usize];
        let function = self.functions.SCardGetAttrib;
        // SAFETY: a buffer of the length given.
        let code = unsafe { function(self.card, SCARD_ATTR_ATR_STRING, value.as_mut_ptr(), &mut len) };
        assert!(code != 0 || len as usize <= value.len());
        let (mut pointer, mut len) = (ptr::null_mut::<u8>(), SCARD_AUTOALLOCATE);
        let place = (&raw mut pointer).cast();
        // SAFETY: a place for a pointer.
        unsafe { function(self.card, SCARD_ATTR_ATR_STRING, place, &mut len) };
        // Whatever the code is.
        self.free(pointer, len);
    }

    fn set_attribute(&mut self) {
        self.counts(Command::SET_ATTRIBUTE);
        // SAFETY: a value and its length.
        unsafe { (self.functions.SCardSetAttrib)(self.card, 1, [1, 2].as_ptr(), 2) };
    }

    fn reconnect(&mut self) {
        self.counts(Command::RECONNECT);
        let mut protocol = 0;
        let function = self.functions.SCardReconnect;
        // SAFETY: the result lives through the call.
        unsafe { function(self.card, SCARD_SHARE_SHARED, 3, SCARD_LEAVE_CARD, &mut protocol) };
    }

    fn end(&mut self) {
        self.counts(Command::END_TRANSACTION);
        // SAFETY: the function looks the number up.
        unsafe { (self.functions.SCardEndTransaction)(self.card, SCARD_LEAVE_CARD) };
    }

    fn disconnect(&mut self) {
        self.counts(Command::DISCONNECT);
        // SAFETY: the function looks the number up.
        unsafe { (self.functions.SCardDisconnect)(self.card, SCARD_LEAVE_CARD) };
    }
}
