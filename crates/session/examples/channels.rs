//! Uses two applications of one card side by side, each on a logical channel of its own.
//!
//! `cargo run --package pcsc-session --example channels` runs on a simulated service, with a demonstration card in its
//! reader. `... -- --system [READER]` runs on the machine's PC/SC, with a card that has the same applications.

use pcsc_session::{CardChannel, Command, Error, Session, SessionOptions};
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
            channels(&Session::options().provider(simulator.provider()))
        }
        [system] if system == "--system" => channels(&Session::options()),
        [system, reader] if system == "--system" => channels(&Session::options().reader(reader.as_os_str())),
        _ => {
            eprintln!("usage: channels [--system [READER]]");
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

fn channels(options: &SessionOptions) -> Result<(), Error> {
    let mut session = options.open()?;
    println!("{session}");

    // The session is the basic channel: an application can be selected there as well.
    println!("basic channel: {}", greeting(&mut session, DemoCard::AID)?);

    // They borrow the session: while there are any, commands go through them.
    let mut one = session.open_channel()?;
    let mut two = session.open_channel()?;
    println!("channel {}: {}", one.number(), greeting(&mut one, DemoCard::AID)?);
    println!(
        "channel {}: {}",
        two.number(),
        greeting(&mut two, DemoCard::SECOND_AID)?
    );

    // Each has a buffer of its own: what one answered stays while the other goes on.
    let read = Command::read_binary_sfi(1, 11, 10)?;
    let kept = one.execute(&read)?.ok()?;
    let next = two.execute(&read)?.ok()?;
    println!(
        "both at once: {:?} and {:?}",
        text(kept.data()),
        text(next.data())
    );

    one.close()?;
    two.close()?;
    session.close()?;
    println!("closed");
    Ok(())
}

/// Selects an application and reads its greeting, on whatever takes commands.
fn greeting(card: &mut dyn CardChannel, aid: &[u8]) -> Result<String, Error> {
    card.execute(&Command::select_aid(aid))?.ok()?;
    let read = Command::read_binary_sfi(1, 0, 256)?;
    Ok(text(card.execute(&read)?.ok()?.data()))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
