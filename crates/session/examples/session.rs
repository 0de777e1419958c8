//! Opens a session, prints the answer to reset, sends commands, prints their answers.
//!
//! `cargo run --example session` runs on a simulated service, with a demonstration card in its reader.
//! `cargo run --example session -- --system` runs on the machine's PC/SC. The command `pcsc` has the rest.

use pcsc_session::{Error, Session, SessionOptions};
use pcsc_sim::{DemoCard, Simulator};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let result = match arguments.as_slice() {
        [] => simulated(),
        [system] if system == "--system" => system_wide(),
        _ => {
            eprintln!("usage: session [--system]");
            return ExitCode::FAILURE;
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}\n{error}", missing(&error));
            ExitCode::FAILURE
        }
    }
}

/// Shows a session on the simulator.
fn simulated() -> Result<(), Error> {
    let simulator = Simulator::new();
    let reader = simulator.add_reader("Simulated Reader 00 00");
    reader.insert(DemoCard::new());
    let mut session = open(&Session::options().provider(simulator.provider()))?;

    let mut select = vec![0x00, 0xA4, 0x04, 0x00, DemoCard::AID.len() as u8];
    select.extend(DemoCard::AID);
    select.push(0x00);
    show(&mut session, "SELECT the application", &select)?;
    show(
        &mut session,
        "READ BINARY of its greeting",
        &[0x00, 0xB0, 0x81, 0x00, 0x00],
    )?;
    show(
        &mut session,
        "VERIFY with a wrong PIN",
        b"\x00\x20\x00\x81\x04\x30\x30\x30\x30",
    )?;
    session.close()?;
    Ok(())
}

/// Shows a session on the machine's PC/SC.
fn system_wide() -> Result<(), Error> {
    let mut session = open(&Session::options())?;
    // SELECT of the default application: nearly every card answers it.
    show(&mut session, "the command", &[0x00, 0xA4, 0x04, 0x00, 0x00])?;
    session.close()?;
    Ok(())
}

/// Lists the readers, opens the session and prints the answer to reset.
fn open(options: &SessionOptions) -> Result<Session, Error> {
    let context = options.establish()?;
    println!("readers:");
    for name in context.list_readers()? {
        println!("  {name}");
    }
    let session = options.open_in(&context)?;
    println!("{session}, answer to reset:");
    for line in session.atr()?.to_string().lines() {
        println!("  {line}");
    }
    Ok(session)
}

/// Sends a command and prints its answer.
fn show(session: &mut Session, what: &str, command: &[u8]) -> Result<(), Error> {
    println!("{what}");
    println!("  > {}", hex(command));
    let response = session.transmit(command)?;
    if !response.data().is_empty() {
        println!("  < {} {}", hex(response.data()), text(response.data()));
    }
    println!("  < {}", response.status());
    Ok(())
}

/// Says in words what a first run lacks.
fn missing(error: &Error) -> &'static str {
    match error {
        Error::Load { .. } => "There is no PC/SC library on this machine.",
        error if error.is_service_down() => "The PC/SC service does not run.",
        Error::NoReaders { .. } => "The PC/SC service runs, and there is no reader.",
        Error::NoCard { .. } => "There is a reader, and no card in it.",
        _ => "It went wrong on the way.",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The bytes as text, a dot for what is not printable.
fn text(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| {
            if byte.is_ascii_graphic() || *byte == b' ' {
                char::from(*byte)
            } else {
                '.'
            }
        })
        .collect()
}
