//! A service that is made up: it takes one connection at a time, and answers as it is told.

use pcsclite_wire::message::{self, Message};
use pcsclite_wire::{Command, Header, READERS, ReaderName, ReaderState};
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::fd::AsRawFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::mpsc;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long any single thing may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// The only reader.
pub(crate) const READER: &[u8] = b"Made up 00 00";
pub(crate) const ATR: [u8; 4] = [0x3B, 0x80, 0x01, 0x81];
/// What the card answers.
pub(crate) const ANSWER: [u8; 4] = [1, 2, 0x90, 0x00];

const CODE_STOPPED: u32 = 0x8010_001E;

/// The variable that names the socket is one for the process, so that there is one service at a time.
pub(crate) fn place() -> (MutexGuard<'static, ()>, PathBuf) {
    static ONE: Mutex<()> = Mutex::new(());
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        // SAFETY: the tests that read variables have the lock above, and the standard library has one of its own.
        unsafe { std::env::set_var("PCSCLITE_CSOCK_NAME", folder.path().join("socket")) };
        folder
    });
    let path = folder.path().join("socket");
    let _ = std::fs::remove_file(&path);
    (one, path)
}

/// The socket of a service that has ended, while no other test has one.
pub(crate) struct Ended {
    _one: MutexGuard<'static, ()>,
}

impl Ended {
    pub(crate) fn new() -> Ended {
        let (one, path) = place();
        drop(UnixListener::bind(path).unwrap());
        Ended { _one: one }
    }
}

/// What a service does instead of its answer of some number: 0 to the request for a context, and so on, or [`OPENING`].
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Gives so many bytes of it, and closes the connection.
    Cut(usize),
    /// Gives these bytes, and closes the connection.
    Instead(Vec<u8>),
    /// Gives it byte by byte.
    Slow,
    /// Gives these bytes before it. It no longer knows of a wait.
    Before(Vec<u8>),
    /// Gives these bytes, and goes on. It no longer knows of a wait.
    Replace(Vec<u8>),
    /// Takes so many of the bytes that follow the request, and closes the connection.
    Unread(usize),
}

/// The number of what is answered before there is a context: which versions come there, the tests before have a say in.
pub(crate) const OPENING: usize = usize::MAX;

/// How a service is.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The version that it says to be.
    pub(crate) version: (i32, i32),
    /// The oldest minor that it serves, of the same major.
    pub(crate) oldest: i32,
    /// Whether it serves newer ones than itself, as that of pcsc-lite 2.4.1 does.
    pub(crate) takes_newer: bool,
    /// How many places for readers it has, from version 4:6 on.
    pub(crate) places: usize,
    /// What the card answers, and a control code.
    pub(crate) answer: Vec<u8>,
    /// Whether next to nothing of an answer fits into the socket.
    pub(crate) is_narrow: bool,
    pub(crate) faults: Vec<(usize, Fault)>,
}

impl Settings {
    pub(crate) fn of(minor: i32) -> Settings {
        Settings {
            version: (4, minor),
            oldest: if minor == 6 { 4 } else { minor },
            takes_newer: false,
            places: READERS,
            answer: ANSWER.to_vec(),
            is_narrow: false,
            faults: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, answer: usize, fault: Fault) -> Settings {
        self.faults.push((answer, fault));
        self
    }
}

/// A service that is running; it ends when it is dropped.
pub(crate) struct Daemon {
    path: PathBuf,
    thread: Option<JoinHandle<()>>,
    end: mpsc::Sender<()>,
    log: mpsc::Receiver<Entry>,
    _one: MutexGuard<'static, ()>,
}

/// A request that came, and its answer.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) command: Command,
    /// The message and the bytes after it.
    pub(crate) request: Vec<u8>,
    pub(crate) answer: Vec<u8>,
}

impl Daemon {
    pub(crate) fn start(settings: Settings) -> Daemon {
        let (one, path) = place();
        let listener = UnixListener::bind(&path).unwrap();
        let ((end, ended), (sender, log)) = (mpsc::channel(), mpsc::channel());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                // Whoever ends this connects once more.
                if ended.try_recv().is_ok() {
                    return;
                }
                serve(stream.unwrap(), &settings, &sender);
            }
        });
        Daemon {
            path,
            thread: Some(thread),
            end,
            log,
            _one: one,
        }
    }

    /// The requests since the last time, once the client has ended its connections.
    pub(crate) fn log(&self) -> Vec<Entry> {
        self.log.try_iter().collect()
    }

    /// Waits for a request of this kind.
    pub(crate) fn wait_for(&self, command: Command) {
        while self
            .log
            .recv_timeout(DEADLINE)
            .expect("the request comes")
            .command
            != command
        {}
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.end.send(());
        drop(UnixStream::connect(&self.path));
        // After a panic the client may be connected for ever.
        if let Some(thread) = self.thread.take().filter(|_| !std::thread::panicking()) {
            assert!(thread.join().is_ok(), "the service has panicked");
        }
    }
}

