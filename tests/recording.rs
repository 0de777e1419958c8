//! How a recording is written: at once, whole, and never at a session's cost. A program of its own, since the logger is one for
//! a whole program.

use pcsc_session::{Command, Disposition, Recorder, Session};
use pcsc_sim::{DemoCard, FnCard, Recording, Simulator};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, Once, PoisonError};

const SELECT: [u8; 5] = [0x00, 0xA4, 0x04, 0x00, 0x00];

/// Takes so many bytes, as a disk does, and keeps how long each write was.
#[derive(Clone)]
struct Disk {
    free: usize,
    written: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Disk {
    fn new(free: usize) -> Disk {
        Disk {
            free,
            written: Arc::default(),
        }
    }

    fn writes(&self) -> usize {
        self.written.lock().unwrap().len()
    }

    fn file(&self) -> Vec<u8> {
        self.written.lock().unwrap().concat()
    }
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = bytes.len().min(self.free);
        self.free -= len;
        if len == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.written.lock().unwrap().push(bytes[..len].to_vec());
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn with_card() -> Simulator {
    let simulator = Simulator::new();
    simulator
        .add_reader("Simulated Reader 00 00")
        .insert(DemoCard::new());
    simulator
}

fn session(simulator: &Simulator, recorder: &Recorder) -> Session {
    let options = Session::options().provider(simulator.provider());
    options.record(recorder).open().unwrap()
}

/// The lines of the logger that are about recordings.
static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Keep;

impl log::Log for Keep {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if record.target() == "pcsc_session::record" {
            let line = format!("{} {}", record.level(), record.args());
            LINES.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    }

    fn flush(&self) {}
}

#[test]
fn a_full_disk_stops_the_recording_with_one_message_and_no_session() {
    static LOGGER: Once = Once::new();
    LOGGER.call_once(|| {
        log::set_logger(&Keep).unwrap();
        log::set_max_level(log::LevelFilter::Error);
    });
    let simulator = with_card();
    let mut lines = 0;
    // Full within the header's block, at a packet's beginning, and within packets.
    let whole = {
        let disk = Disk::new(usize::MAX);
        let mut session = session(&simulator, &Recorder::new(disk.clone()).unwrap());
        (0..3).for_each(|_| assert!(session.transmit(&SELECT).is_ok()));
        disk.file().len()
    };
    for free in (64..whole).step_by(7) {
        let disk = Disk::new(free);
        let recorder = Recorder::new(disk.clone()).unwrap();
        let mut sessions = [session(&simulator, &recorder), session(&simulator, &recorder)];
        for session in &mut sessions {
            for _ in 0..3 {
                assert!(session.transmit(&SELECT).unwrap().status().is_success());
            }
        }
        assert_eq!(recorder.check().unwrap_err().kind(), io::ErrorKind::StorageFull);
        lines += 1;
        let seen = LINES.lock().unwrap();
        assert_eq!(seen.len(), lines);
        assert!(
            seen[lines - 1].starts_with("ERROR the recording stops, since it cannot be written: "),
            "{seen:?}"
        );
        drop(seen);
        // What was written before is readable.
        match Recording::read(&disk.file()[..]) {
            Ok(recording) => assert!(recording.cards()[0].exchanges().len() <= 3),
            Err(error) => assert!(error.to_string().contains("there is no card"), "{error}"),
        }
    }
    assert!(Recorder::new(Disk::new(10)).is_err());
}

/// The kernel's full disk, and one that cannot be written to.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_written_is_told_at_once() {
    let full = Recorder::create("/dev/full").unwrap_err();
    assert_eq!(full.kind(), io::ErrorKind::StorageFull);
    assert!(Recorder::create("/nowhere/card.pcapng").is_err());
}

/// A new one; what is there keeps its mode.
#[cfg(unix)]
#[test]
fn a_recording_is_for_this_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("card.pcapng");
    let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    Recorder::create(&path).unwrap();
    assert_eq!(mode(), 0o600);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let before = std::fs::metadata(&path).unwrap().len();
    Recorder::create(&path).unwrap();
    assert_eq!(mode(), 0o640);
    assert_eq!(std::fs::metadata(&path).unwrap().len(), before);
}

