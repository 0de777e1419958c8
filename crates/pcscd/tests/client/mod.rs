//! As much of a PC/SC client as the tests of the daemon need.

use std::ffi::{CStr, CString, c_char, c_long, c_uchar, c_ulong, c_void};
use std::mem::ManuallyDrop;
use std::path::Path;
use std::ptr;
use std::time::Duration;

use libloading::Library;

pub(crate) type Code = u32;
pub(crate) const NO_READERS_AVAILABLE: Code = 0x8010_002E;

/// Far above what pcscd needs to see a card, about a second.
const DEADLINE: Duration = Duration::from_secs(20);

const SHARE_SHARED: c_ulong = 2;
const PROTOCOL_ANY: c_ulong = 3;
const PROTOCOL_T1: c_ulong = 2;
const SCOPE_SYSTEM: c_ulong = 2;
const LEAVE_CARD: c_ulong = 0;
pub(crate) const STATE_UNAVAILABLE: c_ulong = 0x08;
const STATE_EMPTY: c_ulong = 0x10;
pub(crate) const STATE_PRESENT: c_ulong = 0x20;
pub(crate) const STATE_MUTE: c_ulong = 0x200;

#[repr(C)]
struct ReaderState {
    reader: *const c_char,
    user_data: *mut c_void,
    current_state: c_ulong,
    event_state: c_ulong,
    atr_length: c_ulong,
    atr: [c_uchar; 33],
}

#[repr(C)]
struct IoRequest {
    protocol: c_ulong,
    length: c_ulong,
}

type Establish = unsafe extern "C" fn(c_ulong, *const c_void, *const c_void, *mut c_long) -> c_long;
type Release = unsafe extern "C" fn(c_long) -> c_long;
type ListReaders = unsafe extern "C" fn(c_long, *const c_char, *mut c_char, *mut c_ulong) -> c_long;
type GetStatusChange = unsafe extern "C" fn(c_long, c_ulong, *mut ReaderState, c_ulong) -> c_long;
type Connect =
    unsafe extern "C" fn(c_long, *const c_char, c_ulong, c_ulong, *mut c_long, *mut c_ulong) -> c_long;
type Disconnect = unsafe extern "C" fn(c_long, c_ulong) -> c_long;
type Transmit = unsafe extern "C" fn(
    c_long,
    *const IoRequest,
    *const c_uchar,
    c_ulong,
    *mut IoRequest,
    *mut c_uchar,
    *mut c_ulong,
) -> c_long;
type Control = unsafe extern "C" fn(
    c_long,
    c_ulong,
    *const c_void,
    c_ulong,
    *mut c_void,
    c_ulong,
    *mut c_ulong,
) -> c_long;
type GetAttrib = unsafe extern "C" fn(c_long, c_ulong, *mut c_uchar, *mut c_ulong) -> c_long;
type SetAttrib = unsafe extern "C" fn(c_long, c_ulong, *const c_uchar, c_ulong) -> c_long;

/// One context.
pub(crate) struct Client {
    library: ManuallyDrop<Library>,
    context: c_long,
}

impl Client {
    pub(crate) fn new(library: &Path) -> Result<Self, Code> {
        // SAFETY: libpcsclite's constructors have no requirements. It stays loaded.
        let library = ManuallyDrop::new(unsafe { Library::new(library) }.unwrap());
        let mut client = Self { library, context: 0 };
        let establish: Establish = client.function(c"SCardEstablishContext");
        // SAFETY: the reserved pointers are null, as they must be; the context goes into a field that is writable.
        check(unsafe { establish(SCOPE_SYSTEM, ptr::null(), ptr::null(), &raw mut client.context) })?;
        Ok(client)
    }

    fn function<F: Copy>(&self, name: &CStr) -> F {
        // SAFETY: each caller names a function and the type that winscard.h gives it.
        *unsafe { self.library.get::<F>(name.to_bytes_with_nul()) }.unwrap()
    }

    pub(crate) fn list_readers(&self) -> Result<Vec<String>, Code> {
        let list: ListReaders = self.function(c"SCardListReaders");
        let mut buffer = [0u8; 4096];
        let mut length = buffer.len() as c_ulong;
        // SAFETY: `length` is the size of `buffer`, a local array; null stands for all groups.
        check(unsafe {
            list(
                self.context,
                ptr::null(),
                buffer.as_mut_ptr().cast(),
                &raw mut length,
            )
        })?;
        let names = buffer[..length as usize]
            .split(|&byte| byte == 0)
            .filter(|name| !name.is_empty());
        Ok(names
            .map(|name| String::from_utf8(name.to_vec()).unwrap())
            .collect())
    }

    /// Waits for a card and returns its ATR.
    pub(crate) fn wait_for_card(&self, reader: &str) -> Result<Vec<u8>, Code> {
        self.wait(reader, STATE_PRESENT)
            .map(|state| state.atr[..state.atr_length as usize].to_vec())
    }

    pub(crate) fn wait_for_removal(&self, reader: &str) -> Result<(), Code> {
        self.wait(reader, STATE_EMPTY).map(drop)
    }

