//! A whole transparent file: read and updated in as few commands as the card's form allows.

mod parts;

use crate::error::Error;
use crate::exchange::transmit::{Exchange, MAX_DATA};
use parts::{ODD_OVERHEAD, Parts, file_too_long};
use pcsc_iso7816::command::Form;
use pcsc_iso7816::status_word::StatusWord;
use zeroize::{Zeroize, Zeroizing};

/// What is reserved for a file of a length that nobody said: as far as P1-P2 of READ BINARY reaches.
const USUAL: usize = 0x8000;

/// The current transparent file (EF) of a card, to be read or updated as a whole; [`CardChannel::transparent_file`](crate::CardChannel::transparent_file) makes one.
///
/// One command carries as much as the form for long commands allows: everything with extended length, 256 bytes to read
/// and 255 to update without. From offset 32,768 on the odd instructions B1 and D7 are used. A transaction is around it.
/// At most [`MAX_LEN`](Self::MAX_LEN) bytes.
///
/// # Examples
/// ```
/// # let simulator = pcsc_sim::Simulator::new();
/// # let reader = simulator.add_reader("Simulated Reader 00 00");
/// # reader.insert(pcsc_sim::DemoCard::new());
/// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
/// use pcsc_session::Command;
///
/// # session.execute(&Command::select_aid(&pcsc_sim::DemoCard::AID))?.ok()?;
/// session.execute(&Command::select_file(&[0xE0, 0x01]))?.ok()?;
/// let data = session.transparent_file().read()?;
/// assert_eq!(data, b"Hello from a simulated card!");
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[must_use = "nothing is sent until `read` or `update`"]
pub struct TransparentFile<'a> {
    exchange: Exchange<'a>,
    len: Option<usize>,
    is_sensitive: bool,
    progress: Option<&'a mut dyn FnMut(usize)>,
}

impl<'a> TransparentFile<'a> {
    /// The most bytes that are read or updated of one file: 16 MiB, more than cards have.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::{Error, TransparentFile};
    ///
    /// let error = session.transparent_file().update(&vec![0; TransparentFile::MAX_LEN + 1]).unwrap_err();
    /// assert!(matches!(error, Error::FileTooLong { .. })); // nothing was sent
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub const MAX_LEN: usize = 0x0100_0000;

    pub(super) fn new(exchange: Exchange<'a>) -> Self {
        TransparentFile {
            exchange,
            len: None,
            is_sensitive: false,
            progress: None,
        }
    }

