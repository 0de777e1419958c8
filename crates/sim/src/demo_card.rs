//! A small ISO/IEC 7816-4 card that shows each exchange rule.

mod authenticate;
mod binary;
mod chain;
mod channels;
mod data_objects;
mod files;
mod inspection;
mod options;
mod pin;
mod records;
mod request;
mod rounds;
mod select;
mod status;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::card::Card;

use chain::Chain;
use channels::{Channels, MAX_CHANNELS};
use data_objects::DataObjects;
use files::Files;
use options::{Options, Protocols};
use pin::Pin;
use request::{Instruction, Request};
use rounds::Rounds;
use status::Status;

const PIN_TRIES: u8 = 3;
const PUK_TRIES: u8 = 10;

/// Is a small ISO/IEC 7816-4 card with files, a PIN and every exchange rule of the standard, for first runs and tests.
///
/// It protects nothing: its PIN is public, its challenges are not random, its authentication is a toy.
///
/// | where | what | file identifier, short one | rule that it shows |
/// | --- | --- | --- | --- |
/// | MF 3F00 | EF.DIR: the applications | 2F00, 30 | read only |
/// | | EF.ATR: card capabilities | 2F01, 29 | read only |
/// | [`AID`](Self::AID), 5001 | [`GREETING`](Self::GREETING), 28 bytes of text | E001, 1 | end of file, 6Cxx |
/// | | [`LARGE`](Self::LARGE), 32,768 bytes | E002, 2 | extended length, chaining |
/// | | [`LARGER`](Self::LARGER), 40,000 bytes | E003, 3 | odd INS for offsets beyond 32,767 |
/// | | [`RECORDS`](Self::RECORDS), 4 records of 16 bytes | E004, 4 | READ and UPDATE RECORD |
/// | | [`SECRET`](Self::SECRET), 18 bytes of text | E005, 5 | 6982 before VERIFY |
/// | | [`DATA_OBJECT`](Self::DATA_OBJECT), [`LONG_DATA_OBJECT`](Self::LONG_DATA_OBJECT) | | GET and PUT DATA, 61xx |
/// | | [`PIN_REFERENCE`](Self::PIN_REFERENCE): PIN, 3 tries; PUK, 10 tries | | 63Cx, 6983 |
/// | [`SECOND_AID`](Self::SECOND_AID), 5002 | [`SECOND_GREETING`](Self::SECOND_GREETING) | E101, 1 | SELECT of the next occurrence |
///
/// In the two large files and the long data object, byte number n (from 0) is n modulo 251.
///
/// # Protocols
/// A card is not told which protocol the reader chose, so this one acts by what its answer to reset offers.
/// - [`t1`](Self::t1), as it comes: a command without Le gets no data; an answer shorter than Le is sent as it is.
/// - [`t0`](Self::t0): the answer to a command with data waits for GET RESPONSE, whether there is an Le or not; a wrong Le
///   gets 6Cxx; extended lengths get 6700, since they would come in ENVELOPE, which the card does not have.
/// - [`t0_and_t1`](Self::t0_and_t1): as with T=1, but the answer to a command without Le waits for GET RESPONSE.
///
/// ISO/IEC 7816-3:2006, 12.2 and 12.3.
///
/// # Choices
/// What the standard leaves to the card:
/// - An answer longer than Ne, or than [`rounds_of`](Self::rounds_of) says, is sent in rounds of GET RESPONSE. Any other
///   command forgets what waits.
/// - An application's name in SELECT may be its beginning; no name at all selects the first application.
/// - READ BINARY past the end is 6B00, UPDATE BINARY past the end 6A84 with nothing written.
/// - The answer to READ BINARY with INS B1 has at most Ne bytes, its tag and length included.
/// - A PIN has 4 to 8 bytes; other lengths are 6700 and use up no try. It stays verified for the whole card until a reset,
///   a wrong try, a new PIN by the PUK, or VERIFY with P1 = FF. Tries used up outlive a reset, as on a real card.
/// - A chain that another command interrupts is dropped, and that command is answered 6883. 65,536 bytes fit into one.
/// - A logical channel opened from the basic one begins at the MF, from another one at its application.
/// - An answer of more than 65,533 bytes of data, which [`vpcd`](crate::vpcd) cannot carry, comes only of data objects and
///   INTERNAL AUTHENTICATE.
///
/// # Examples
/// ```
/// use pcsc_sim::{Card, DemoCard};
///
/// let mut card = DemoCard::new();
/// let mut send = |command: &[u8]| {
///     let mut response = Vec::new();
///     card.transmit(command, &mut response);
///     response
/// };
/// let select = [&[0x00, 0xA4, 0x04, 0x0C, 0x09], DemoCard::AID].concat();
/// assert_eq!(send(&select), [0x90, 0x00]);
/// assert_eq!(send(&[0x00, 0xB0, 0x81, 0x00, 0x05]), b"Hello\x90\x00"); // READ BINARY
/// assert_eq!(send(&[0x00, 0x20, 0x00, 0x81, 0x04, 1, 2, 3, 4]), [0x63, 0xC2]); // VERIFY: two tries left
/// ```
#[derive(Clone)]
pub struct DemoCard {
    options: Options,
    atr: Vec<u8>,
    files: Files,
    objects: DataObjects,
    pin: Pin,
    channels: Channels,
    chain: Chain,
    rounds: Rounds,
    challenge: u64,
    /// Where an answer is put together; its memory is kept.
    scratch: Vec<u8>,
    commands: u64,
}

