//! Waiting costs nothing: how often the threads wake up that watch readers in which nothing happens.
//!
//! A program of its own, since it counts the wake-ups of its threads.
#![cfg(all(target_os = "linux", feature = "load"))]

use pcsc_session::{Event, Monitor};
use pcsc_sys::Provider;
use private_pcscd::{Driver, Pcscd};
use std::fs;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How often the threads that watch have given the processor away: each time they wake up and wait again.
fn wake_ups() -> Vec<u64> {
    let tasks = fs::read_dir("/proc/self/task")
        .unwrap()
        .map(|task| task.unwrap().path());
    let watching = tasks.filter(|task| fs::read_to_string(task.join("comm")).unwrap().trim() == "pcsc-watch");
    let count = |status: String| {
        let line = status
            .lines()
            .find(|line| line.starts_with("voluntary_ctxt_switches:"))
            .unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    watching
        .map(|task| count(fs::read_to_string(task.join("status")).unwrap()))
        .collect()
}

/// Starts a daemon with so many readers and a monitor of them; says so, and lives until it is told to end.
fn watch(readers: usize, ready: &mpsc::Sender<()>, end: &mpsc::Receiver<()>) {
    let pcscd = Pcscd::start_with(readers, Driver::Prompt).unwrap();
    // SAFETY: the harness copied the system's own libpcsclite there.
    let provider = unsafe { Provider::load(pcscd.client_library()) }.unwrap();
    let mut monitor = Monitor::options().provider(provider).start().unwrap();
    for _ in 0..readers {
        assert!(matches!(monitor.next(), Some(Event::ReaderAdded { .. })));
    }
    ready.send(()).unwrap();
    end.recv().unwrap_err();
    assert!(monitor.wait(Some(Duration::ZERO)).unwrap_err().is_timeout());
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn sixteen_idle_readers_and_none_wake_a_thread_less_than_once_a_second() {
    const MINUTE: Duration = Duration::from_secs(60);
    thread::scope(|scope| {
        let (ready, is_ready) = mpsc::channel();
        let ends = [16, 0].map(|readers| {
            let ready = ready.clone();
            let (end, ended) = mpsc::channel::<()>();
            scope.spawn(move || watch(readers, &ready, &ended));
            end
        });
        (0..2).for_each(|_| is_ready.recv_timeout(MINUTE).unwrap());
        // The first looks come soon after the last event, and then ever later: 3 seconds for those before the minute.
        let nothing = is_ready.recv_timeout(Duration::from_secs(3));
        assert_eq!(nothing, Err(mpsc::RecvTimeoutError::Timeout));
        let before = wake_ups();
        let nothing = is_ready.recv_timeout(MINUTE);
        assert_eq!(nothing, Err(mpsc::RecvTimeoutError::Timeout));
        let after = wake_ups();
        drop(ends);
        assert_eq!((before.len(), after.len()), (2, 2));
        for (before, after) in before.iter().zip(&after) {
            let woken = after - before;
            println!("{woken} wake-ups in an idle minute");
            assert!(woken < 60, "{woken} wake-ups in an idle minute");
        }
    });
}