    /// Waits until the reader is in a state with this bit.
    pub(crate) fn wait_for(&self, reader: &str, state: c_ulong) -> Result<(), Code> {
        self.wait(reader, state).map(drop)
    }

    /// Blocks in the daemon until the reader is in a state with this bit.
    fn wait(&self, reader: &str, wanted: c_ulong) -> Result<ReaderState, Code> {
        let get_status_change: GetStatusChange = self.function(c"SCardGetStatusChange");
        let name = CString::new(reader).unwrap();
        let mut state = ReaderState {
            reader: name.as_ptr(),
            user_data: ptr::null_mut(),
            current_state: 0,
            event_state: 0,
            atr_length: 0,
            atr: [0; 33],
        };
        let start = std::time::Instant::now();
        loop {
            let left = DEADLINE.saturating_sub(start.elapsed()).as_millis() as c_ulong;
            // SAFETY: one entry, a local whose name is a C string that lives as long as this function runs.
            check(unsafe { get_status_change(self.context, left, &raw mut state, 1) })?;
            if state.event_state & wanted != 0 {
                return Ok(state);
            }
            state.current_state = state.event_state;
        }
    }

    pub(crate) fn connect(&self, reader: &str) -> Result<Connection<'_>, Code> {
        let connect: Connect = self.function(c"SCardConnect");
        let name = CString::new(reader).unwrap();
        let (mut handle, mut protocol) = (0, 0);
        // SAFETY: `name` is a C string, and the results go into locals.
        check(unsafe {
            connect(
                self.context,
                name.as_ptr(),
                SHARE_SHARED,
                PROTOCOL_ANY,
                &raw mut handle,
                &raw mut protocol,
            )
        })?;
        Ok(Connection {
            client: self,
            handle,
            protocol,
        })
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let release: Release = self.function(c"SCardReleaseContext");
        // SAFETY: takes a number, which the library checks.
        unsafe { release(self.context) };
    }
}

/// A connected card.
pub(crate) struct Connection<'a> {
    client: &'a Client,
    handle: c_long,
    protocol: c_ulong,
}

impl Connection<'_> {
    pub(crate) fn transmit(&self, command: &[u8]) -> Result<Vec<u8>, Code> {
        let transmit: Transmit = self.client.function(c"SCardTransmit");
        let protocol = if self.protocol == 0 {
            PROTOCOL_T1
        } else {
            self.protocol
        };
        let pci = IoRequest {
            protocol,
            length: size_of::<IoRequest>() as c_ulong,
        };
        let mut response = vec![0; 65_548];
        let mut length = response.len() as c_ulong;
        // SAFETY: `pci`, `command` and `response` live during the call, and both lengths are theirs.
        check(unsafe {
            transmit(
                self.handle,
                &raw const pci,
                command.as_ptr(),
                command.len() as c_ulong,
                ptr::null_mut(),
                response.as_mut_ptr(),
                &raw mut length,
            )
        })?;
        response.truncate(length as usize);
        Ok(response)
    }

    pub(crate) fn control(&self, code: u32, input: &[u8]) -> Result<Vec<u8>, Code> {
        let control: Control = self.client.function(c"SCardControl");
        let mut output = vec![0; 1000];
        let mut length = 0;
        // SAFETY: `input` and `output` live during the call, and both lengths are theirs.
        check(unsafe {
            control(
                self.handle,
                code.into(),
                input.as_ptr().cast(),
                input.len() as c_ulong,
                output.as_mut_ptr().cast(),
                output.len() as c_ulong,
                &raw mut length,
            )
        })?;
        output.truncate(length as usize);
        Ok(output)
    }

    pub(crate) fn attribute(&self, attribute: u32) -> Result<Vec<u8>, Code> {
        let get: GetAttrib = self.client.function(c"SCardGetAttrib");
        let mut value = vec![0; 264];
        let mut length = value.len() as c_ulong;
        // SAFETY: `value` lives during the call, and `length` is its own.
        check(unsafe { get(self.handle, attribute.into(), value.as_mut_ptr(), &raw mut length) })?;
        value.truncate(length as usize);
        Ok(value)
    }

    pub(crate) fn set_attribute(&self, attribute: u32, value: &[u8]) -> Result<(), Code> {
        let set: SetAttrib = self.client.function(c"SCardSetAttrib");
        // SAFETY: `value` lives during the call, and the length is its own.
        check(unsafe {
            set(
                self.handle,
                attribute.into(),
                value.as_ptr(),
                value.len() as c_ulong,
            )
        })
    }
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        let disconnect: Disconnect = self.client.function(c"SCardDisconnect");
        // SAFETY: takes numbers, which the library checks.
        unsafe { disconnect(self.handle, LEAVE_CARD) };
    }
}

fn check(code: c_long) -> Result<(), Code> {
    // A code is 32 bits wide; a long may repeat its sign above.
    if code == 0 { Ok(()) } else { Err(code as Code) }
}
