//! Prints what happens to readers and cards, as it happens.
//!
//! `cargo run --package pcsc-session --example monitor` runs on a simulated service, where another thread plugs readers,
//! swaps cards and ends the service. `... -- --system` runs on the machine's PC/SC, until Ctrl-C.

use pcsc_session::{Error, Event, Monitor};
use pcsc_sim::{DemoCard, Simulator};
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver};
use std::thread;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let result = match arguments.as_slice() {
        [] => simulated(),
        [system] if system == "--system" => Monitor::start().map(|monitor| print(monitor, |_| {})),
        _ => {
            eprintln!("usage: monitor [--system]");
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

/// Prints the events until the monitor is cancelled, and hands each on that was.
fn print(monitor: Monitor, mut printed: impl FnMut(Event)) {
    for event in monitor {
        println!("{event}");
        printed(event);
    }
}

/// Shows events on the simulator.
fn simulated() -> Result<(), Error> {
    let simulator = Simulator::new();
    let monitor = Monitor::options().provider(simulator.provider()).start()?;
    let canceller = monitor.canceller();
    let (printed, is_printed) = mpsc::channel();
    let hands = thread::spawn(move || {
        happen(&simulator, &is_printed);
        canceller.cancel();
    });
    print(monitor, move |event| {
        let _ = printed.send(event);
    });
    hands.join().expect("it panics nowhere");
    Ok(())
}

/// Does what a user's hands would, each thing when what came before has been printed.
fn happen(simulator: &Simulator, printed: &Receiver<Event>) {
    let until = |is_awaited: fn(&Event) -> bool| {
        printed.iter().find(is_awaited);
    };
    let first = simulator.add_reader("Simulated Reader 00 00");
    until(|event| matches!(event, Event::ReaderAdded { .. }));
    first.insert(DemoCard::new());
    until(|event| matches!(event, Event::CardInserted { .. }));
    first.swap(DemoCard::new());
    until(|event| matches!(event, Event::CardSwapped { .. }));
    let second = simulator.add_reader("Simulated Reader 01 00");
    until(|event| matches!(event, Event::ReaderAdded { .. }));
    second.insert(DemoCard::new().t0());
    until(|event| matches!(event, Event::CardInserted { .. }));
    first.remove();
    until(|event| matches!(event, Event::CardRemoved { .. }));
    second.unplug();
    until(|event| matches!(event, Event::ReaderRemoved { .. }));
    simulator.stop_service();
    // On Windows, where there is no service without readers, these have gone, and no more is known.
    until(|event| matches!(event, Event::ServiceLost { .. } | Event::ReaderRemoved { .. }));
    simulator.start_service();
    until(|event| matches!(event, Event::ReaderAdded { .. }));
}
