//! A whole transparent file: read and updated in as few commands as the card's form allows.

mod instruction;
mod offset;
mod parts;
mod read_error;
mod reading;

use crate::error::Error;
use crate::exchange::execute::{FEW, MAX_ROUNDS_OF_FEW};
use crate::exchange::transmit::{Exchange, MAX_DATA};
use parts::{ODD_OVERHEAD, Parts, file_too_long};
pub use read_error::ReadError;
use reading::Reading;
use zeroize::{Zeroize, Zeroizing};

/// What is reserved for a file of a length that nobody said: as far as P1-P2 of READ BINARY reaches.
const RESERVED: usize = 0x8000;

/// The current transparent file (EF) of a card, to be read or updated as a whole; [`CardChannel::transparent_file`](crate::CardChannel::transparent_file) makes one.
///
/// One command carries as much as the form for long commands allows: everything with extended length, 256 bytes to read
/// and 255 to update without. From offset 32,768 on the odd instructions B1 and D7 are used; where a card has none, the even
/// ones from offset 32,767 on, as far as one command reaches. A transaction is around it.
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
    pub const MAX_LEN: usize = parts::MAX_LEN;

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
    /// Success has proof that all is there: the length that was said; without one the end of the file, which is a part that
    /// is shorter than what was asked for, or the refusal of a single byte at that place by 6B00, 6A86, 6700 or 6Cxx, which
    /// speak of the offset or the length. Where more is refused by these, and after empty answers, less is asked for. Other
    /// refusals, such as 6A82 or 6F00, are errors, also where the file may have ended.
    ///
    /// # Errors
    /// As [`read_into`](TransparentFile::read_into); what was read before comes with it.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::{Command, Error};
    ///
    /// # session.execute(&Command::select_aid(&pcsc_sim::DemoCard::AID))?.ok()?;
    /// session.execute(&Command::select_file(&[0xE0, 0x01]))?.ok()?;
    /// assert_eq!(session.transparent_file().read()?.len(), 28);
    ///
    /// let error = session.transparent_file().with_len(100).read().unwrap_err();
    /// assert!(matches!(error.error(), Error::FileTooShort { len: 28, .. }));
    /// assert_eq!(error.into_inner().len(), 28); // what there is
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn read(self) -> Result<Vec<u8>, ReadError> {
        // Whatever ends this early, a panic too, leaves nothing of the file in freed memory.
        let mut data = Zeroizing::new(Vec::new());
        match self.read_into(&mut data) {
            Ok(()) => Ok(std::mem::take(&mut data)),
            Err(error) => Err(ReadError::new(data, error)),
        }
    }

    /// Reads the file into `data`, in place of what it held. See [`read`](TransparentFile::read) for what success means.
    ///
    /// Allocates nothing after the first command for the length that was said, up to 65,536 bytes, or for 32 KiB.
    ///
    /// # Errors
    /// `data` holds what came before. [`Error::FileTooShort`] where the file ends before the length that was said;
    /// [`Error::Status`] where the card refuses to read;
    /// [`Error::FileTooLong`] where it gives more than [`MAX_LEN`](Self::MAX_LEN); [`Error::BadResponse`] where more than
    /// 4,096 commands bring fewer than 16 bytes each; else as
    /// [`CardChannel::execute`](crate::CardChannel::execute) and [`Session::transaction`](crate::Session::transaction). Of a
    /// card without INS B1 that is 6D00 where the file goes on further than the even instruction reaches.
    pub fn read_into(mut self, data: &mut Vec<u8>) -> Result<(), Error> {
        data.clear();
        data.reserve(self.len.unwrap_or(RESERVED).min(MAX_DATA));
        let mut progress = self.progress.take();
        let _transaction = self.exchange.connection.card.hold()?;
        let mut parts = Parts::new(self.exchange, |(_, ne)| ne, self.is_sensitive)?;
        let mut reading = Reading::new(parts.most, self.len);
        let mut parts_of_few = 0;
        while let Some(ne) = reading.next(data.len()) {
            let before = data.len();
            let left = self.len.map(|len| len - before);
            let part = parts.read(before, ne, left, data)?;
            if data.len() > Self::MAX_LEN {
                if self.is_sensitive {
                    data[Self::MAX_LEN..].zeroize();
                }
                data.truncate(Self::MAX_LEN);
                return Err(parts.too_long());
            }
            if let (true, Some(progress)) = (part.len > 0, &mut progress) {
                progress(data.len());
            }
            parts_of_few += usize::from((1..FEW).contains(&part.len));
            if parts_of_few > MAX_ROUNDS_OF_FEW {
                return Err(parts.too_few());
            }
            if !reading.accept(before, part) {
                return Err(parts.refused(part.status));
            }
        }
        match self.len {
            Some(expected) if data.len() < expected => Err(parts.too_short(data.len(), expected)),
            _ => Ok(()),
        }
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
        let mut parts = Parts::new(self.exchange, |(nc, _)| nc, self.is_sensitive)?;
        let mut object = Zeroizing::new(Vec::new());
        if data.len() > RESERVED {
            object.reserve(parts.most.min(data.len() + ODD_OVERHEAD));
        }
        let mut done = 0;
        while done < data.len() {
            done += parts.update(done, data, &mut object)?;
            if let Some(progress) = &mut progress {
                progress(done);
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for TransparentFile<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TransparentFile")
            .field("channel", &self.exchange.channel)
            .field("len", &self.len)
            .field("is_sensitive", &self.is_sensitive)
            .finish_non_exhaustive()
    }
}
