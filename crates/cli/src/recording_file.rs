//! The file of a recording.

use crate::failure::{Failure, tell};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A file that is recorded into, and says itself that it cannot be written any more.
///
/// What the file held is replaced when there is something to record: what begins a recording waits for the first packet. Where
/// none comes, the file is as it was, or goes away again. It is for this user alone then.
#[derive(Debug)]
pub(crate) struct RecordingFile {
    file: File,
    path: PathBuf,
    is_new: bool,
    state: State,
    stop: Arc<Stop>,
}

/// What says, once, that a recording stops, and why.
#[derive(Debug)]
pub(crate) struct Stop {
    path: PathBuf,
    is_told: AtomicBool,
}

#[derive(Debug)]
enum State {
    /// Nothing is written; what begins a recording is kept, once it has come.
    Waiting(Vec<u8>),
    /// The next is the beginning, of what is no file: that it cannot be written is an error of who asked for the recording.
    Beginning,
    Begun,
}

impl RecordingFile {
    /// Opens it, for this user alone where it is new.
    pub(crate) fn replace(path: &Path) -> Result<RecordingFile, Failure> {
        match RecordingFile::open(path, OpenOptions::new().create_new(true), true) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                // A link may lead to where nothing is.
                RecordingFile::open(path, OpenOptions::new().create(true), false)
            }
            opened => opened,
        }
        .map_err(|error| Failure::of_file(path, error))
    }

    /// Creates it, for this user alone; fails where something is there.
    #[cfg(unix)]
    pub(crate) fn create(path: &Path) -> Result<RecordingFile, Failure> {
        RecordingFile::open(path, OpenOptions::new().create_new(true), true)
            .map_err(|error| Failure::of_file(path, error))
    }

    /// Returns what says that the recording stops.
    #[cfg(unix)]
    pub(crate) fn stop(&self) -> Arc<Stop> {
        Arc::clone(&self.stop)
    }

    fn open(path: &Path, options: &mut OpenOptions, is_new: bool) -> io::Result<RecordingFile> {
        #[cfg(unix)]
        crate::interrupt::take_file_limit();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
        let file = options.write(true).open(path)?;
        let state = match file.metadata()?.is_file() {
            true => State::Waiting(Vec::new()),
            false => State::Beginning,
        };
        Ok(RecordingFile {
            file,
            path: path.to_owned(),
            is_new,
            state,
            stop: Arc::new(Stop {
                path: path.to_owned(),
                is_told: AtomicBool::new(false),
            }),
        })
    }

    /// Makes it a file of this user alone, or says that it is none.
    #[cfg(unix)]
    fn close_to_others(&self) {
        use std::os::unix::fs::PermissionsExt;
        let is_open = (self.file.metadata()).is_ok_and(|file| file.permissions().mode() & 0o077 != 0);
        let closed = match is_open {
            true => self.file.set_permissions(fs::Permissions::from_mode(0o600)),
            false => Ok(()),
        };
        if let Err(error) = closed {
            let name = self.path.display();
            tell(&format!("{name}: others may read the recording, too: {error}"));
        }
    }

    fn write_on(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let State::Waiting(beginning) = &mut self.state else {
            return self.file.write(bytes);
        };
        if beginning.is_empty() {
            beginning.extend_from_slice(bytes);
            return Ok(bytes.len());
        }
        let beginning = std::mem::take(beginning);
        self.state = State::Begun;
        self.file.set_len(0)?;
        #[cfg(unix)]
        self.close_to_others();
        self.file.write_all(&[&beginning, bytes].concat())?;
        Ok(bytes.len())
    }
}

impl Stop {
    /// Says it, unless it was said.
    pub(crate) fn tell(&self, why: &dyn std::fmt::Display) {
        if !self.is_told.swap(true, Ordering::SeqCst) {
            tell(&format!(
                "{}: the recording stops here: {why}",
                self.path.display()
            ));
        }
    }
}

impl Write for RecordingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.write_on(bytes);
        match (&result, &self.state) {
            (Ok(_), State::Beginning) => self.state = State::Begun,
            (Err(error), State::Begun) if error.kind() != ErrorKind::Interrupted => {
                self.stop.tell(&error);
            }
            _ => {}
        }
        result
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for RecordingFile {
    fn drop(&mut self) {
        let is_empty = || self.file.metadata().is_ok_and(|file| file.len() == 0);
        if self.is_new && matches!(self.state, State::Waiting(_)) && is_empty() {
            // It may have gone already.
            let _ = fs::remove_file(&self.path);
        }
    }
}
