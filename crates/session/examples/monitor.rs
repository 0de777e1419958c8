//! Prints what happens to readers and cards, as it happens.
//!
//! `cargo run --package pcsc-session --example monitor` runs on a simulated service, where another thread plugs readers,
//! swaps cards and ends the service. `... -- --system` runs on the machine's PC/SC, until Ctrl-C.

use pcsc_session::{Error, Monitor};
use pcsc_sim::{DemoCard, Simulator};
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver};
use std::thread;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let result = match arguments.as_slice() {
        [] => simulated(),
        [system] if system == "--system" => Monitor::start().map(|monitor| print(monitor, || {})),
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

/// Prints the events until the monitor is cancelled, and tells after each that it was.
fn print(monitor: Monitor, mut printed: impl FnMut()) {
    for event in monitor {
        println!("{event}");
        printed();
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
    print(monitor, move || {
        let _ = printed.send(());
    });
    hands.join().expect("it panics nowhere");
    Ok(())
}

/// Does what a user's hands would, each thing when what came before has been printed.
fn happen(simulator: &Simulator, is_printed: &Receiver<()>) {
    let wait = || {
        let _ = is_printed.recv();
    };
    let first = simulator.add_reader("Simulated Reader 00 00");
    wait();
    first.insert(DemoCard::new());
    wait();
    first.swap(DemoCard::new());
    wait();
    let second = simulator.add_reader("Simulated Reader 01 00");
    wait();
    second.insert(DemoCard::new().t0());
    wait();
    first.remove();
    wait();
    second.unplug();
    wait();
    simulator.stop_service();
    wait();
    simulator.start_service();
    wait(); // the service
    wait(); // the reader
}
