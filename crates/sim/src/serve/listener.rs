//! Taking programs, one run of the service long.

use super::place::{self, Identity};
use super::programs::Programs;
use super::serving::admit;
use super::stream::{self, wait};
use std::io;
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// How long it takes at most until nobody listens any more: the thread that does has nothing else to wait for.
const PATIENCE: Duration = Duration::from_secs(2);

/// A socket that takes programs, until this is dropped; its file stays.
#[derive(Debug)]
pub(super) struct Listening {
    /// The run of the service.
    pub(super) run: u64,
    pub(super) identity: Identity,
    /// Shut down to end it, which closing would not do while a process that was forked from this one has it too.
    wake: UnixStream,
    ended: Receiver<()>,
}

impl Listening {
    /// Listens from now on.
    pub(super) fn start(programs: &Arc<Programs>, path: &Path, run: u64) -> io::Result<Listening> {
        let (listener, identity) = place::listen(path)?;
        listener.set_nonblocking(true)?;
        let (wake, woken) = UnixStream::pair()?;
        let (end, ended) = mpsc::channel::<()>();
        let taking = Arc::clone(programs);
        programs.threads.spawn("pcsc-sim: socket", move || {
            take(&taking, &listener, &woken);
            // Nobody may be told of the end who could still connect.
            place::close(listener);
            drop(end);
        })?;
        Ok(Listening {
            run,
            identity,
            wake,
            ended,
        })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // It can be shut down, since nobody has yet.
        let _ = self.wake.shutdown(Shutdown::Both);
        // The thread drops the other end when nobody listens any more.
        let _ = self.ended.recv_timeout(PATIENCE);
    }
}

/// Takes programs until it is woken.
fn take(programs: &Arc<Programs>, listener: &UnixListener, woken: &UnixStream) {
    loop {
        let Ok([_, is_woken]) = wait([listener.into(), woken.into()], libc::POLLIN, None) else {
            return;
        };
        if is_woken {
            return;
        }
        match listener.accept() {
            Ok((stream, _)) => admit(programs, stream),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            // No descriptors are left, or the program has gone again: not to be asked all the time.
            Err(_) => {
                let _ = stream::wait([woken.into()], libc::POLLIN, Some(Duration::from_millis(50)));
            }
        }
    }
}
