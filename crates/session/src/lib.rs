//! Sessions with smart cards over PC/SC: open one on a reader, send APDUs, get data and status word.
//!
//! ```no_run
//! // On the machine's PC/SC.
//! use pcsc_session::{Session, list_readers};
//!
//! for name in list_readers()? {
//!     println!("{name}");
//! }
//! let mut session = Session::open()?; // the first reader
//! println!("{}", session.atr()?);
//! let response = session.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00])?;
//! println!("{:02X?} {}", response.data(), response.status()); // data without the status word
//! session.close()?;
//! # Ok::<(), pcsc_session::Error>(())
//! ```
//!
//! The same without hardware, on the simulated service of the crate `pcsc-sim`, as a program's own tests would:
//!
//! ```
//! use pcsc_session::Session;
//! use pcsc_sim::{DemoCard, Simulator};
//!
//! let simulator = Simulator::new();
//! let reader = simulator.add_reader("Simulated Reader 00 00");
//! reader.insert(DemoCard::new());
//! let mut session = Session::options().provider(simulator.provider()).open()?;
//! assert!(session.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00])?.status().is_success());
//! reader.remove();
//! assert!(session.transmit(&[0x00, 0xB0, 0x81, 0x00, 0x00]).unwrap_err().is_card_removed());
//! # Ok::<(), pcsc_session::Error>(())
//! ```
//!
//! # Features
//! `load` (default) opens the system's library at run time, `link` links it, `bindgen` makes the
//! types from this machine's headers. Without `load` and `link` a provider of your own still works.
#![deny(unsafe_code)]

mod apdu_log;
mod atr;
mod attribute;
mod card_status;
mod channel;
mod code;
mod command;
mod context;
mod error;
mod exchange;
mod exchange_options;
mod growing;
mod limits;
mod options;
mod protocol;
mod raw;
mod reader_access;
mod reader_name;
mod reconnect;
mod response;
mod session;
mod status_word;
mod tlv;
mod transaction;
mod transmit;
mod transparent_file;
mod turns;

pub use atr::{
    Atr, C6Use, CardCapabilities, Category, ClockStop, Convention, ErrorDetection, HistoricalBytes,
    InterfaceByte, InterfaceByteKind, InterfaceBytes, OperatingClasses, Problem, SpecificMode,
    StatusIndicator, Tck, WriteBehaviour,
};
pub use attribute::Attribute;
pub use card_status::{CardState, CardStatus};
pub use channel::Channel;
pub use code::Code;
pub use command::{
    Case, Chain, Class, ClassError, Command, EncodeError, Form, OffsetDataObject, OutOfRange, ParseError,
    is_sensitive_apdu,
};
pub use context::{Context, list_readers};
pub use error::Error;
pub use exchange_options::{ExchangeOptions, LongForm};
pub use limits::Feature;
pub use options::{Disposition, SessionOptions, ShareMode};
pub use pcsc_sys::{LoadError, Provider};
pub use protocol::{Protocol, Protocols};
pub use reader_name::ReaderName;
pub use response::Response;
pub use session::Session;
pub use status_word::{StatusWord, StatusWordClass};
pub use tlv::{BerTlv, BerTlvs, CompactTlv, CompactTlvs, TlvError, TlvErrorKind};
pub use transaction::Transaction;
pub use transparent_file::TransparentFile;
