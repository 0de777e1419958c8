//! `cost ROW COUNT` transmits a command COUNT times, in the way that the row names.
//!
//! `cargo xtask test cost` counts the instructions. A new row is a function here and an entry in the stage's list.

use std::error::Error;

const COMMAND: [u8; 5] = [0x00, 0xA4, 0x04, 0x00, 0x00];
const LONGEST: usize = 258;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, row, count] = arguments.as_slice() else {
        return Err("usage: cost ROW COUNT".into());
    };
    let count = count.parse()?;
    match row.as_str() {
        "pcsc-sys" => free_function(count),
        "pcsc" => published_crate(count),
        "session" => session(count),
        "execute" => execute(count),
        _ => Err(format!("there is no row {row}").into()),
    }
}

/// pcsc-sys' free function, as C would call it.
fn free_function(count: u64) -> Result<(), Box<dyn Error>> {
    let mut response = [0; LONGEST];
    for _ in 0..count {
        let mut length = LONGEST as pcsc_sys::DWORD;
        // SAFETY: the buffers are locals of the lengths that are given, the header is a static.
        let code = unsafe {
            pcsc_sys::SCardTransmit(
                1,
                &pcsc_sys::g_rgSCardT1Pci,
                COMMAND.as_ptr(),
                COMMAND.len() as pcsc_sys::DWORD,
                std::ptr::null_mut(),
                response.as_mut_ptr(),
                &mut length,
            )
        };
        if code != pcsc_sys::SCARD_S_SUCCESS || length != 2 {
            return Err(format!("SCardTransmit: {code:X}, {length} bytes").into());
        }
    }
    Ok(())
}

/// The published crate's `Card::transmit`.
fn published_crate(count: u64) -> Result<(), Box<dyn Error>> {
    let context = pcsc::Context::establish(pcsc::Scope::System)?;
    let card = context.connect(c"Do Nothing 00 00", pcsc::ShareMode::Shared, pcsc::Protocols::ANY)?;
    let mut response = [0; LONGEST];
    for _ in 0..count {
        if card.transmit(&COMMAND, &mut response)?.len() != 2 {
            return Err("another response".into());
        }
    }
    Ok(())
}

/// `Session::transmit`, with its checks, its log (switched off) and its status word.
fn session(count: u64) -> Result<(), Box<dyn Error>> {
    let mut session = pcsc_session::Session::open()?;
    for _ in 0..count {
        if !session.transmit(&COMMAND)?.status().is_success() {
            return Err("another status word".into());
        }
    }
    Ok(())
}

/// `Session::execute` of the same command as a value: encoded, sent, and its answer found to need no rule.
fn execute(count: u64) -> Result<(), Box<dyn Error>> {
    let mut session = pcsc_session::Session::open()?;
    for _ in 0..count {
        let command = std::hint::black_box(pcsc_session::Command::new(0x00, 0xA4, 0x04, 0x00).with_ne(256));
        if !session.execute(&command)?.status().is_success() {
            return Err("another status word".into());
        }
    }
    Ok(())
}
