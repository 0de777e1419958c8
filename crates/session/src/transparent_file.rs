//! A whole transparent file: read and updated in as few commands as the card's form allows.

use crate::{BerTlvs, Command, Error, Form, OffsetDataObject, Protocol, Session, StatusWord};

/// The first offset that P1-P2 of READ and UPDATE BINARY cannot say (ISO/IEC 7816-4, 11.2.2).
const ODD: usize = 0x8000;

/// The discretionary data object of the odd instructions, and its constructed form.
const DATA: [u32; 2] = [0x53, 0x73];

/// The most bytes of that data object's tag and length.
const DATA_OVERHEAD: usize = 4;

/// The most bytes before the data of UPDATE BINARY's odd instruction: the offset object 54, and the data object's own.
const ODD_OVERHEAD: usize = 6 + DATA_OVERHEAD;

/// The current transparent file (EF) of a card, to be read or updated as a whole; [`Session::transparent_file`] makes one.
///
/// One command carries as much as the form for long commands allows: everything with extended length, 256 bytes to read
/// and 255 to update without. From offset 32,768 on the odd instructions B1 and D7 are used. A transaction is around it.
///
/// # Examples
/// ```
/// # let simulator = pcsc_sim::Simulator::new();
/// # let reader = simulator.add_reader("Simulated Reader 00 00");
/// # reader.insert(pcsc_sim::DemoCard::new());
/// # let mut session = pcsc_session::Session::options().provider(simulator.functions()).open()?;
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
    session: &'a mut Session,
    len: Option<usize>,
    progress: Option<&'a mut dyn FnMut(usize)>,
}

impl Session {
    /// Starts to read or update the transparent file that is selected now.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Session};
    /// use pcsc_sim::DemoCard;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(DemoCard::new());
    /// # let mut session = Session::options().provider(simulator.functions()).open()?;
    /// session.execute(&Command::select_aid(&DemoCard::AID))?.ok()?;
    /// session.execute(&Command::select_file(&DemoCard::LARGE.to_be_bytes()))?.ok()?;
    /// let mut progress = |done| println!("{done} bytes");
    /// let data = session.transparent_file().with_len(32_768).with_progress(&mut progress).read()?;
    /// assert_eq!(data.len(), 32_768);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "READ BINARY")]
    #[doc(alias = "UPDATE BINARY")]
    pub fn transparent_file(&mut self) -> TransparentFile<'_> {
        TransparentFile {
            session: self,
            len: None,
            progress: None,
        }
    }
}

impl<'a> TransparentFile<'a> {
    /// Says how many bytes to read. Default: to the end of the file, which may take one command more to find.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.functions()).open()?;
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

    /// Calls this with the number of bytes read or updated so far, after each command.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.functions()).open()?;
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
    /// # let mut session = pcsc_session::Session::options().provider(simulator.functions()).open()?;
    /// use pcsc_session::Command;
    ///
    /// # session.execute(&Command::select_aid(&pcsc_sim::DemoCard::AID))?.ok()?;
    /// session.execute(&Command::select_file(&[0xE0, 0x01]))?.ok()?;
    /// assert_eq!(session.transparent_file().read()?.len(), 28);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn read(self) -> Result<Vec<u8>, Error> {
        let mut data = Vec::with_capacity(self.len.unwrap_or(0).min(usize::from(u16::MAX)));
        self.read_into(&mut data)?;
        Ok(data)
    }

    /// Reads the file into `data`, in place of what it held; it holds fewer bytes than asked for where the file is shorter.
    ///
    /// # Errors
    /// [`Error::Status`] where the card refuses to read, `data` then holds what came before; else as
    /// [`Session::execute`] and [`Session::transaction`]. A card without INS B1 answers 6D00 from byte 32,768 on: whether
    /// the file ends there it does not tell, [`with_len`](Self::with_len) does.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.functions()).open()?;
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
        let mut progress = self.progress.take();
        let mut transaction = self.session.transaction()?;
        let session = transaction.session();
        let most = session.most(Form::max_ne)?;
        let len = self.len.unwrap_or(usize::MAX);
        while data.len() < len {
            let before = data.len();
            let status = session.read_part(before, most.min(len - before), most, data)?;
            let end = status == END_OF_FILE || status == StatusWord::WRONG_P1_P2;
            if data.len() > before {
                if let Some(progress) = &mut progress {
                    progress(data.len());
                }
            }
            // Past the end is no failure where something was read; nor is an empty answer.
            if !(status.is_success() || status == END_OF_FILE || end && before > 0) {
                return Err(Error::Status(status));
            }
            if end || data.len() == before {
                break;
            }
        }
        Ok(())
    }

    /// Updates the file from its beginning with `data`.
    ///
    /// # Errors
    /// [`Error::Status`] where the card refuses, bytes before may have been updated; else as [`Session::execute`] and
    /// [`Session::transaction`].
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.functions()).open()?;
    /// use pcsc_session::Command;
    ///
    /// # session.execute(&Command::select_aid(&pcsc_sim::DemoCard::AID))?.ok()?;
    /// session.execute(&Command::select_file(&[0xE0, 0x02]))?.ok()?;
    /// session.transparent_file().update(&[0xAA; 1000])?;
    /// assert_eq!(session.transparent_file().with_len(1000).read()?, [0xAA; 1000]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn update(mut self, data: &[u8]) -> Result<(), Error> {
        let mut progress = self.progress.take();
        let mut transaction = self.session.transaction()?;
        let session = transaction.session();
        let most = session.most(Form::max_nc)?;
        let mut done = 0;
        let mut objects = Vec::new();
        while done < data.len() {
            done += session.update_part(done, &data[done..], most, &mut objects)?;
            if let Some(progress) = &mut progress {
                progress(done);
            }
        }
        Ok(())
    }
}