    /// Says how many bytes to read. Default: to the end of the file, which may take one command more to find.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::Command;
    ///
    /// # session.execute(&Command::select_aid(&pcsc_sim::DemoCard::AID))?.ok()?;
    /// session.execute(&Command::select_file(&[0xE0, 0x01]))?.ok()?;
    /// assert_eq!(session.transparent_file().with_len(5).read()?, b"Hello");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn with_len(mut self, len: usize) -> Self {
        self.len = Some(len);
        self
    }

    /// Marks the file's bytes as secret: they are logged nowhere, and every buffer that held them is wiped, but the
    /// caller's own.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::Command;
    ///
    /// # session.execute(&Command::select_aid(&pcsc_sim::DemoCard::AID))?.ok()?;
    /// session.execute(&Command::select_file(&[0xE0, 0x02]))?.ok()?;
    /// let key = [0xAA; 16];
    /// session.transparent_file().sensitive().update(&key)?;
    /// # assert_eq!(session.transparent_file().with_len(16).read()?, key);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn sensitive(mut self) -> Self {
        self.is_sensitive = true;
        self
    }

    /// Calls this with the number of bytes read or updated so far, after each command.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::Command;
    ///
    /// # session.execute(&Command::select_aid(&pcsc_sim::DemoCard::AID))?.ok()?;
    /// session.execute(&Command::select_file(&[0xE0, 0x01]))?.ok()?;
    /// let mut done = 0;
    /// let mut progress = |bytes| done = bytes;
    /// session.transparent_file().with_progress(&mut progress).read()?;
    /// assert_eq!(done, 28);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn with_progress(mut self, progress: &'a mut dyn FnMut(usize)) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Reads the file.
    ///
    /// # Errors
    /// As [`read_into`](TransparentFile::read_into).
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::Command;
    ///
    /// # session.execute(&Command::select_aid(&pcsc_sim::DemoCard::AID))?.ok()?;
    /// session.execute(&Command::select_file(&[0xE0, 0x01]))?.ok()?;
    /// assert_eq!(session.transparent_file().read()?.len(), 28);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn read(self) -> Result<Vec<u8>, Error> {
        // Whatever ends this early, a panic too, leaves nothing of the file in freed memory.
        let mut data = Zeroizing::new(Vec::new());
        self.read_into(&mut data)?;
        Ok(std::mem::take(&mut data))
    }

    /// Reads the file into `data`, in place of what it held; it holds fewer bytes than asked for where the file is shorter.
    ///
    /// Allocates nothing after the first command for the length that was said, up to 65,536 bytes, or for 32 KiB.
    ///
    /// # Errors
    /// [`Error::Status`] where the card refuses to read, `data` then holds what came before;
    /// [`Error::FileTooLong`] where it gives more than [`MAX_LEN`](Self::MAX_LEN), which is what `data` then holds; else as
    /// [`CardChannel::execute`](crate::CardChannel::execute) and [`Session::transaction`](crate::Session::transaction). A card without INS B1 answers 6D00 from byte 32,768 on: whether
    /// the file ends there it does not tell, [`with_len`](Self::with_len) does.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::Command;
    ///
    /// # session.execute(&Command::select_aid(&pcsc_sim::DemoCard::AID))?.ok()?;
    /// session.execute(&Command::select_file(&[0xE0, 0x01]))?.ok()?;
    /// let mut data = Vec::with_capacity(1024);
    /// session.transparent_file().read_into(&mut data)?;
    /// assert_eq!(data.len(), 28);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn read_into(mut self, data: &mut Vec<u8>) -> Result<(), Error> {
        data.clear();
        data.reserve(self.len.unwrap_or(USUAL).min(MAX_DATA));
        let mut progress = self.progress.take();
        let _transaction = self.exchange.connection.card.hold()?;
        let mut parts = Parts::new(self.exchange, Form::max_ne, self.is_sensitive)?;
        let len = self.len.unwrap_or(usize::MAX);
        while data.len() < len {
            let before = data.len();
            let status = parts.read(before, len - before, data)?;
            let came = data.len() > before;
            if data.len() > Self::MAX_LEN {
                if self.is_sensitive {
                    data[Self::MAX_LEN..].zeroize();
                }
                data.truncate(Self::MAX_LEN);
                return Err(parts.too_long());
            }
            if let (true, Some(progress)) = (came, &mut progress) {
                progress(data.len());
            }
            let end = status == END_OF_FILE || status == StatusWord::WRONG_P1_P2;
            // Past the end is no failure where something was read, nor is an empty answer; 61xx without a byte is.
            let is_failure = match status {
                END_OF_FILE | StatusWord::SUCCESS => false,
                StatusWord::WRONG_P1_P2 => before == 0,
                _ => !(came && status.remaining().is_some()),
            };
            if is_failure {
                return Err(parts.refused(status));
            }
            if end || !came {
                break;
            }
        }
        Ok(())
    }

    /// Updates the file from its beginning with `data`.
    ///
    /// # Errors
    /// [`Error::FileTooLong`] for more than [`MAX_LEN`](Self::MAX_LEN) bytes, before anything is sent;
    /// [`Error::Status`] where the card refuses, bytes before may have been updated; else as [`CardChannel::execute`](crate::CardChannel::execute) and
    /// [`Session::transaction`](crate::Session::transaction).
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::Command;
    ///
    /// # session.execute(&Command::select_aid(&pcsc_sim::DemoCard::AID))?.ok()?;
    /// session.execute(&Command::select_file(&[0xE0, 0x02]))?.ok()?;
    /// session.transparent_file().update(&[0xAA; 1000])?;
    /// assert_eq!(session.transparent_file().with_len(1000).read()?, [0xAA; 1000]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn update(mut self, data: &[u8]) -> Result<(), Error> {
        if data.len() > Self::MAX_LEN {
            return Err(file_too_long(self.exchange.connection));
        }
        let mut progress = self.progress.take();
        let _transaction = self.exchange.connection.card.hold()?;
        let mut parts = Parts::new(self.exchange, Form::max_nc, self.is_sensitive)?;
        let mut object = Zeroizing::new(Vec::new());
        if data.len() > USUAL {
            object.reserve(parts.most.min(data.len() + ODD_OVERHEAD));
        }
        let mut done = 0;
        while done < data.len() {
            done += parts.update(done, &data[done..], &mut object)?;
            if let Some(progress) = &mut progress {
                progress(done);
            }
        }
        Ok(())
    }
}

/// 6282: the end of the file was reached before Ne bytes were read.
const END_OF_FILE: StatusWord = StatusWord::from_u16(0x6282);

impl std::fmt::Debug for TransparentFile<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TransparentFile")
            .field("channel", &self.exchange.channel)
            .field("len", &self.len)
            .field("is_sensitive", &self.is_sensitive)
            .finish_non_exhaustive()
    }
}
