//! Says whether there is a PC/SC library on this machine, and whether its service answers.
//!
//! `cargo run --example probe`

use pcsc_sys::*;
use std::ptr;

fn main() {
    match Functions::system() {
        Ok(_) => println!("library: there"),
        Err(error) => println!("library: {error}"),
    }
    let mut context: SCARDCONTEXT = 0;
    // SAFETY: the reserved pointers are null, as they must be, and the context is a local.
    let code =
        unsafe { SCardEstablishContext(SCARD_SCOPE_SYSTEM, ptr::null(), ptr::null(), &raw mut context) };
    println!("SCardEstablishContext: {:#010X}", code as u32);
    if code == SCARD_S_SUCCESS {
        // SAFETY: the context is open, and no other thread uses it.
        let code = unsafe { SCardReleaseContext(context) };
        println!("SCardReleaseContext: {:#010X}", code as u32);
    }
}
