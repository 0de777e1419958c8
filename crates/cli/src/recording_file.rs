//! The file of a recording.

use crate::failure::{Failure, tell};
use pcsc_sys::Escaped;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A file that is recorded into, and says itself that it cannot be written any more. Who records stops at the first error, so
/// it is said once.
///
/// What the file held is replaced when there is something to record: what begins a recording waits for the first packet. Where
/// none comes, the file is as it was, or goes away again.
#[derive(Debug)]
pub(crate) struct RecordingFile {
    file: File,
    path: PathBuf,
    is_new: bool,
    state: State,
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

    fn open(path: &Path, options: &mut OpenOptions, is_new: bool) -> io::Result<RecordingFile> {
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
        })
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
        self.file.write_all(&[&beginning, bytes].concat())?;
        Ok(bytes.len())
    }
}

impl Write for RecordingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.write_on(bytes);
        match (&result, &self.state) {
            (Ok(_), State::Beginning) => self.state = State::Begun,
            (Err(error), State::Begun) if error.kind() != ErrorKind::Interrupted => {
                let name = self.path.to_string_lossy();
                tell(&format!("{}: the recording stops here: {error}", Escaped(&name)));
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
