//! A service that is made up: it takes one connection at a time, and answers as it is told.

use crate::service::{Conversation, Fault, OPENING, Settings, following};
use pcsclite_wire::{Command, Header};
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::fd::AsRawFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::mpsc;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long any single thing may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

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
pub(crate) fn serve(mut stream: UnixStream, settings: &Settings, log: &mpsc::Sender<Entry>) {
    if settings.is_narrow {
        narrow(&stream);
    }
    let mut number = OPENING;
    let mut conversation = Conversation::default();
    loop {
        let mut header = [0; Header::LEN];
        if stream.read_exact(&mut header).is_err() {
            return;
        }
        let header = Header::decode(header);
        let mut request = vec![0; header.size as usize];
        stream.read_exact(&mut request).unwrap();
        let more = following(header.command, &request);
        if number != OPENING || header.command == Command::ESTABLISH_CONTEXT {
            number = number.wrapping_add(1);
        }
        let fault = settings.faults.iter().find(|(faulty, _)| *faulty == number);
        let fault = fault.map(|(_, fault)| fault);
        let taken = match fault {
            Some(Fault::Unread { taken, .. }) => more.min(*taken),
            _ => more,
        };
        request.resize(request.len() + taken, 0);
        let start = request.len() - taken;
        stream.read_exact(&mut request[start..]).unwrap();
        let answer = conversation.answer(header.command, &request, settings);
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
            Some(Fault::Unread { they_fit, .. }) => {
                if *they_fit {
                    wait_for_bytes(&stream, more - taken);
                }
                return;
            }
            Some(Fault::Instead(bytes)) => stream.write_all(bytes).and(stream.shutdown(Shutdown::Both)),
            Some(Fault::Slow) => answer.iter().try_for_each(|byte| stream.write_all(&[*byte])),
            Some(Fault::Replace(bytes)) => {
                conversation.ends_wait();
                stream.write_all(bytes)
            }
            Some(Fault::Before(bytes)) => {
                conversation.ends_wait();
                stream.write_all(bytes).and_then(|()| stream.write_all(&answer))
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

/// Waits until so many bytes are in a socket, and leaves them there. No call ends when there are enough.
fn wait_for_bytes(socket: &UnixStream, wanted: usize) {
    let end = Instant::now() + DEADLINE;
    let mut there: libc::c_int = 0;
    while (there as usize) < wanted {
        assert!(Instant::now() < end, "{there} of {wanted} bytes");
        std::thread::yield_now();
        // SAFETY: the socket is open, and the call writes an integer, which outlives it.
        let code = unsafe { libc::ioctl(socket.as_raw_fd(), libc::FIONREAD, &raw mut there) };
        assert_eq!(code, 0);
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
