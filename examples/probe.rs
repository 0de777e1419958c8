//! Says whether there is a PC/SC library on this machine, and whether its service answers.
//!
//! `cargo run --example probe`

use pcsc_sys::*;
use std::ptr;

fn main() {
    match Functions::system() {
        Ok(_) if cfg!(feature = "link") => println!("library: linked, {}", place()),
        Ok(_) => println!("library: loaded, {}", place()),
        Err(error) => println!("library: {error}"),
    }
    let mut context: SCARDCONTEXT = 0;
    // SAFETY: the reserved pointers are null, as they must be, and the context is a local.
    let code =
        unsafe { SCardEstablishContext(SCARD_SCOPE_SYSTEM, ptr::null(), ptr::null(), &raw mut context) };
    println!("SCardEstablishContext: {} ({:#010X})", name(code), code as u32);
    if code == SCARD_S_SUCCESS {
        // SAFETY: the context is open, and no other thread uses it.
        let code = unsafe { SCardReleaseContext(context) };
        println!("SCardReleaseContext: {} ({:#010X})", name(code), code as u32);
    }
}

/// Returns the file that the library is mapped from, where the system tells.
fn place() -> String {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let path = maps.split_whitespace().find(|word| word.contains("/libpcsclite"));
    path.unwrap_or("the system does not say from where").to_owned()
}

/// Returns the name of a code that opening or closing a context can return.
fn name(code: LONG) -> &'static str {
    macro_rules! find {
        ($($name:ident)*) => { match code { $($name => stringify!($name),)* _ => "another code" } };
    }
    find!(
        SCARD_S_SUCCESS SCARD_E_NO_SERVICE SCARD_E_SERVICE_STOPPED SCARD_E_NO_MEMORY SCARD_E_INVALID_HANDLE
        SCARD_E_INVALID_PARAMETER SCARD_E_INVALID_VALUE SCARD_F_COMM_ERROR SCARD_F_INTERNAL_ERROR
        SCARD_E_UNEXPECTED SCARD_W_SECURITY_VIOLATION
    )
}
