//! The private pcscd, seen through PC/SC.
// Namespaces are Linux', and so is the pcscd in them.
#![cfg(target_os = "linux")]

mod client;
mod equipped;

use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use client::{Client, NO_READERS_AVAILABLE};
use pcsc_sim::{Card, FnCard, ScriptedCard};
use private_pcscd::{Error, Pcscd};

const DEADLINE: Duration = Duration::from_secs(60);
const SELECT: [u8; 5] = [0x00, 0xA4, 0x04, 0x00, 0x00];

/// A card that is told from others by its ATR and by its answers.
fn card(number: u8) -> impl Card + 'static {
    FnCard::new(atr(number), move |_, response| {
        response.extend_from_slice(&[number, 0x90, 0x00])
    })
}

fn atr(number: u8) -> Vec<u8> {
    vec![0x3B, 0x02, 0xCA, number]
}

fn client(pcscd: &Pcscd) -> Client {
    Client::new(pcscd.client_library()).unwrap_or_else(|code| panic!("{code:08X}; log:\n{}", pcscd.log()))
}

fn is_running(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}

/// Checks that a reader's card answers as this one does.
fn assert_card_answers(client: &Client, reader: &str, number: u8) {
    assert_eq!(client.wait_for_card(reader), Ok(atr(number)));
    assert_eq!(
        client.connect(reader).unwrap().transmit(&SELECT),
        Ok(vec![number, 0x90, 0x00])
    );
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn a_card_is_inserted_answers_and_is_removed() {
    let pcscd = Pcscd::start(2).unwrap();
    let client = client(&pcscd);
    assert_eq!(
        client.list_readers().unwrap(),
        ["Virtual 0 00 00", "Virtual 0 00 01"]
    );
    assert_eq!(client.list_readers().unwrap(), pcscd.reader_names());
    let reader = &pcscd.reader_names()[1];
    let script = ScriptedCard::new(atr(7)).answer(SELECT, [0xCA, 0xFE, 0x90, 0x00]);
    let card = pcscd.insert(1, script).unwrap();
    assert_eq!(client.wait_for_card(reader), Ok(atr(7)));
    assert_eq!(
        client.connect(reader).unwrap().transmit(&SELECT),
        Ok(vec![0xCA, 0xFE, 0x90, 0x00])
    );
    let script = card.remove().unwrap();
    assert_eq!(script.check(), Ok(()));
    assert!(script.resets() > 0);
    assert_eq!(client.wait_for_removal(reader), Ok(()));
    let _other = pcscd.insert(1, self::card(8)).unwrap();
    assert_card_answers(&client, reader, 8);
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn the_longest_command_and_answer_arrive_whole() {
    let pcscd = Pcscd::start(1).unwrap();
    let echo = FnCard::new(atr(1), |command, response| response.extend_from_slice(command));
    let _card = pcscd.insert(0, echo).unwrap();
    let client = client(&pcscd);
    let reader = &pcscd.reader_names()[0];
    client.wait_for_card(reader).unwrap();
    let longest: Vec<u8> = (0..65_535u32).map(|n| n as u8).collect();
    assert!(client.connect(reader).unwrap().transmit(&longest).unwrap() == longest);
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn the_daemon_tells_its_version() {
    let version = Pcscd::version().unwrap();
    let numbers: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
    assert!(numbers.len() >= 2 && numbers[0] >= 1, "{version}");
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn a_daemon_without_readers_stays() {
    let mut pcscd = Pcscd::start(0).unwrap();
    assert!(pcscd.reader_names().is_empty());
    let client = client(&pcscd);
    assert_eq!(client.list_readers(), Err(NO_READERS_AVAILABLE));
    assert!(matches!(
        pcscd.insert(0, card(1)),
        Err(Error::NoSuchReader {
            reader: 0,
            readers: 0
        })
    ));
    assert!(is_running(pcscd.pid()));
    pcscd.stop().unwrap();
    assert!(!is_running(pcscd.pid()));
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn sixteen_readers_hold_sixteen_cards() {
    let pcscd = Pcscd::start(16).unwrap();
    let _cards: Vec<_> = (0..16)
        .map(|number| pcscd.insert(usize::from(number), card(number)).unwrap())
        .collect();
    let client = client(&pcscd);
    assert_eq!(client.list_readers().unwrap(), pcscd.reader_names());
    for (number, reader) in (0..16).zip(pcscd.reader_names()) {
        assert_card_answers(&client, reader, number);
    }
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn a_killed_daemon_comes_back_with_the_same_readers() {
    let mut pcscd = Pcscd::start(1).unwrap();
    let names = pcscd.reader_names().to_vec();
    let (first, pid) = (pcscd.insert(0, card(1)).unwrap(), pcscd.pid());
    let before = client(&pcscd);
    assert_card_answers(&before, &names[0], 1);
    pcscd.kill().unwrap();
    assert!(!is_running(pid));
    assert!(before.connect(&names[0]).is_err(), "its context has died with it");
    assert!(Client::new(pcscd.client_library()).is_err());
    assert!(pcscd.insert(0, card(2)).is_err());
    first.remove().unwrap();

    pcscd.restart().unwrap();
    assert_ne!(pcscd.pid(), pid);
    let after = client(&pcscd);
    assert_eq!(after.list_readers().unwrap(), names);
    let _second = pcscd.insert(0, card(3)).unwrap();
    assert_card_answers(&after, &names[0], 3);

    // This one runs: it is stopped first.
    let pid = pcscd.pid();
    pcscd.restart().unwrap();
    assert!(!is_running(pid));
    assert_eq!(client(&pcscd).list_readers().unwrap(), names);
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn threads_have_daemons_of_their_own_at_the_same_time() {
    const ROUNDS: usize = 100;
    let (to_second, from_first) = mpsc::channel();
    let (to_first, from_second) = mpsc::channel();
    let test = |number, readers, ready: mpsc::Sender<u32>, others: mpsc::Receiver<u32>| {
        move || {
            let pcscd = Pcscd::start(readers).unwrap();
            let _card = pcscd.insert(0, card(number)).unwrap();
            let client = client(&pcscd);
            assert_card_answers(&client, "Virtual 0 00 00", number);
            ready.send(pcscd.pid()).unwrap();
            let other = others.recv_timeout(DEADLINE).unwrap();
            assert_ne!(other, pcscd.pid());
            for _ in 0..ROUNDS {
                // Often: a library that both shared would mix the two lists up, but seldom.
                for _ in 0..ROUNDS {
                    assert_eq!(client.list_readers().unwrap(), pcscd.reader_names());
                }
                assert_card_answers(&client, "Virtual 0 00 00", number);
            }
            // Neither ends before the other has done its part.
            ready.send(pcscd.pid()).unwrap();
            others.recv_timeout(DEADLINE).unwrap();
        }
    };
    let first = thread::spawn(test(1, 2, to_second, from_second));
    let second = thread::spawn(test(2, 16, to_first, from_first));
    // Both have ended before either fails the test.
    let results = [first.join(), second.join()];
    assert!(results.iter().all(Result::is_ok));
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn a_thread_has_one_daemon_at_a_time() {
    let first = Pcscd::start(1).unwrap();
    assert!(matches!(Pcscd::start(1), Err(Error::AlreadyRunning)));
    drop(first);
    let second = Pcscd::start(1).unwrap();
    let _card = second.insert(0, card(4)).unwrap();
    assert_card_answers(&client(&second), "Virtual 0 00 00", 4);
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn more_readers_than_pcscd_takes_are_refused() {
    assert!(matches!(
        Pcscd::start(17),
        Err(Error::TooManyReaders { asked: 17, most: 16 })
    ));
    Pcscd::start(0).expect("the refused start leaves the thread free");
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn a_panic_leaves_nothing_behind() {
    let (tell, told) = mpsc::channel();
    let test = thread::spawn(move || {
        let pcscd = Pcscd::start(1).unwrap();
        tell.send((pcscd.pid(), pcscd.client_library().to_owned()))
            .unwrap();
        panic!("as the test wants it");
    });
    let (pid, library) = told.recv_timeout(DEADLINE).unwrap();
    assert!(test.join().is_err());
    assert!(!is_running(pid), "reaped, so not even a zombie is left");
    assert!(!library.parent().unwrap().exists());
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn the_daemon_dies_with_its_thread() {
    let test = thread::spawn(|| {
        let pcscd = Pcscd::start(1).unwrap();
        let (pid, folder) = (pcscd.pid(), pcscd.client_library().parent().unwrap().to_owned());
        std::mem::forget(pcscd);
        (pid, folder)
    });
    let (pid, folder) = test.join().unwrap();
    // SAFETY: pidfd_open takes two numbers. The daemon is a child that nobody reaps, so the id is still its own.
    let end = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) } as libc::c_int;
    assert!(end >= 0);
    let mut request = libc::pollfd {
        fd: end,
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: one entry, a local.
    let ready = unsafe { libc::poll(&raw mut request, 1, DEADLINE.as_millis() as libc::c_int) };
    assert_eq!(ready, 1, "the daemon has not ended");
    // SAFETY: the descriptor is ours and not used any more.
    unsafe { libc::close(end) };
    let mut status = 0;
    // SAFETY: the status goes into a local.
    let reaped = unsafe { libc::waitpid(pid as libc::pid_t, &raw mut status, 0) };
    assert_eq!(reaped, pid as libc::pid_t);
    assert!(libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGKILL);
    std::fs::remove_dir_all(folder).unwrap();
}

/// A delayed acknowledgement anywhere on the way would cost 40 ms for each command, but for a first one and a rare other.
#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn commands_do_not_wait_for_delayed_acknowledgements() {
    let start = Instant::now();
    let pcscd = Pcscd::start(1).unwrap();
    println!("the daemon started in {:?}", start.elapsed());
    let _card = pcscd.insert(0, card(1)).unwrap();
    let client = client(&pcscd);
    client.wait_for_card("Virtual 0 00 00").unwrap();
    let connection = client.connect("Virtual 0 00 00").unwrap();
    let took = std::iter::repeat_with(|| {
        let start = Instant::now();
        connection.transmit(&SELECT).unwrap();
        start.elapsed()
    });
    let mut took: Vec<_> = took.take(200).collect();
    took.sort_unstable();
    println!("a command took {:?}", took[100]);
    // A busy machine holds up few.
    assert!(took[100] < Duration::from_millis(30), "{took:?}");
}