/// 6282: the end of the file was reached before Ne bytes were read.
const END_OF_FILE: StatusWord = StatusWord::from_u16(0x6282);

impl Session {
    /// The most that one command carries, by the form for long commands.
    fn most(&mut self, of: fn(Form) -> usize) -> Result<usize, Error> {
        // Asks for the form; how much it carries is known then.
        self.long_form(Form::Extended.max_nc())?;
        Ok(of(Form::Short).max(of(Form::Extended).min(self.most_extended())))
    }

    /// Reads up to `ne` bytes at an offset and appends them; returns the status word.
    fn read_part(
        &mut self,
        offset: usize,
        ne: usize,
        most: usize,
        data: &mut Vec<u8>,
    ) -> Result<StatusWord, Error> {
        if offset < ODD {
            let command = read_binary(offset, ne);
            let response = self.execute(&command)?;
            data.extend_from_slice(response.data());
            return Ok(response.status());
        }
        let object = offset_object(offset);
        let room = if self.protocol == Protocol::T0 {
            // The card is not told how much is asked for, and only all of its data object can be read.
            most
        } else {
            // The answer has the data object's tag and length before the data.
            ne.saturating_add(DATA_OVERHEAD).min(most)
        };
        let response = self.execute(&Command::read_binary_odd(&object, room))?;
        let status = response.status();
        if response.data().is_empty() {
            return Ok(status);
        }
        let mut found = false;
        for object in BerTlvs::new(response.data()) {
            match object {
                Ok(object) if DATA.contains(&object.tag()) => {
                    let value = object.value();
                    data.extend_from_slice(&value[..value.len().min(ne)]);
                    found = true;
                }
                Ok(_) => {}
                Err(_) => found = false,
            }
        }
        if found {
            Ok(status)
        } else {
            Err(self.bad_response("READ BINARY with INS B1 is answered by a data object 53"))
        }
    }

    /// Updates at an offset with as much of `data` as one command carries; returns how much that was.
    fn update_part(
        &mut self,
        offset: usize,
        data: &[u8],
        most: usize,
        objects: &mut Vec<u8>,
    ) -> Result<usize, Error> {
        if offset < ODD {
            let part = &data[..data.len().min(most)];
            self.execute(&update_binary(offset, part))?.ok()?;
            return Ok(part.len());
        }
        let part = &data[..data.len().min(most - ODD_OVERHEAD)];
        objects.clear();
        objects.extend_from_slice(offset_object(offset).as_bytes());
        objects.push(0x53);
        let len = part.len().to_be_bytes();
        match part.len() {
            0..=0x7F => {}
            0x80..=0xFF => objects.push(0x81),
            _ => objects.extend_from_slice(&[0x82, len[len.len() - 2]]),
        }
        objects.push(len[len.len() - 1]);
        objects.extend_from_slice(part);
        self.execute(&Command::update_binary_odd(objects))?.ok()?;
        Ok(part.len())
    }
}

/// READ BINARY at an offset below 32,768.
fn read_binary(offset: usize, ne: usize) -> Command<'static> {
    let [.., p1, p2] = offset.to_be_bytes();
    Command::new(0x00, 0xB0, p1, p2).with_ne(ne)
}

/// UPDATE BINARY at an offset below 32,768.
fn update_binary(offset: usize, data: &[u8]) -> Command<'_> {
    let [.., p1, p2] = offset.to_be_bytes();
    Command::new(0x00, 0xD6, p1, p2).with_data(data)
}

/// An offset for the odd instructions; beyond 4 GiB no card has bytes.
fn offset_object(offset: usize) -> OffsetDataObject {
    OffsetDataObject::new(u32::try_from(offset).unwrap_or(u32::MAX))
}

impl std::fmt::Debug for TransparentFile<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TransparentFile")
            .field("session", &self.session)
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}
