//! The card: what it has, and what commands and files are known by.

use super::chain::Chain;
use super::channels::Channels;
use super::data_objects::DataObjects;
use super::files::Files;
use super::options::Options;
use super::pin::Pin;
use super::rounds::Rounds;

/// A small ISO/IEC 7816-4 card with files, a PIN and every exchange rule of the standard, for first runs and tests.
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
    pub(super) options: Options,
    pub(super) atr: Vec<u8>,
    pub(super) files: Files,
    pub(super) objects: DataObjects,
    pub(super) pin: Pin,
    pub(super) channels: Channels,
    pub(super) chain: Chain,
    pub(super) rounds: Rounds,
    pub(super) challenge: u64,
    /// Where an answer is put together; its memory is kept.
    pub(super) scratch: Vec<u8>,
    pub(super) commands: u64,
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
}
