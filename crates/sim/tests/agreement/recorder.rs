//! A program's calls, and the record of what they returned.

mod driver;
mod power;

use crate::backend::{Backend, READERS};
use pcsc_sys::*;
use std::ffi::{CStr, CString, c_char};
use std::ptr;
use std::sync::MutexGuard;
use std::time::{Duration, Instant};

const DEADLINE: Duration = Duration::from_secs(20);

/// What a buffer has in it that nobody has written.
pub(crate) const UNTOUCHED: u8 = 0xEE;

pub(crate) struct Recorder {
    backend: Backend,
    functions: &'static Functions,
    contexts: Vec<SCARDCONTEXT>,
    record: Vec<String>,
    /// Dropped at the end, when the contexts are released.
    held: Option<MutexGuard<'static, ()>>,
}

pub(crate) fn reader_state(name: &CStr, current: DWORD) -> SCARD_READERSTATE {
    SCARD_READERSTATE {
        szReader: name.as_ptr(),
        pvUserData: ptr::null_mut(),
        dwCurrentState: current,
        dwEventState: 0x7777,
        cbAtr: 0x55,
        rgbAtr: [UNTOUCHED; 33],
    }
}

/// A code, as one writes it.
fn hex(code: LONG) -> String {
    format!("{:08X}", code as u32)
}

/// A length in words, where it stands for none.
pub(crate) const UNSET: DWORD = 0x1234;

impl Recorder {
    pub(crate) fn new(backend: Backend) -> Self {
        let functions = backend.functions();
        Self {
            backend,
            functions,
            contexts: Vec::new(),
            record: Vec::new(),
            held: None,
        }
    }

    /// Ends the program, and gives its record.
    pub(crate) fn finish(mut self) -> Vec<String> {
        for context in std::mem::take(&mut self.contexts) {
            // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
            unsafe { (self.functions.SCardReleaseContext)(context) };
        }
        self.record
    }

