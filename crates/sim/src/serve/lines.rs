//! A socket on which lines are answered with lines.

use super::place::{self, Identity};
use super::stream::{self, wait};
use super::threads::Threads;
use crate::service::lock::lock;
use std::fmt;
use std::io::{self, ErrorKind, Read};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The longest line in bytes, without its end.
const LONGEST: usize = 1 << 20;

/// How many can be connected at a time.
const MOST: usize = 16;

/// How long the end waits for the threads.
const PATIENCE: Duration = Duration::from_secs(5);

/// The socket, until this is dropped.
pub(crate) struct Lines {
    path: PathBuf,
    identity: Identity,
    /// The process that it belongs to.
    process: u32,
    /// Shut down to end it, which closing would not do while a process that was forked from this one has it too.
    wake: UnixStream,
    shared: Arc<Shared>,
}

struct Shared {
    threads: Arc<Threads>,
    streams: Mutex<Streams>,
    answer: Box<dyn Fn(&str) -> String + Send + Sync>,
}

/// Who is connected.
#[derive(Default)]
struct Streams {
    is_closed: bool,
    open: Vec<Arc<UnixStream>>,
}

impl Lines {
    /// Answers each line from now on, one after the other of one connection.
    pub(crate) fn serve(
        path: &Path,
        answer: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> io::Result<Lines> {
        let path = place::make_folder(path)?;
        let (listener, identity) = place::listen(&path)?;
        let (wake, woken) = UnixStream::pair()?;
        let lines = Lines {
            path,
            identity,
            process: process::id(),
            wake,
            shared: Arc::new(Shared {
                threads: Arc::default(),
                streams: Mutex::default(),
                answer: Box::new(answer),
            }),
        };
        listener.set_nonblocking(true)?;
        let shared = Arc::clone(&lines.shared);
        let threads = &lines.shared.threads;
        threads.spawn("pcsc-sim: control", move || {
            take(&shared, &listener, &woken);
            place::close(listener);
        })?;
        Ok(lines)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        // A child of `fork` has neither the threads nor the right to end what its parent goes on with.
        if self.process != process::id() {
            return;
        }
        place::remove(&self.path, self.identity);
        // It can be shut down, since nobody has yet.
        let _ = self.wake.shutdown(Shutdown::Both);
        let open = {
            let mut streams = lock(&self.shared.streams);
            streams.is_closed = true;
            streams.open.clone()
        };
        for stream in open {
            // Fails where the other side has gone.
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.shared.threads.wait(PATIENCE);
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Takes connections until it is woken.
fn take(shared: &Arc<Shared>, listener: &UnixListener, woken: &UnixStream) {
    while let Ok([_, false]) = wait([listener.into(), woken.into()], libc::POLLIN, None) {
        match listener.accept() {
            Ok((stream, _)) => admit(shared, stream),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            // No descriptors are left: not to be asked all the time.
            Err(_) => {
                let _ = wait([woken.into()], libc::POLLIN, Some(Duration::from_millis(50)));
            }
        }
    }
}

fn admit(shared: &Arc<Shared>, stream: UnixStream) {
    if stream.set_nonblocking(true).is_err() {
        return;
    }
    let stream = Arc::new(stream);
    {
        let mut streams = lock(&shared.streams);
        if streams.is_closed || streams.open.len() >= MOST {
            drop(streams);
            let _ = stream::write_at_once(&stream, b"error: too many connections\n");
            return;
        }
        streams.open.push(Arc::clone(&stream));
    }
    let listed = Listed(Arc::clone(shared), stream);
    // Dropped where no thread could be started.
    let _ = shared.threads.spawn("pcsc-sim: control", move || {
        let _ = serve(&listed.0, &listed.1);
    });
}

/// A connection that is listed, until it ends in any way.
struct Listed(Arc<Shared>, Arc<UnixStream>);

impl Drop for Listed {
    fn drop(&mut self) {
        let _ = self.1.shutdown(Shutdown::Both);
        let mut streams = lock(&self.0.streams);
        streams.open.retain(|stream| !Arc::ptr_eq(stream, &self.1));
    }
}

fn serve(shared: &Shared, stream: &UnixStream) -> io::Result<()> {
    let mut pending = Vec::new();
    loop {
        while let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = pending.drain(..=end).collect();
            answer(shared, stream, &line)?;
        }
        if pending.len() > LONGEST {
            return stream::write(stream, b"error: a line of more than 1 MiB\n");
        }
        match read_more(stream, &mut pending) {
            // The last line may have no end.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                return answer(shared, stream, &pending);
            }
            read => read?,
        }
    }
}

fn answer(shared: &Shared, stream: &UnixStream, line: &[u8]) -> io::Result<()> {
    let answer = match std::str::from_utf8(line) {
        Ok(line) if line.trim().is_empty() => return Ok(()),
        Ok(line) => (shared.answer)(line.trim()),
        Err(_) => "error: no text, expected UTF-8".to_owned(),
    };
    stream::write(stream, format!("{answer}\n").as_bytes())
}

/// Appends what has come; waits for it.
fn read_more(mut stream: &UnixStream, pending: &mut Vec<u8>) -> io::Result<()> {
    let mut bytes = [0; 4096];
    loop {
        match stream.read(&mut bytes) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                pending.extend_from_slice(bytes.get(..read).unwrap_or_default());
                return Ok(());
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                wait([stream.into()], libc::POLLIN, None)?;
            }
            Err(error) => return Err(error),
        }
    }
}
