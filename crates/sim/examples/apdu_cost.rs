//! What the demonstration card's shortest command costs in the simulator, beside what the card itself takes for it.
//!
//! `cargo run --release -p pcsc-sim --example apdu_cost` prints nanoseconds. With `alone COUNT` or `simulated COUNT` it sends
//! the command so often and prints nothing, for `cargo xtask test cost` to count the instructions.

use pcsc_sim::{Card, DemoCard, Simulator};
use pcsc_sys::*;
use std::ffi::CString;
use std::hint::black_box;
use std::ptr;
use std::thread;
use std::time::Instant;

/// Short enough for many batches to run without interruption by other programs; the fastest one counts.
const ROUNDS: u32 = 2_000;
const BATCHES: usize = 1_000;
/// The demonstration card's shortest: SELECT of the first application, answered by a status word alone.
const COMMAND: [u8; 4] = [0x00, 0xA4, 0x04, 0x0C];

fn card() -> impl Card + 'static {
    DemoCard::new()
}

/// The card alone, as the simulator calls it.
fn alone() -> f64 {
    let mut card: Box<dyn Card> = Box::new(card());
    let mut response = Vec::new();
    fastest(|| {
        response.clear();
        card.transmit(black_box(&COMMAND), &mut response);
        black_box(&response);
    })
}

/// Nanoseconds for one call; or, where the command line gives a count, makes that many calls.
fn fastest(mut call: impl FnMut()) -> f64 {
    if let Some(count) = count() {
        (0..count).for_each(|_| call());
        return 0.0;
    }
    let batch = |_| {
        let start = Instant::now();
        (0..ROUNDS).for_each(|_| call());
        start.elapsed().as_nanos() as f64 / f64::from(ROUNDS)
    };
    (0..BATCHES).map(batch).fold(f64::INFINITY, f64::min)
}

/// The number of calls that the command line asks for.
fn count() -> Option<u64> {
    std::env::args()
        .nth(2)
        .map(|count| count.parse().expect("COUNT is a number"))
}

/// The same command through the table.
fn simulated(sim: &Simulator, reader: &str) -> f64 {
    let functions = sim.provider().functions();
    let (mut context, mut handle, mut protocol) = (0, 0, 0);
    // SAFETY: the reserved pointers are null, and `context` lives through the call.
    let code = unsafe {
        (functions.SCardEstablishContext)(SCARD_SCOPE_SYSTEM, ptr::null(), ptr::null(), &mut context)
    };
    assert_eq!(code, SCARD_S_SUCCESS);
    let name = CString::new(reader).expect("the name has no null");
    #[cfg(not(windows))]
    let connect = functions.SCardConnect;
    #[cfg(windows)]
    let connect = functions.SCardConnectA;
    // SAFETY: the name is null-terminated, and the results live through the call.
    let code = unsafe {
        connect(
            context,
            name.as_ptr(),
            SCARD_SHARE_SHARED,
            SCARD_PROTOCOL_ANY,
            &mut handle,
            &mut protocol,
        )
    };
    assert_eq!(code, SCARD_S_SUCCESS);
    let pci = SCARD_IO_REQUEST {
        dwProtocol: protocol,
        cbPciLength: size_of::<SCARD_IO_REQUEST>() as DWORD,
    };
    let mut answer = [0u8; 258];
    let each = fastest(|| {
        let mut len = answer.len() as DWORD;
        // SAFETY: all of it lives through the call, with its own lengths.
        let code = unsafe {
            (functions.SCardTransmit)(
                handle,
                &pci,
                black_box(&COMMAND).as_ptr(),
                COMMAND.len() as DWORD,
                ptr::null_mut(),
                answer.as_mut_ptr(),
                &mut len,
            )
        };
        assert!(code == SCARD_S_SUCCESS && len == 2);
    });
    // SAFETY: the context is open, and nobody else has it.
    unsafe { (functions.SCardReleaseContext)(context) };
    each
}

fn main() {
    let sim = Simulator::new();
    let names = ["Simulated Reader 00 00", "Simulated Reader 01 00"];
    for name in names {
        sim.add_reader(name).insert(card());
    }
    match std::env::args().nth(1).as_deref() {
        Some("alone") => {
            alone();
            return;
        }
        Some("simulated") => {
            simulated(&sim, names[0]);
            return;
        }
        _ => {}
    }
    let alone = alone();
    let one = simulated(&sim, names[0]);
    println!("the card alone            {alone:6.1} ns");
    println!(
        "through the simulator     {one:6.1} ns, {:.1} of them its own",
        one - alone
    );
    let both: Vec<f64> = thread::scope(|scope| {
        let threads = names.map(|name| scope.spawn(|| simulated(&sim, name)));
        threads
            .into_iter()
            .map(|thread| thread.join().expect("it does not panic"))
            .collect()
    });
    println!(
        "two readers, two threads  {:6.1} ns and {:.1} ns",
        both[0], both[1]
    );
}