impl DemoCard {
    /// The first application's identifier: a proprietary one, F0 and the text "PCSC-SIM".
    pub const AID: &'static [u8] = b"\xF0PCSC-SIM";
    /// The second application's identifier, which begins as that of the first.
    pub const SECOND_AID: &'static [u8] = b"\xF0PCSC-SIM\x02";

    /// The PIN of a new card: "123456". A demonstration value.
    pub const PIN: &'static [u8] = b"123456";
    /// The PUK, the code that RESET RETRY COUNTER takes: "12345678". A demonstration value.
    pub const PUK: &'static [u8] = b"12345678";
    /// P2 of commands that refer to the PIN.
    pub const PIN_REFERENCE: u8 = 0x81;

    /// A transparent file with a short text. Short EF identifier 1.
    pub const GREETING: u16 = 0xE001;
    /// A transparent file of 32,768 bytes. Short EF identifier 2.
    pub const LARGE: u16 = 0xE002;
    /// A transparent file of 40,000 bytes, of which those from 32,768 on need odd instruction bytes. Short EF identifier 3.
    pub const LARGER: u16 = 0xE003;
    /// A linear file of [`RECORD_COUNT`](Self::RECORD_COUNT) records of 16 bytes. Short EF identifier 4.
    pub const RECORDS: u16 = 0xE004;
    /// A transparent file that may be read and updated after VERIFY alone. Short EF identifier 5.
    pub const SECRET: u16 = 0xE005;
    /// A transparent file of the second application. Short EF identifier 1.
    pub const SECOND_GREETING: u16 = 0xE101;
    /// The number of records in [`RECORDS`](Self::RECORDS).
    pub const RECORD_COUNT: u8 = 4;

    /// The tag of a data object of four bytes, which PUT DATA replaces.
    pub const DATA_OBJECT: u16 = 0x0101;
    /// The tag of a data object of 1,000 bytes, more than one short answer carries, which PUT DATA replaces.
    pub const LONG_DATA_OBJECT: u16 = 0x0102;

