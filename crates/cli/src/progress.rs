//! How far a long file has been read, shown at a terminal that does not show what becomes of it.

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use std::fs::File;
use std::io::{self, BufReader, IsTerminal, Read};
use std::path::Path;
use std::sync::OnceLock;

/// The one that is shown.
static BAR: OnceLock<ProgressBar> = OnceLock::new();

/// Opens a file to be read from its beginning to its end, and shows how far it has been read: where the output goes elsewhere,
/// and the terminal would stay empty.
pub(crate) fn open(path: &Path) -> io::Result<BufReader<Box<dyn Read>>> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || io::stdout().is_terminal() || !io::stderr().is_terminal() {
        return Ok(BufReader::new(Box::new(file)));
    }
    let bar = BAR.get_or_init(|| {
        let style = ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {eta} left");
        let bar = ProgressBar::new(metadata.len()).with_finish(ProgressFinish::AndClear);
        // The template is a constant, which a test reads.
        style.map_or(bar.clone(), |style| bar.with_style(style))
    });
    Ok(BufReader::new(Box::new(bar.wrap_read(file))))
}

/// Says something beside it.
pub(crate) fn beside<T>(say: impl FnOnce() -> T) -> T {
    match BAR.get() {
        Some(bar) => bar.suspend(say),
        None => say(),
    }
}

/// Shows it no more.
pub(crate) fn end() {
    if let Some(bar) = BAR.get() {
        bar.finish_and_clear();
    }
}
