//! Events in an async program, with tokio: when a card comes, a session with it runs beside the runtime.
//!
//! `cargo run --package pcsc-session --features stream --example async_events` runs on a simulated service, where another
//! thread puts cards in. `... -- --system` runs on the machine's PC/SC, until Ctrl-C.

use pcsc_session::{Command, Error, Event, EventStream, Monitor, Session, SessionOptions};
use pcsc_sim::{DemoCard, Simulator};
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use tokio_stream::StreamExt;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("the system has room for one");
    let result = match arguments.as_slice() {
        [] => runtime.block_on(simulated()),
        [system] if system == "--system" => runtime.block_on(async {
            let events = Monitor::options().stream()?;
            follow(events, Session::options(), || {}).await;
            Ok(())
        }),
        _ => {
            eprintln!("usage: async_events [--system]");
            return ExitCode::FAILURE;
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err::<_, Error>(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the events until the stream is cancelled, and what each card answers; tells after each event that it was printed.
async fn follow(mut events: EventStream, options: SessionOptions, mut printed: impl FnMut()) {
    while let Some(event) = events.next().await {
        println!("{event}");
        if let Event::CardInserted { reader, .. } | Event::CardSwapped { reader, .. } = event {
            match challenge(options.clone().reader(reader)).await {
                Ok(len) => println!("  its challenge has {len} bytes"),
                Err(error) => println!("  {error}"),
            }
        }
        printed();
    }
}

/// Asks a card for a challenge. C blocks, so this runs in one of the runtime's threads for what does.
async fn challenge(options: SessionOptions) -> Result<usize, Error> {
    let conversation = move || {
        let mut session = options.open()?;
        let response = session.execute(&Command::get_challenge(8))?.ok()?;
        let len = response.data().len();
        session.close()?;
        Ok(len)
    };
    let result = tokio::task::spawn_blocking(conversation).await;
    result.expect("it panics nowhere, and the runtime does not end before it")
}

/// Shows events on the simulator.
async fn simulated() -> Result<(), Error> {
    let simulator = Simulator::new();
    let provider = simulator.provider();
    let events = Monitor::options().provider(provider).stream()?;
    let canceller = events.canceller();
    let (printed, is_printed) = mpsc::channel::<()>();
    // A user's hands: each thing when what came before has been printed.
    let hands = thread::spawn(move || {
        let wait = || {
            let _ = is_printed.recv();
        };
        let reader = simulator.add_reader("Simulated Reader 00 00");
        wait();
        reader.insert(DemoCard::new());
        wait();
        reader.swap(DemoCard::new());
        wait();
        reader.remove();
        wait();
        canceller.cancel();
    });
    follow(events, Session::options().provider(provider), move || {
        let _ = printed.send(());
    })
    .await;
    hands.join().expect("it panics nowhere");
    Ok(())
}
