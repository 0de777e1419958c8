//! Sends two commands that no other program can come between.
//!
//! `cargo run --example transaction [READER]`

use pcsc_session::{CardChannel, Disposition, Error, Session};

fn main() -> std::process::ExitCode {
    match run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Error> {
    let mut options = Session::options();
    if let Some(reader) = std::env::args().nth(1) {
        options = options.reader(reader);
    }
    let mut session = options.open()?;
    println!("{session}");

    let mut transaction = session.transaction()?;
    println!("in a transaction: no other program reaches the card");
    for command in [
        &[0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00][..],
        &[0x00, 0xB0, 0x00, 0x00, 0x10],
    ] {
        let response = transaction.transmit(command)?;
        println!("{command:02X?}: {:02X?} {}", response.data(), response.status());
    }
    transaction.end(Disposition::Leave)?;
    println!("ended");
    session.close()?;
    Ok(())
}