/// Serves one client to its end.
fn serve(mut stream: UnixStream, settings: &Settings, log: &mpsc::Sender<Entry>) {
    if settings.is_narrow {
        narrow(&stream);
    }
    let mut number = OPENING;
    let mut is_old = false;
    let mut is_waiting = false;
    loop {
        let mut header = [0; Header::LEN];
        if stream.read_exact(&mut header).is_err() {
            return;
        }
        let header = Header::decode(header);
        let mut request = vec![0; header.size as usize];
        stream.read_exact(&mut request).unwrap();
        let more = match header.command {
            Command::TRANSMIT => message::Transmit::decode(&request).unwrap().sent().unwrap(),
            Command::CONTROL => message::Control::decode(&request).unwrap().sent().unwrap(),
            _ => 0,
        };
        if number != OPENING || header.command == Command::ESTABLISH_CONTEXT {
            number = number.wrapping_add(1);
        }
        let fault = settings.faults.iter().find(|(faulty, _)| *faulty == number);
        let fault = fault.map(|(_, fault)| fault);
        let taken = match fault {
            Some(Fault::Unread(length)) => more.min(*length),
            _ => more,
        };
        request.resize(request.len() + taken, 0);
        let start = request.len() - taken;
        stream.read_exact(&mut request[start..]).unwrap();
        if header.command == Command::VERSION {
            let asked = message::Version::decode(&request).unwrap();
            is_old |= asked.minor < settings.version.1;
        }
        let answer = match header.command {
            Command::WAIT_READER_STATE_CHANGE => {
                is_waiting = true;
                if is_old || settings.version.1 < 6 {
                    states(READERS)
                } else {
                    Vec::new()
                }
            }
            Command::STOP_WAITING_READER_STATE_CHANGE if std::mem::take(&mut is_waiting) => {
                bytes(&message::Wait::default())
            }
            command => answer(command, &request, settings),
        };
        let entry = Entry {
            command: header.command,
            request,
            answer: answer.clone(),
        };
        let _ = log.send(entry);
        let sent = match fault {
            None => stream.write_all(&answer),
            Some(Fault::Cut(length)) => stream
                .write_all(&answer[..*length])
                .and(stream.shutdown(Shutdown::Both)),
            Some(Fault::Unread(_)) => return,
            Some(Fault::Instead(bytes)) => stream.write_all(bytes).and(stream.shutdown(Shutdown::Both)),
            Some(Fault::Slow) => answer.iter().try_for_each(|byte| stream.write_all(&[*byte])),
            Some(Fault::Replace(bytes)) => {
                is_waiting = false;
                stream.write_all(bytes)
            }
            Some(Fault::Before(bytes)) => {
                is_waiting = false;
                stream.write_all(bytes).and_then(|()| stream.write_all(&answer))
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

/// Leaves as little room in a socket, for what is sent by it, as the system allows: some thousand bytes.
pub(crate) fn narrow(socket: &UnixStream) {
    let least: libc::c_int = 1;
    // SAFETY: the socket is open, and the value is an integer, which outlives the call.
    let code = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_SNDBUF,
            (&raw const least).cast(),
            size_of_val(&least) as libc::socklen_t,
        )
    };
    assert_eq!(code, 0);
}

pub(crate) fn bytes<M: Message>(message: &M) -> Vec<u8> {
    let mut bytes = vec![0; M::LEN];
    message.encode_into(&mut bytes);
    bytes
}

/// The state of the only reader.
pub(crate) fn state() -> ReaderState {
    let mut state = ReaderState {
        name: ReaderName::new(READER).unwrap(),
        event_counter: 1,
        state: 0x34,
        atr_length: ATR.len() as u32,
        protocol: 2,
        ..Default::default()
    };
    state.atr[..ATR.len()].copy_from_slice(&ATR);
    state
}

/// So many states, with the reader in the last place.
pub(crate) fn states(places: usize) -> Vec<u8> {
    let empty = std::iter::repeat_n(ReaderState::default(), places - 1);
    empty.chain([state()]).flat_map(|state| bytes(&state)).collect()
}

/// What the service answers to all but waits.
fn answer(command: Command, request: &[u8], settings: &Settings) -> Vec<u8> {
    macro_rules! with {
        ($type:ident, |$message:ident| $change:expr) => {{
            let mut $message = message::$type::decode(request).unwrap();
            $change;
            bytes(&$message)
        }};
    }
    let (major, minor) = settings.version;
    match command {
        Command::VERSION => with!(Version, |version| {
            let newest = if settings.takes_newer { i32::MAX } else { minor };
            let is_served = version.major == major && (settings.oldest..=newest).contains(&version.minor);
            version = message::Version {
                major,
                minor,
                code: if is_served { 0 } else { CODE_STOPPED },
            };
        }),
        Command::ESTABLISH_CONTEXT => with!(EstablishContext, |context| context.context = 0x7001),
        Command::CONNECT => with!(Connect, |connect| {
            connect.card = 0x7002;
            connect.active_protocol = 2;
        }),
        Command::RECONNECT => with!(Reconnect, |reconnect| reconnect.active_protocol = 2),
        Command::TRANSMIT => {
            let length = message::Transmit::LEN;
            let mut transmit = message::Transmit::decode(&request[..length]).unwrap();
            transmit.receive_length = settings.answer.len() as u32;
            [bytes(&transmit), settings.answer.clone()].concat()
        }
        Command::CONTROL => {
            let length = message::Control::LEN;
            let mut control = message::Control::decode(&request[..length]).unwrap();
            control.returned = settings.answer.len() as u32;
            [bytes(&control), settings.answer.clone()].concat()
        }
        Command::GET_ATTRIBUTE => with!(Attribute, |attribute| {
            attribute.value = message::AttributeValue::new(&ATR).unwrap();
            attribute.length = ATR.len() as u32;
        }),
        Command::GET_READERS_STATE => states(READERS),
        Command::GET_READERS_STATE_ARRAY => states(settings.places),
        Command::GET_READER_EVENTS => bytes(&message::ReaderEvents { events: 7, code: 0 }),
        Command::RELEASE_CONTEXT
        | Command::DISCONNECT
        | Command::BEGIN_TRANSACTION
        | Command::END_TRANSACTION
        | Command::STATUS
        | Command::SET_ATTRIBUTE => request.to_vec(),
        Command::STOP_WAITING_READER_STATE_CHANGE => Vec::new(),
        command => panic!("{command:?} is asked for by nobody"),
    }
}
