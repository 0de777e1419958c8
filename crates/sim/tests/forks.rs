//! A child of `fork` that starts a simulator of its own beside busy threads of its parent: field case 39.
//!
//! A program of its own, since the child of a test must not run others.
#![cfg(target_os = "linux")]

use pcsc_session::Session;
use pcsc_sim::serve::Served;
use pcsc_sim::{DemoCard, Simulator};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const FORKS: usize = 300;
const DEADLINE: Duration = Duration::from_secs(20);

fn use_a_card() {
    let simulator = Simulator::new();
    simulator
        .add_reader("Simulated Reader 00 00")
        .insert(DemoCard::new());
    let mut session = Session::options().provider(simulator.provider()).open().unwrap();
    let challenge = session.transmit(&[0x00, 0x84, 0x00, 0x00, 0x08]).unwrap();
    assert!(challenge.status().is_success());
}

/// Uses a card in a child of `fork`; true where that ends well and in time.
fn a_child_uses_a_card() -> bool {
    private_pcscd::in_a_child(DEADLINE, use_a_card).is_ok_and(|status| status == 0)
}

#[test]
fn a_child_starts_a_simulator_whatever_other_threads_did_at_the_fork() {
    Simulator::prepare_for_forks();
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    use_a_card();
                }
            });
        }
        let failed = (0..FORKS).find(|_| !a_child_uses_a_card());
        ended.store(true, Ordering::Relaxed);
        assert_eq!(failed, None, "a child did not end well");
    });
}

/// Waits until so many programs are served; false where that takes too long.
fn has_programs(served: &Served, number: usize) -> bool {
    let end = Instant::now() + Duration::from_secs(10);
    while served.programs() != number {
        if Instant::now() >= end {
            return false;
        }
        thread::yield_now();
    }
    true
}

#[test]
fn a_child_that_drops_what_its_parent_serves_ends_none_of_it() {
    let folder = std::env::temp_dir().join(format!("pcsc-sim-forks-{}", std::process::id()));
    let simulator = Simulator::new();
    let served = simulator.serve(folder.join("pcscd.comm")).unwrap();
    let program = UnixStream::connect(served.path()).unwrap();
    assert!(has_programs(&served, 1));
    let (mut told, mut tell) = UnixStream::pair().unwrap();
    // SAFETY: the child runs on copies of what this process has, and ends by `_exit`.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "{}", std::io::Error::last_os_error());
    if child == 0 {
        drop(served);
        let _ = tell.write(&[1]);
        // It has the socket, until it is told to end.
        // SAFETY: it waits for a signal.
        unsafe { libc::pause() };
        // SAFETY: it ends the process without running what this program registered for its end.
        unsafe { libc::_exit(0) };
    }
    let path = served.path();
    told.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let has_dropped = told.read(&mut [0]).map_err(|error| error.kind());
    program.set_nonblocking(true).unwrap();
    let read = (&program).read(&mut [0]).map_err(|error| error.kind());
    let is_there = path.exists();
    let another = UnixStream::connect(path).map_err(|error| error.kind());
    let takes_another = has_programs(&served, 2);
    simulator.stop_service();
    let connected = UnixStream::connect(path).map_err(|error| error.kind());
    // SAFETY: the child is there, since it was not waited for.
    unsafe { libc::kill(child, libc::SIGKILL) };
    // SAFETY: it is this process' child.
    unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
    assert_eq!(has_dropped, Ok(1));
    assert_eq!(read, Err(ErrorKind::WouldBlock));
    assert!(is_there);
    assert!(another.is_ok() && takes_another, "{another:?}");
    assert_eq!(connected.map(drop), Err(ErrorKind::ConnectionRefused));
    drop(served);
    std::fs::remove_dir(&folder).unwrap();
}
