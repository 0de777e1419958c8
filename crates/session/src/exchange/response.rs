//! A card's answer.

use crate::error::Error;
use crate::ffi::ReaderName;
use pcsc_iso7816::status_word::StatusWord;
use std::fmt;
use zeroize::Zeroize;

/// What an answer answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(super) reader: ReaderName,
    /// CLA, INS, P1 and P2, where the command had that many bytes.
    pub(super) header: Option<[u8; 4]>,
    /// What holds for the answer; written for each command.
    pub(super) marks: Marks,
    /// What GET RESPONSE was refused with, where the marks say so.
    refusal: StatusWord,
}

/// What holds for an answer. One value, so that a command writes it at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marks {
    /// Nothing.
    Plain,
    /// The command was secret, and so is its answer.
    Secret,
    /// A warning announced data that was refused.
    Refused,
    /// Both.
    SecretAndRefused,
}

impl Origin {
    pub(super) fn new(reader: ReaderName) -> Origin {
        Origin {
            reader,
            header: None,
            marks: Marks::Plain,
            refusal: StatusWord::SUCCESS,
        }
    }

    /// Takes note of what GET RESPONSE after a warning was refused with.
    pub(super) fn note_refusal(&mut self, status: StatusWord) {
        self.refusal = status;
        self.marks = if self.is_secret() {
            Marks::SecretAndRefused
        } else {
            Marks::Refused
        };
    }

    fn is_secret(&self) -> bool {
        matches!(self.marks, Marks::Secret | Marks::SecretAndRefused)
    }

    fn refusal(&self) -> Option<StatusWord> {
        matches!(self.marks, Marks::Refused | Marks::SecretAndRefused).then_some(self.refusal)
    }
}

/// A card's answer: its data, and the status word, borrowed from the session's buffer.
///
/// `Debug` shows lengths and the status word, never the data. Two are equal where data and status word are.
///
/// # Examples
/// ```
/// # fn show(response: pcsc_session::Response<'_>) {
/// if response.status().is_success() {
///     println!("{}: {:02X?}", response.reader_name(), response.data());
/// }
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Response<'a> {
    data: &'a [u8],
    status: StatusWord,
    origin: &'a Origin,
}

impl<'a> Response<'a> {
    #[inline]
    pub(super) fn new(data: &'a [u8], status: StatusWord, origin: &'a Origin) -> Response<'a> {
        Response { data, status, origin }
    }

    /// Returns the data without the status word: 0 to 65,536 bytes; of [`transmit`](crate::Session::transmit) up to 65,546,
    /// where a card sends more than the standard allows.
    #[inline]
    #[must_use]
    pub fn data(&self) -> &'a [u8] {
        self.data
    }

    /// Returns the status word.
    #[inline]
    #[must_use]
    pub fn status(&self) -> StatusWord {
        self.status
    }

    /// Returns the reader whose card answered.
    #[must_use]
    pub fn reader_name(&self) -> &'a ReaderName {
        &self.origin.reader
    }

    /// Gives the status word with which the card refused GET RESPONSE, where a warning announced data
    /// ([`ExchangeOptions::get_response_after_warning`](crate::ExchangeOptions::get_response_after_warning)): perhaps there
    /// was none, perhaps it is lost. [`status`](Response::status) is the warning, and there is no data.
    #[must_use]
    pub fn refusal(&self) -> Option<StatusWord> {
        self.origin.refusal()
    }

    /// Returns the response itself where the status word is 9000 or 61xx.
    ///
    /// # Errors
    /// [`Error::Status`] with any other status word, warnings (62xx, 63xx) among them.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::{Command, Error};
    ///
    /// assert_eq!(session.execute(&Command::get_challenge(8))?.ok()?.data().len(), 8);
    /// let refused = session.execute(&Command::select_aid(&[0xA0, 0x01]))?.ok();
    /// assert!(matches!(refused, Err(Error::Status { status, .. }) if status == 0x6A82));
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn ok(self) -> Result<Response<'a>, Error> {
        self.ok_if(|_| false)
    }

    /// Returns the response itself where the status word is 9000, 61xx or one of these.
    ///
    /// # Errors
    /// [`Error::Status`] with any other status word, and where there is a [`refusal`](Response::refusal) beside it.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::Command;
    ///
    /// let select = Command::select_aid(&[0xA0, 0x01]);
    /// let response = session.execute(&select)?.ok_with(&[0x6A82])?; // it need not be there
    /// assert_eq!(response.status(), 0x6A82);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn ok_with<T>(self, successes: &[T]) -> Result<Response<'a>, Error>
    where
        StatusWord: PartialEq<T>,
    {
        self.ok_if(|status| successes.iter().any(|success| status == *success))
    }

    /// Returns the response itself where the status word is 9000, 61xx or one that the predicate takes.
    ///
    /// # Errors
    /// [`Error::Status`] with any other status word, and where there is a [`refusal`](Response::refusal) beside it.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let get_challenge = pcsc_session::Command::get_challenge(8);
    /// // A UICC with a proactive command that waits answers 91xx.
    /// let response = session.execute(&get_challenge)?.ok_if(|status| status.sw1() == 0x91)?;
    /// assert_eq!(response.data().len(), 8);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn ok_if(self, is_success: impl FnOnce(StatusWord) -> bool) -> Result<Response<'a>, Error> {
        if self.status.is_success()
            || self.status.remaining().is_some()
            || is_success(self.status) && self.refusal().is_none()
        {
            Ok(self)
        } else {
            Err(self.to_error())
        }
    }

    /// Returns the error of this status word, whatever it is: for a caller with rules of its own.
    #[cold]
    #[must_use]
    pub fn to_error(self) -> Error {
        Error::Status {
            status: self.status,
            header: self.origin.header,
            refusal: self.refusal(),
            reader: self.origin.reader.clone(),
        }
    }

    /// Copies the data into `data`, in place of what it held; returns the status word.
    pub(super) fn copy_into(self, data: &mut Vec<u8>) -> StatusWord {
        data.clear();
        data.extend_from_slice(self.data);
        self.status
    }

    /// Copies the answer, so that the session is free for the next command.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::Command;
    ///
    /// let challenge = session.execute(&Command::get_challenge(8))?.ok()?.to_owned();
    /// let answer: Vec<u8> = challenge.data().iter().map(|byte| byte ^ 0xFF).collect(); // a cryptogram
    /// session.execute(&Command::external_authenticate(0, 0, &answer)?)?;
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn to_owned(&self) -> ResponseBuf {
        ResponseBuf {
            data: self.data.to_vec(),
            status: self.status,
            origin: self.origin.clone(),
        }
    }
}

