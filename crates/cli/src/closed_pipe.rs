//! An output that nobody reads any more, noticed where nothing is written.

#[cfg(unix)]
pub(crate) use pipe::end_with_it;

/// Elsewhere it is noticed at the next line.
#[cfg(not(unix))]
pub(crate) fn end_with_it() {}

#[cfg(unix)]
mod pipe {
    use crate::interrupt;
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::fs::{FileType, fstat};
    use rustix::io::Errno;
    use rustix::stdio::stdout;
    use std::thread;

    /// Has the program end as soon as nobody reads the pipe that it prints to, as one that prints would: `| head -n 1`.
    pub(crate) fn end_with_it() {
        let kind = fstat(stdout()).map(|file| FileType::from_raw_mode(file.st_mode));
        if kind != Ok(FileType::Fifo) {
            return;
        }
        // Without a thread it is noticed at the next line.
        let spawned = thread::Builder::new().name("pcsc: output".to_owned()).spawn(|| {
            // That no reader is left is told without being asked for.
            loop {
                match poll(&mut [PollFd::new(&stdout(), PollFlags::empty())], None) {
                    Ok(_) => break,
                    Err(Errno::INTR) => {}
                    Err(_) => return,
                }
            }
            interrupt::end();
            interrupt::end_by_closed_pipe()
        });
        drop(spawned);
    }
}