#[test]
fn each_packet_is_one_write_and_without_a_recording_nothing_is_asked() {
    let simulator = with_card();
    let disk = Disk::new(usize::MAX);
    let recorder = Recorder::new(disk.clone()).unwrap();
    assert_eq!(disk.writes(), 1);
    let mut recorded = session(&simulator, &recorder);
    assert_eq!((disk.writes(), simulator.calls("SCardStatus")), (2, 1));
    for count in 1..=10 {
        recorded.transmit(&SELECT).unwrap();
        assert_eq!(disk.writes(), 2 + count);
    }
    let pin = Command::verify(DemoCard::PIN_REFERENCE, DemoCard::PIN).unwrap();
    recorded.execute(&Command::select_aid(DemoCard::AID)).unwrap();
    recorded.execute(&pin).unwrap();
    assert_eq!((disk.writes(), simulator.calls("SCardTransmit")), (14, 12));
    let mut other = Session::options().provider(simulator.provider()).open().unwrap();
    other.transmit(&SELECT).unwrap();
    assert_eq!((disk.writes(), simulator.calls("SCardStatus")), (14, 1));
    // A reconnection is recorded as an answer to reset.
    recorded.reconnect(Disposition::Leave).unwrap();
    assert_eq!((disk.writes(), simulator.calls("SCardStatus")), (15, 2));
}

/// A recording is complete but for the card's last answer, whatever becomes of the program.
#[cfg(target_os = "linux")]
#[test]
fn what_a_program_that_crashed_has_recorded_is_readable() {
    const FILE: &str = "PCSC_TEST_RECORDING";
    if let Some(path) = std::env::var_os(FILE) {
        let mut count = 0;
        let card = FnCard::new([0x3B, 0x80, 0x01, 0x81], move |_, response: &mut Vec<u8>| {
            count += 1;
            if count == 6 {
                std::process::abort();
            }
            response.extend([count, 0x90, 0x00]);
        });
        let simulator = Simulator::new();
        simulator.add_reader("Simulated Reader 00 00").insert(card);
        let mut session = session(&simulator, &Recorder::create(path).unwrap());
        loop {
            session.transmit(&SELECT).unwrap();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("card.pcapng");
    let mut program = private_pcscd::this_program().unwrap();
    program.args(["--exact", "what_a_program_that_crashed_has_recorded_is_readable"]);
    assert!(!program.env(FILE, &path).output().unwrap().status.success());
    let recording = Recording::open(&path).unwrap();
    let answers: Vec<_> = recording.cards()[0]
        .exchanges()
        .iter()
        .map(|exchange| exchange.answer.clone())
        .collect();
    assert_eq!(
        answers,
        (1..6)
            .map(|count| Some(vec![count, 0x90, 0x00]))
            .collect::<Vec<_>>()
    );
    assert!(!recording.is_cut());
}

/// Beyond what the virtual reader carries.
#[test]
fn the_longest_command_and_answer_are_recorded_whole() {
    let simulator = Simulator::new();
    let card = FnCard::new(
        [0x3B, 0x80, 0x01, 0x81],
        |command: &[u8], response: &mut Vec<u8>| {
            response.extend(vec![command[7]; 65_536]);
            response.extend([0x90, 0x00]);
        },
    );
    simulator.add_reader("Simulated Reader 00 00").insert(card);
    let disk = Disk::new(usize::MAX);
    let mut session = session(&simulator, &Recorder::new(disk.clone()).unwrap());
    let command = [&[0, 0xD6, 0, 0, 0, 0xFF, 0xFF][..], &[0xA5; 65_535], &[0, 0]].concat();
    session.transmit(&command).unwrap();
    let recording = Recording::read(&disk.file()[..]).unwrap();
    let exchange = &recording.cards()[0].exchanges()[0];
    assert!(exchange.command == command);
    assert_eq!(exchange.answer.as_ref().unwrap().len(), 65_538);
}
