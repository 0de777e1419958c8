//! Lists the readers, with the card in each.
//!
//! `cargo run --package pcsc-session --example list_readers` runs on a simulated service with three readers, one of them
//! empty. `... -- --system` runs on the machine's PC/SC.

use pcsc_session::{Disposition, Error, Session, SessionOptions};
use pcsc_sim::{DemoCard, Simulator};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let result = match arguments.as_slice() {
        [] => {
            let simulator = Simulator::new();
            let name = |number| format!("Simulated Reader 0{number} 00");
            simulator.add_reader(name(0)).insert(DemoCard::new());
            simulator.add_reader(name(1));
            simulator.add_reader(name(2)).insert(DemoCard::new().t0());
            list(Session::options().provider(simulator.provider()))
        }
        [system] if system == "--system" => list(Session::options()),
        _ => {
            eprintln!("usage: list_readers [--system]");
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

fn list(options: SessionOptions) -> Result<(), Error> {
    let context = options.establish()?;
    let readers = context.list_readers()?;
    if readers.is_empty() {
        println!("no reader");
    }
    // A look at the card must not reset it under another program's hands.
    let options = options.on_close(Disposition::Leave);
    for name in &readers {
        let session = options.clone().reader(name).open_in(&context);
        match session.and_then(|session| session.atr()) {
            Ok(atr) => println!("{name}: {atr:X}"),
            Err(Error::NoCard { .. }) => println!("{name}: no card"),
            Err(error) => println!("{name}: {error}"),
        }
    }
    Ok(())
}
