//! Sends two commands that no other program can come between.
//!
//! `cargo run --package pcsc-session --example transaction` runs on a simulated service, with a demonstration card in its
//! reader. `... -- --system [READER]` runs on the machine's PC/SC, with any card.

use pcsc_session::{CardChannel, Disposition, Error, Session, SessionOptions};
use pcsc_sim::{DemoCard, Simulator};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let result = match arguments.as_slice() {
        [] => {
            let simulator = Simulator::new();
            simulator
                .add_reader("Simulated Reader 00 00")
                .insert(DemoCard::new());
            transaction(&Session::options().provider(simulator.provider()))
        }
        [system] if system == "--system" => transaction(&Session::options()),
        [system, reader] if system == "--system" => {
            transaction(&Session::options().reader(reader.as_os_str()))
        }
        _ => {
            eprintln!("usage: transaction [--system [READER]]");
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

fn transaction(options: &SessionOptions) -> Result<(), Error> {
    let mut session = options.open()?;
    println!("{session}");

    // Where `?` leaves this function, the card is reset: a program that verifies a PIN here leaves it verified to none.
    let mut transaction = session.transaction()?.on_drop(Disposition::Reset);
    println!("in a transaction: no other program reaches the card");
    // What takes `&mut dyn CardChannel` takes the transaction as it takes the session.
    let commands: [&[u8]; 2] = [
        &[0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00, 0x00], // SELECT the MF
        &[0x00, 0xB0, 0x9E, 0x00, 0x10],                   // READ BINARY of EF.DIR
    ];
    for command in commands {
        send(&mut transaction, command)?;
    }
    transaction.end(Disposition::Leave)?;
    println!("ended");
    session.close()?;
    Ok(())
}

/// Sends a command and prints its answer.
fn send(card: &mut dyn CardChannel, command: &[u8]) -> Result<(), Error> {
    println!("> {command:02X?}");
    let response = card.transmit(command)?;
    println!("< {:02X?} {}", response.data(), response.status());
    Ok(())
}