impl PartialEq for Response<'_> {
    fn eq(&self, other: &Response<'_>) -> bool {
        (self.data, self.status) == (other.data, other.status)
    }
}

impl Eq for Response<'_> {}

impl fmt::Debug for Response<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({} bytes, {:04X})", self.data.len(), self.status)
    }
}

/// A card's answer of its own: its data, and the status word. Where it answers a secret command, it is wiped on drop.
///
/// `Debug` shows lengths and the status word, never the data. Two are equal where data and status word are.
#[derive(Clone)]
pub struct ResponseBuf {
    data: Vec<u8>,
    status: StatusWord,
    origin: Origin,
}

impl ResponseBuf {
    /// Returns the answer, borrowed: with all that can be asked of one.
    #[must_use]
    pub fn as_response(&self) -> Response<'_> {
        Response::new(&self.data, self.status, &self.origin)
    }

    /// Returns the data without the status word.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Returns the status word.
    #[must_use]
    pub fn status(&self) -> StatusWord {
        self.status
    }

    /// Returns the reader whose card answered.
    #[must_use]
    pub fn reader_name(&self) -> &ReaderName {
        &self.origin.reader
    }

    /// Returns the answer itself where the status word is 9000 or 61xx: see [`Response::ok`].
    ///
    /// # Errors
    /// As [`Response::ok`].
    pub fn ok(self) -> Result<ResponseBuf, Error> {
        self.as_response().ok()?;
        Ok(self)
    }

    /// Gives the data away; wiping it is the caller's then.
    #[must_use]
    pub fn into_data(mut self) -> Vec<u8> {
        std::mem::take(&mut self.data)
    }
}

impl Drop for ResponseBuf {
    fn drop(&mut self) {
        if self.origin.is_secret() {
            self.data.zeroize();
        }
    }
}

impl PartialEq for ResponseBuf {
    fn eq(&self, other: &ResponseBuf) -> bool {
        self.as_response() == other.as_response()
    }
}

impl Eq for ResponseBuf {}

impl fmt::Debug for ResponseBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_response().fmt(f)
    }
}

impl From<Response<'_>> for ResponseBuf {
    fn from(response: Response<'_>) -> ResponseBuf {
        response.to_owned()
    }
}
