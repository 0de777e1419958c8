//! How long is waited for what may never come back.

use std::io::{self, ErrorKind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How long the service may take for an answer: none of what it is asked waits for a card.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Does something, for so long at most. What has not ended by then goes on, and ends with the program at the latest.
///
/// # Errors
/// `TimedOut` where it takes longer.
pub(super) fn within<T: Send + 'static>(
    time: Duration,
    task: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let (sender, receiver) = mpsc::channel();
    let thread = thread::Builder::new().name("pcsc-doctor".to_owned());
    thread.spawn(move || {
        // Nobody waits for it any more.
        let _ = sender.send(task());
    })?;
    receiver
        .recv_timeout(time)
        .map_err(|_| ErrorKind::TimedOut.into())
}

/// Tells whether that took too long.
pub(super) fn is_late(error: &io::Error) -> bool {
    error.kind() == ErrorKind::TimedOut
}
