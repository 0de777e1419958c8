//! What of secrets is in a recording, and in the memory of who records.

use crate::client::{Client, LEAVE, SHARED, Waiting};
use crate::program::{PCSC, file_of, on, scripted};
use pcsc_recording::Recording;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Whether each command of a recording is left out.
fn left_out(path: &Path) -> Vec<bool> {
    let recording = Recording::open(path).unwrap();
    let exchanges = recording.cards()[0].exchanges().iter();
    exchanges.map(|exchange| exchange.is_left_out).collect()
}

/// GET RESPONSE, and the additional frame of a DESFire card.
#[test]
fn the_rest_of_a_secret_answer_is_left_out_by_each_command_that_records() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.pcapng");
    let name = path.to_str().unwrap();
    let config = scripted(&[
        ("9086000000", "112291AF"),
        ("90AF000000", "5345435245549100"),
        ("0086000000", "6106"),
        ("00C0000006", "5345435245549000"),
        ("00B0000000", "91AF"),
    ]);
    for (commands, expected) in [
        (["9086000000", "90AF000000", "90AF000000"], [true; 3]),
        (["0086000000", "00C0000006", "00C0000006"], [true; 3]),
        (["9086000000", "00B0000000", "90AF000000"], [true, false, false]),
    ] {
        for record in [false, true] {
            let arguments = match record {
                false => &["send", "--record", name][..],
                true => &["record", "-o", name, "--", PCSC, "send"],
            };
            let (mut command, _config) = on(&config, arguments);
            // The card refuses nothing, but asks for more.
            command.arg("--keep-going").args(commands).output().unwrap();
            assert_eq!(left_out(&path), expected, "{arguments:?}");
            let holds = fs::read(&path)
                .unwrap()
                .windows(6)
                .any(|bytes| bytes == b"SECRET");
            assert_eq!(holds, !expected[2]);
        }
    }
}

/// Whether a process has these bytes in memory that it may write to; `None` where nobody may look.
fn has(process: u32, bytes: &[u8]) -> Option<bool> {
    let memory = File::open(format!("/proc/{process}/mem")).ok()?;
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let writable = maps
        .lines()
        .filter(|line| line.split(' ').nth(1).unwrap().contains("rw"));
    let found = writable.filter_map(|line| {
        let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [start, end] = [start, end].map(|number| u64::from_str_radix(number, 16).unwrap());
        let mut held = vec![0; (end - start) as usize];
        // What is not there any more holds nothing.
        memory.read_exact_at(&mut held, start).ok()?;
        Some(held.windows(bytes.len()).any(|held| held == bytes))
    });
    Some(found.fold(false, |any, this| any | this))
}

#[test]
fn who_records_wipes_what_it_has_left_out() {
    const PIN: &[u8] = b"\xC7\x35\x91\x5E\x0B\xA8\x62\xF4\x1D\x89";
    const KEY: &[u8] = b"\x3A\xE6\x77\x12\xC9\x54\xB0\x8D\xF1\x26";
    let plain = [0x00, 0xA4, 0x00, 0x00];
    let verify = [&[0x00, 0x20, 0x00, 0x81, PIN.len() as u8], PIN].concat();
    let authenticate = [0x00, 0x88, 0x00, 0x00, 0x00];
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    let config = file_of(&scripted(&[
        (&hex(&verify), "9000"),
        (&hex(&authenticate), &(hex(KEY) + "9000")),
        (&hex(&plain), "9000"),
    ]));
    // In a process of its own: it is the simulated card's, too.
    let served = Waiting::start(&[&format!("--sim={}", config.path().display()), "sim"], None);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.pcapng");
    let recorder = Waiting::start(&["record", "-o", path.to_str().unwrap()], Some(&served.socket));
    let mut client = Client::new(&recorder.socket);
    client.states();
    client.connect(SHARED);
    for command in [&verify[..], &authenticate, &plain] {
        client.transmit(command).unwrap();
    }
    // What is written is followed by what wipes it.
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let is_written = Recording::open(&path).is_ok_and(|all| all.cards()[0].exchanges().len() == 3);
        let process = recorder.child.id();
        if is_written && [PIN, KEY].iter().all(|secret| has(process, secret) != Some(true)) {
            break;
        }
        assert!(Instant::now() < deadline, "written: {is_written}");
        std::thread::yield_now();
    }
    client.disconnect(LEAVE);
    assert_eq!(recorder.end(), "");
    assert_eq!(left_out(&path), [true, true, false]);
}
