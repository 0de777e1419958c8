//! The file of a recording.

use crate::failure::tell;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// A file that is recorded into, which says itself that it cannot be written any more.
///
/// Who records stops at the first error, so it is said once. That not even the beginning can be written is an error of who
/// asked for the recording.
#[derive(Debug)]
pub(crate) struct RecordingFile {
    file: File,
    name: String,
    is_begun: bool,
}

impl RecordingFile {
    /// Creates it, for this user alone, in place of what is there.
    pub(crate) fn replace(path: &Path) -> io::Result<RecordingFile> {
        RecordingFile::open(path, OpenOptions::new().create(true).truncate(true))
    }

    /// Creates it, for this user alone, where there is none.
    #[cfg(unix)]
    pub(crate) fn create(path: &Path) -> io::Result<RecordingFile> {
        RecordingFile::open(path, OpenOptions::new().create_new(true))
    }

    fn open(path: &Path, options: &mut OpenOptions) -> io::Result<RecordingFile> {
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
        Ok(RecordingFile {
            file: options.write(true).open(path)?,
            name: path.display().to_string(),
            is_begun: false,
        })
    }
}

impl Write for RecordingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.file.write(bytes);
        match &result {
            Ok(_) => self.is_begun = true,
            Err(error) if self.is_begun && error.kind() != ErrorKind::Interrupted => {
                tell(&format!("{}: the recording stops here: {error}", self.name));
            }
            Err(_) => {}
        }
        result
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
