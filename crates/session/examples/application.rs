//! Selects an application, reads a file of 32 KiB, verifies a PIN with a wrong value and with the right one.
//!
//! `cargo run --package pcsc-session --example application` runs on a simulated service, with a demonstration card in
//! its reader. `... -- --system [READER]` runs on the machine's PC/SC, with a card that has the same application.

use pcsc_session::{CardChannel, Command, Error, Session, SessionOptions};
use pcsc_sim::{DemoCard, Simulator};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let result = match arguments.as_slice() {
        [] => {
            let simulator = Simulator::new();
            let reader = simulator.add_reader("Simulated Reader 00 00");
            reader.insert(DemoCard::new().without_extended_length());
            application(&Session::options().provider(simulator.provider()))
        }
        [system] if system == "--system" => application(&Session::options()),
        [system, reader] if system == "--system" => {
            application(&Session::options().reader(reader.as_os_str()))
        }
        _ => {
            eprintln!("usage: application [--system [READER]]");
            return ExitCode::FAILURE;
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn application(options: &SessionOptions) -> Result<(), Error> {
    let mut session = options.open()?;
    println!("{session}");

    session.execute(&Command::select_aid(DemoCard::AID))?.ok()?;
    println!("application selected");

    session
        .execute(&Command::select_file(&DemoCard::LARGE.to_be_bytes()))?
        .ok()?;
    let mut progress = |done: usize| {
        if done % 8192 == 0 {
            println!("  {done} bytes");
        }
    };
    let data = session
        .transparent_file()
        .with_len(32_768)
        .with_progress(&mut progress)
        .read()?;
    let last = data.last().copied().unwrap_or_default();
    println!("file read: {} bytes, the last is {last:02X}", data.len());

    verify(&mut session, "0000")?;
    verify(&mut session, "123456")?;

    let secret = session.execute(&Command::read_binary_sfi(5, 0, 256)?)?.ok()?;
    println!("protected file: {} bytes", secret.data().len());
    Ok(())
}

/// Verifies a PIN; a wrong one is no failure of this program.
fn verify(card: &mut dyn CardChannel, pin: &str) -> Result<(), Error> {
    let command = Command::verify(DemoCard::PIN_REFERENCE, pin.as_bytes())?;
    let answer = card
        .execute(&command)?
        .ok_if(|status| status.retries().is_some())?;
    match answer.status().retries() {
        None => println!("PIN: right"),
        Some(tries) => println!("PIN: wrong, {tries} tries left"),
    }
    Ok(())
}