    pub(crate) fn functions(&self) -> &'static Functions {
        self.functions
    }

    /// Adds a line. The largest numbers, of 32 bits and of DWORD's, which has a size of its own on each platform, are "MAX".
    #[track_caller]
    pub(crate) fn note(&mut self, what: impl Into<String>) {
        let line = std::panic::Location::caller().line();
        let mut what: String = what.into();
        for largest in [u64::MAX, u64::from(u32::MAX)] {
            what = what.replace(&largest.to_string(), "MAX");
        }
        self.record.push(format!("line {line}: {what}"));
    }

    pub(crate) fn insert(&mut self, reader: usize, atr: &[u8]) {
        self.backend.insert(reader, atr);
    }

    pub(crate) fn remove(&mut self, reader: usize) {
        self.backend.remove(reader);
    }

    /// Has a reader no longer answer its driver.
    pub(crate) fn take_away(&mut self, reader: usize) {
        self.backend.set_available(reader, false, SCARD_STATE_UNAVAILABLE);
    }

    /// Removes the card of a reader that is away.
    pub(crate) fn remove_unseen(&mut self, reader: usize) {
        self.backend.remove_unseen(reader);
    }

    /// Has a reader answer again; `seen` is what it then has, or has not, in it.
    pub(crate) fn bring_back(&mut self, reader: usize, seen: DWORD) {
        self.backend.set_available(reader, true, seen);
    }

    /// Ends the service, and takes the cards out of its readers.
    pub(crate) fn stop_service(&mut self) {
        self.backend.stop();
    }

    pub(crate) fn start_service(&mut self) {
        self.backend.start();
    }

    /// Opens a context, released at the end.
    #[track_caller]
    pub(crate) fn context(&mut self) -> SCARDCONTEXT {
        let mut context = 0;
        // SAFETY: the reserved pointers are null, and `context` lives through the call.
        let code = unsafe {
            (self.functions.SCardEstablishContext)(SCARD_SCOPE_SYSTEM, ptr::null(), ptr::null(), &mut context)
        };
        self.note(format!("establish {}", hex(code)));
        self.keep(context);
        context
    }

    /// Keeps others out until the end.
    pub(crate) fn hold(&mut self, lock: MutexGuard<'static, ()>) {
        self.held = Some(lock);
    }

    /// Has a context released at the end.
    pub(crate) fn keep(&mut self, context: SCARDCONTEXT) {
        self.contexts.push(context);
    }

    #[track_caller]
    pub(crate) fn release(&mut self, context: SCARDCONTEXT) {
        // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
        let code = unsafe { (self.functions.SCardReleaseContext)(context) };
        self.contexts.retain(|&open| open != context);
        self.note(format!("release {}", hex(code)));
    }

    #[track_caller]
    pub(crate) fn connect(
        &mut self,
        context: SCARDCONTEXT,
        reader: usize,
        mode: DWORD,
        protocols: DWORD,
    ) -> SCARDHANDLE {
        self.connect_to(context, READERS[reader], mode, protocols)
    }

    #[track_caller]
    pub(crate) fn connect_to(
        &mut self,
        context: SCARDCONTEXT,
        reader: &str,
        mode: DWORD,
        protocols: DWORD,
    ) -> SCARDHANDLE {
        let name = CString::new(reader).unwrap();
        let (mut card, mut protocol) = (0x77, UNSET);
        // SAFETY: the name is null-terminated, and the results live through the call.
        let code = unsafe {
            (self.functions.SCardConnect)(context, name.as_ptr(), mode, protocols, &mut card, &mut protocol)
        };
        self.note(format!(
            "connect {reader} {mode} {protocols:X}: {} {protocol:X} {}",
            hex(code),
            card == 0
        ));
        card
    }

    /// Connects shared, with any protocol.
    #[track_caller]
    pub(crate) fn shared(&mut self, context: SCARDCONTEXT, reader: usize) -> SCARDHANDLE {
        self.connect(context, reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY)
    }

    /// Connects shared, with any protocol, when the service has taken the card's power, which pcscd does in a while.
    #[track_caller]
    pub(crate) fn shared_at_last(&mut self, context: SCARDCONTEXT, reader: usize) -> SCARDHANDLE {
        let end = Instant::now() + DEADLINE;
        loop {
            let card = self.shared(context, reader);
            let code = hex(SCARD_W_UNPOWERED_CARD);
            if !self.record.last().is_some_and(|line| line.contains(&code)) {
                return card;
            }
            assert!(Instant::now() < end, "the card keeps its power");
            self.record.pop();
            // No event to wait for: pcscd changes what it keeps for itself, and tells neither programs nor the state that
            // they watch. So it is asked again, a few times in each of its rounds.
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    #[track_caller]
    pub(crate) fn reconnect(
        &mut self,
        card: SCARDHANDLE,
        mode: DWORD,
        protocols: DWORD,
        initialization: DWORD,
    ) {
        let mut protocol = UNSET;
        // SAFETY: the result lives through the call.
        let code =
            unsafe { (self.functions.SCardReconnect)(card, mode, protocols, initialization, &mut protocol) };
        self.note(format!(
            "reconnect {mode} {protocols:X} {initialization}: {} {protocol:X}",
            hex(code)
        ));
    }

    #[track_caller]
    pub(crate) fn disconnect(&mut self, card: SCARDHANDLE, disposition: DWORD) {
        // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
        let code = unsafe { (self.functions.SCardDisconnect)(card, disposition) };
        self.note(format!("disconnect {disposition}: {}", hex(code)));
    }

    #[track_caller]
    pub(crate) fn begin(&mut self, card: SCARDHANDLE) {
        // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
        let code = unsafe { (self.functions.SCardBeginTransaction)(card) };
        self.note(format!("begin: {}", hex(code)));
    }

    #[track_caller]
    pub(crate) fn end(&mut self, card: SCARDHANDLE, disposition: DWORD) {
        // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
        let code = unsafe { (self.functions.SCardEndTransaction)(card, disposition) };
        self.note(format!("end {disposition}: {}", hex(code)));
    }

    /// Asks for the status with buffers that are large enough.
    #[track_caller]
    pub(crate) fn status(&mut self, card: SCARDHANDLE) {
        let (mut name, mut atr) = ([0u8; 128], [0u8; 33]);
        let (mut name_len, mut atr_len, mut state, mut protocol) = (128, 33, UNSET, UNSET);
        // SAFETY: the buffers have the lengths given, and all results live through the call.
        let code = unsafe {
            (self.functions.SCardStatus)(
                card,
                name.as_mut_ptr().cast::<c_char>(),
                &mut name_len,
                &mut state,
                &mut protocol,
                atr.as_mut_ptr(),
                &mut atr_len,
            )
        };
        let name = String::from_utf8_lossy(&name[..name_len as usize]);
        let atr = &atr[..atr_len as usize];
        self.note(format!(
            "status: {} {name:?} {state:X} {protocol:X} {atr:02X?}",
            hex(code)
        ));
    }

    /// Sends a command whose answer has `len` bytes of data, with room for `room` bytes.
    #[track_caller]
    pub(crate) fn transmit(&mut self, card: SCARDHANDLE, protocol: DWORD, len: u8, room: usize) {
        let pci = SCARD_IO_REQUEST {
            dwProtocol: protocol,
            cbPciLength: size_of::<SCARD_IO_REQUEST>() as DWORD,
        };
        let command = [0x00, 0xCA, len, 0x00, 0x00];
        let mut answer = vec![UNTOUCHED; 300];
        let mut received = room as DWORD;
        // SAFETY: the command and its length, and a buffer that is at least as long as it is said to be.
        let code = unsafe {
            (self.functions.SCardTransmit)(
                card,
                &pci,
                command.as_ptr(),
                command.len() as DWORD,
                ptr::null_mut(),
                answer.as_mut_ptr(),
                &mut received,
            )
        };
        let touched = answer
            .iter()
            .rposition(|&byte| byte != UNTOUCHED)
            .map_or(0, |last| last + 1);
        self.note(format!(
            "transmit {protocol:X} {len} {room}: {} {received} {:02X?}",
            hex(code),
            &answer[..touched]
        ));
    }

    #[track_caller]
    pub(crate) fn list(&mut self, context: SCARDCONTEXT) {
        let mut buffer = [0u8; 512];
        let mut len = 512;
        // SAFETY: no group, and a buffer of the length given.
        let code = unsafe {
            (self.functions.SCardListReaders)(context, ptr::null(), buffer.as_mut_ptr().cast(), &mut len)
        };
        let list = String::from_utf8_lossy(&buffer[..(len as usize).min(512)]).into_owned();
        self.note(format!("list: {} {list:?}", hex(code)));
    }

    /// Asks for changes; notes the states found, and returns them.
    #[track_caller]
    pub(crate) fn changes(
        &mut self,
        context: SCARDCONTEXT,
        timeout: DWORD,
        readers: &[(&str, DWORD)],
    ) -> Vec<DWORD> {
        let names: Vec<CString> = readers
            .iter()
            .map(|(name, _)| CString::new(*name).unwrap())
            .collect();
        let mut states: Vec<SCARD_READERSTATE> = names
            .iter()
            .zip(readers)
            .map(|(name, &(_, current))| reader_state(name, current))
            .collect();
        // SAFETY: the structures and their number; the names live through the call.
        let code = unsafe {
            (self.functions.SCardGetStatusChange)(
                context,
                timeout,
                states.as_mut_ptr(),
                states.len() as DWORD,
            )
        };
        let found: Vec<String> = states
            .iter()
            .map(|state| {
                let len = (state.cbAtr as usize).min(33);
                let atr = if state.cbAtr == 0x55 {
                    &[][..]
                } else {
                    &state.rgbAtr[..len]
                };
                format!("{:X} {:X} {atr:02X?}", state.dwEventState, state.cbAtr)
            })
            .collect();
        self.note(format!("changes {timeout}: {} {}", hex(code), found.join(", ")));
        states.iter().map(|state| state.dwEventState).collect()
    }

    #[track_caller]
    pub(crate) fn cancel(&mut self, context: SCARDCONTEXT) {
        // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
        let code = unsafe { (self.functions.SCardCancel)(context) };
        self.note(format!("cancel: {}", hex(code)));
    }

    #[track_caller]
    pub(crate) fn is_valid(&mut self, context: SCARDCONTEXT) {
        // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
        let code = unsafe { (self.functions.SCardIsValidContext)(context) };
        self.note(format!("is valid: {}", hex(code)));
    }

    /// Records what became of a call that had no place for what the service was to allocate: DWORD has a size of its own
    /// on each platform.
    #[track_caller]
    pub(crate) fn no_place(&mut self, length: DWORD, code: LONG) {
        if length == SCARD_AUTOALLOCATE {
            self.code("no place MAX", code);
        } else {
            self.code(&format!("no place {length:X}"), code);
        }
    }

    #[track_caller]
    pub(crate) fn code(&mut self, what: &str, code: LONG) {
        self.note(format!("{what}: {}", hex(code)));
    }
}
