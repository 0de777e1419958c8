//! Lists the readers of the machine's PC/SC, with the card in each.
//!
//! `cargo run --example list_readers`

use pcsc_session::{Context, Error, Session};

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
    let context = Context::establish()?;
    let readers = context.list_readers()?;
    if readers.is_empty() {
        println!("no reader");
    }
    for name in &readers {
        // A look at the card must not reset it under another program's hands.
        let options = Session::options()
            .reader(name)
            .on_close(pcsc_session::Disposition::Leave);
        match options.open_in(&context).and_then(|session| session.atr()) {
            Ok(atr) => println!("{name}: {atr:X}"),
            Err(Error::NoCard { .. }) => println!("{name}: no card"),
            Err(error) => println!("{name}: {error}"),
        }
    }
    Ok(())
}