    /// Makes a card with every rule, for T=1.
    ///
    /// With extended length, command chaining, GET RESPONSE and 20 logical channels.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let card = DemoCard::new();
    /// assert!(!card.pin_verified());
    /// assert_eq!(card.file(DemoCard::LARGE).map(<[u8]>::len), Some(32_768));
    /// ```
    #[must_use]
    pub fn new() -> Self {
        let options = Options::ALL;
        Self {
            options,
            atr: options.atr(),
            files: Files::new(&options),
            objects: DataObjects::new(),
            pin: Pin::new(),
            channels: Channels::AFTER_RESET,
            chain: Chain::default(),
            rounds: Rounds::default(),
            challenge: authenticate::SEED,
            scratch: Vec::new(),
            commands: 0,
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self.atr = self.options.atr();
        self.files.declare(&self.options);
        self
    }

    /// Offers T=0 alone, and acts by it.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Atr;
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// assert!(Atr::new(DemoCard::new().t0().atr()).protocols().eq([0]));
    /// ```
    #[must_use]
    pub fn t0(self) -> Self {
        self.with(|options| options.protocols = Protocols::T0)
    }

    /// Offers T=1 alone, and acts by it.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Atr;
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// assert!(Atr::new(DemoCard::new().t0().t1().atr()).protocols().eq([1]));
    /// ```
    #[must_use]
    pub fn t1(self) -> Self {
        self.with(|options| options.protocols = Protocols::T1)
    }

    /// Offers T=0 and T=1, T=0 first.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Atr;
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// assert!(Atr::new(DemoCard::new().t0_and_t1().atr()).protocols().eq([0, 1]));
    /// ```
    #[must_use]
    pub fn t0_and_t1(self) -> Self {
        self.with(|options| options.protocols = Protocols::T0AndT1)
    }

    /// Takes extended length away: such commands are answered 6700.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new().without_extended_length();
    /// let mut response = Vec::new();
    /// card.transmit(&[0x00, 0x84, 0x00, 0x00, 0x00, 0x00, 0x08], &mut response);
    /// assert_eq!(response, [0x67, 0x00]);
    /// ```
    #[must_use]
    pub fn without_extended_length(self) -> Self {
        self.with(|options| options.extended_length = false)
    }

    /// Takes command chaining away: such commands are answered 6884.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new().without_chaining();
    /// let mut response = Vec::new();
    /// card.transmit(&[0x10, 0xDA, 0x01, 0x01, 0x01, 0xAA], &mut response);
    /// assert_eq!(response, [0x68, 0x84]);
    /// ```
    #[must_use]
    pub fn without_chaining(self) -> Self {
        self.with(|options| options.chaining = false)
    }

    /// Takes GET RESPONSE and 61xx away: an answer is cut at Ne, and what is beyond is lost.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new().without_get_response();
    /// let mut response = Vec::new();
    /// card.transmit(&[0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00, 0x02], &mut response);
    /// assert_eq!(response[2..], [0x90, 0x00]); // and not 61xx
    /// ```
    #[must_use]
    pub fn without_get_response(self) -> Self {
        self.with(|options| options.get_response = false)
    }

    /// Sends at most this many bytes of data in one answer and leaves the rest to GET RESPONSE.
    ///
    /// At least 1, and only for answers that [`without_get_response`](Self::without_get_response) does not cut.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new().rounds_of(5);
    /// let mut response = Vec::new();
    /// card.transmit(&[0x00, 0x84, 0x00, 0x00, 0x08], &mut response);
    /// assert_eq!(response[5..], [0x61, 0x03]);
    /// ```
    #[must_use]
    pub fn rounds_of(self, bytes: usize) -> Self {
        self.with(|options| options.round = bytes.max(1))
    }

    /// Sets whether a command without data whose Le is not the answer's length gets 6Cxx, which says the right one.
    ///
    /// Otherwise a shorter answer is sent as it is, with 6282 where a file or record ended before an explicit Le, and a
    /// longer one in rounds. Where this is not called, the protocol decides: 6Cxx with T=0 alone.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new().exact_le(true);
    /// let mut response = Vec::new();
    /// card.transmit(&[&[0x00, 0xA4, 0x04, 0x0C, 0x09], DemoCard::AID].concat(), &mut response);
    /// response.clear();
    /// card.transmit(&[0x00, 0xB0, 0x81, 0x00, 0xFF], &mut response); // READ BINARY
    /// assert_eq!(response, [0x6C, 28]);
    /// ```
    #[must_use]
    pub fn exact_le(self, exact: bool) -> Self {
        self.with(|options| options.exact_le = Some(exact))
    }

    /// Sets the number of logical channels, 1 to 20, the basic one included.
    ///
    /// The nearest of them is taken for any other number. With 1, MANAGE CHANNEL is answered 6881.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new().channels(1);
    /// let mut response = Vec::new();
    /// card.transmit(&[0x00, 0x70, 0x00, 0x00, 0x01], &mut response);
    /// assert_eq!(response, [0x68, 0x81]);
    /// ```
    #[must_use]
    pub fn channels(self, channels: u8) -> Self {
        self.with(|options| options.channels = channels.clamp(1, MAX_CHANNELS))
    }

    /// Reads a command that the card is ready for.
    fn admit<'a>(&self, command: &'a [u8]) -> Result<Request<'a>, Status> {
        let request = Request::parse(command, self.options.extended_length())?;
        let class = request.class;
        if class.channel >= self.options.channels || !self.channels.is_open(class.channel) {
            return Err(Status::NO_SUCH_CHANNEL);
        }
        if class.chaining && !self.options.chaining {
            return Err(Status::NO_CHAINING);
        }
        Ok(request)
    }

    fn receive(&mut self, command: &[u8], response: &mut Vec<u8>) -> Result<Status, Status> {
        let request = self.admit(command).inspect_err(|_| self.chain.clear())?;
        let class = request.class;
        if !class.chaining && !self.chain.is_open() {
            return self.execute(&request, response);
        }
        self.chain.gather(&request)?;
        if class.chaining {
            self.rounds.clear();
            return Ok(Status::OK);
        }
        let gathered = self.chain.take();
        let whole = Request {
            data: &gathered,
            ..request
        };
        let status = self.execute(&whole, response);
        self.chain.give_back(gathered);
        status
    }

    fn execute(&mut self, request: &Request<'_>, response: &mut Vec<u8>) -> Result<Status, Status> {
        if request.instruction != Instruction::GetResponse {
            self.rounds.clear();
        }
        match request.instruction {
            Instruction::Verify => self.verify(request),
            Instruction::ChangeReferenceData => self.change_reference_data(request),
            Instruction::ResetRetryCounter => self.reset_retry_counter(request),
            Instruction::ManageChannel => self.manage_channel(request, response),
            Instruction::GetChallenge => self.get_challenge(request, response),
            Instruction::InternalAuthenticate => self.internal_authenticate(request, response),
            Instruction::Select => self.select(request, response),
            Instruction::ReadBinary => self.read_binary(request, response),
            Instruction::ReadBinaryOdd => self.read_binary_odd(request, response),
            Instruction::ReadRecord => self.read_record(request, response),
            Instruction::GetResponse => self.rounds.get_response(&self.options, request, response),
            Instruction::GetData => self.get_data(request, response),
            Instruction::UpdateBinary => self.update_binary(request),
            Instruction::UpdateBinaryOdd => self.update_binary_odd(request),
            Instruction::PutData => self.put_data(request),
            Instruction::UpdateRecord => self.update_record(request),
        }
    }
}

impl Card for DemoCard {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transmit(&mut self, command: &[u8], response: &mut Vec<u8>) {
        self.commands += 1;
        let status = self.receive(command, response).unwrap_or_else(|status| status);
        response.extend_from_slice(&status.to_bytes());
    }

    fn reset(&mut self) {
        self.channels = Channels::AFTER_RESET;
        self.chain.clear();
        self.rounds.clear();
        self.pin.forget();
    }
}

impl Default for DemoCard {
    fn default() -> Self {
        Self::new()
    }
}

/// Without files, PIN and PUK.
impl fmt::Debug for DemoCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DemoCard")
            .field("options", &self.options)
            .field("commands", &self.commands)
            .field("pin_verified", &self.pin_verified())
            .field("pin_tries_left", &self.pin_tries_left())
            .field("open_channels", &self.open_channels())
            .finish_non_exhaustive()
    }
}

/// Bytes in which a wrong offset shows: a period that is no power of two.
fn pattern(len: usize) -> Vec<u8> {
    let period: Vec<u8> = (0..=250).collect();
    let mut bytes = period.repeat(len.div_ceil(period.len()));
    bytes.truncate(len);
    bytes
}
