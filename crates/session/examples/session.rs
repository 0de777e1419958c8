//! Opens a session, prints the answer to reset, sends a command, prints its answer.
//!
//! `cargo run --example session -- --system [READER] [APDU IN HEX]` on the machine's PC/SC.

use pcsc_session::{Error, Session, list_readers};

/// SELECT of the default application, which nearly every card answers.
const SELECT: &[u8] = &[0x00, 0xA4, 0x04, 0x00, 0x00];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_none_or(|argument| argument != "--system") {
        println!("usage: session --system [READER] [APDU IN HEX]");
        return Ok(());
    }
    arguments.remove(0);
    // What is hexadecimal is the command, anything else the reader.
    let command = arguments.iter().find_map(|argument| bytes(argument));
    let reader = arguments.iter().find(|argument| bytes(argument).is_none());

    let names = match list_readers() {
        Ok(names) => names,
        Err(error) => return missing(error),
    };
    println!("readers:");
    for name in &names {
        println!("  {name}");
    }
    let opened = match reader {
        Some(name) => Session::open_reader(name),
        None => Session::open(),
    };
    let mut session = match opened {
        Ok(session) => session,
        Err(error) => return missing(error),
    };
    println!("{session}");
    println!("answer to reset:\n{}", session.atr()?);
    let command = command.as_deref().unwrap_or(SELECT);
    println!("command:  {}", hex(command));
    let response = session.transmit(command)?;
    println!("data:     {}", hex(response.data()));
    println!("status:   {}", response.status());
    session.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// Says in words what a first run lacks.
fn missing(error: Error) -> Result<(), Box<dyn std::error::Error>> {
    match &error {
        Error::Load(_) => println!("There is no PC/SC library on this machine."),
        error if error.is_service_down() => println!("The PC/SC service does not run."),
        Error::NoReaders => println!("The PC/SC service runs, and there is no reader."),
        Error::NoCard { .. } => println!("There is a reader, and no card in it."),
        _ => {}
    }
    Err(error.into())
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = hex
        .chars()
        .map(|digit| Some(digit.to_digit(16)? as u8))
        .collect::<Option<_>>()?;
    if digits.is_empty() || digits.len() % 2 != 0 {
        return None;
    }
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect::<Vec<_>>()
        .join(" ")
}
