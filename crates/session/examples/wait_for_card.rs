//! Waits for a new card, opens a session with it, prints its answer to reset, and waits until it is taken out.
//!
//! `cargo run --package pcsc-session --example wait_for_card` runs on a simulated service, where another thread puts a card
//! in and takes it out. `... -- --system [SECONDS]` waits on the machine's PC/SC, for 30 seconds unless told otherwise.

use pcsc_session::{Error, Monitor, PresentCard, Provider, Session};
use pcsc_sim::{DemoCard, Simulator};
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let seconds = arguments.get(1).map_or("30", |text| text.to_str().unwrap_or(""));
    let result = match (arguments.as_slice(), seconds.parse().map(Duration::from_secs)) {
        ([], _) => simulated(),
        ([system] | [system, _], Ok(timeout)) if system == "--system" => {
            let provider = Provider::system().map_err(Error::from);
            provider.and_then(|provider| wait(provider, timeout, |_| {}))
        }
        _ => {
            eprintln!("usage: wait_for_card [--system [SECONDS]]");
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

/// What is waited for.
#[derive(PartialEq)]
enum Awaited {
    Card,
    Removal,
}

/// Waits for a card that is not there yet, and for its removal; tells at each look what it waits for.
fn wait(provider: Provider, timeout: Duration, mut waits: impl FnMut(Awaited)) -> Result<(), Error> {
    let mut monitor = Monitor::options().provider(provider).start()?;
    for card in monitor.present_cards() {
        println!("{}: there is a card already", card.reader);
    }
    println!("waiting for a new card for {} seconds", timeout.as_secs());
    let is_wanted = |card: &PresentCard| {
        waits(Awaited::Card);
        card.is_new && !card.is_mute
    };
    let card = monitor.wait_for_card(is_wanted, Some(timeout))?;
    let session = Session::options()
        .provider(provider)
        .reader(&card.reader)
        .open()?;
    println!("{session}, answer to reset {:X}", session.atr()?);
    session.close()?;
    println!("waiting for its removal");
    waits(Awaited::Removal);
    monitor.wait_for_removal(&card, None)?;
    println!("{}: card removed", card.reader);
    Ok(())
}

/// Shows the waits on the simulator.
fn simulated() -> Result<(), Error> {
    let simulator = Simulator::new();
    simulator
        .add_reader("Simulated Reader 00 00")
        .insert(DemoCard::new());
    let reader = simulator.add_reader("Simulated Reader 01 00");
    let (awaits, awaited) = mpsc::channel();
    // A user's hands.
    let hands = thread::spawn(move || {
        let _ = awaited.recv();
        reader.insert(DemoCard::new().t0());
        while awaited.recv() == Ok(Awaited::Card) {}
        reader.remove();
    });
    let result = wait(simulator.provider(), Duration::from_secs(30), move |awaited| {
        let _ = awaits.send(awaited);
    });
    hands.join().expect("it panics nowhere");
    result
}
