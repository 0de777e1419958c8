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
//! # The way in
//! - **Open**: [`Session::open`], [`Session::open_reader`], or [`Session::options`] for another [`ReaderChoice`], a wait until
//!   there is a card, a share mode, protocols, what becomes of the card at the end, another provider. [`list_readers`] and
//!   [`Context`] say what there is.
//! - **Send**: [`Session::transmit`] sends bytes as they are, once; [`Session::execute`] sends a [`Command`] by the rules of
//!   ISO/IEC 7816, which [`ExchangeOptions`] switches; [`Session::transparent_file`] reads and updates whole files. A
//!   [`Transaction`] keeps other programs out; [`Connection::open_channel`] opens logical channels, several at a time. A
//!   function that takes `&mut dyn` [`CardChannel`] is written once for all of them.
//! - **Answers**: [`Response`] borrows, [`ResponseBuf`] is one's own; [`Response::ok`] makes a refusal an error.
//! - **Wait**: a [`Monitor`] is an iterator of [`Event`]s, of readers, cards and the service, and waits for a reader, a card or
//!   its removal, with a time and a [`Canceller`].
//! - **Recover**: an [`Error`] says which function failed, on which reader, why, and what to do, and [`Error::causes`] what can
//!   be behind it; [`Session::recover`] makes a session usable again whatever happened, and says what that was.
//! - **Test**: the same without hardware, on the simulated service of the crate `pcsc-sim`, as a program's own tests would:
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
//! What knows nothing of PC/SC, such as answers to reset, status words and TLV, is in the crate [`iso7816`]; the C functions
//! are in the crate `pcsc-sys`, whose [`Provider`] a session calls.
//!
//! # Async programs
//! Events are a `futures_core::Stream` with the feature `stream`: `Monitor::options().stream()` makes an `EventStream`, which
//! any runtime can poll and which blocks nothing.
//!
//! A session blocks, since C does: for as long as the card works, which can be minutes. So it runs where a runtime lets things
//! block, and not in a task: a whole conversation at a time, in `tokio::task::spawn_blocking` or the like. A session is
//! `Send`: what keeps one between two conversations moves it in and out again. What is given up while it waits for such a
//! conversation does not end it, as nothing ends a command of C's that is under way: the session ends behind it. Drop a session
//! there as well, for that too calls C.
//!
//! ```
//! use pcsc_session::{Command, Error, ResponseBuf, Session};
//! use tokio::task::spawn_blocking;
//!
//! async fn challenge(mut session: Session) -> (Session, Result<ResponseBuf, Error>) {
//!     let conversation = move || {
//!         let response = session.execute(&Command::get_challenge(8)).and_then(|response| response.ok());
//!         let response = response.map(|response| response.to_owned());
//!         (session, response)
//!     };
//!     spawn_blocking(conversation).await.expect("it does not panic")
//! }
//!
//! # let simulator = pcsc_sim::Simulator::new();
//! # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
//! # let options = Session::options().provider(simulator.provider());
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let session = spawn_blocking(move || options.open()).await.expect("it does not panic")?;
//! let (session, response) = challenge(session).await;
//! assert_eq!(response?.data().len(), 8);
//! spawn_blocking(move || session.close()).await.expect("it does not panic")?;
//! # Ok::<(), Error>(())
//! # })?;
//! # Ok::<(), Error>(())
//! ```
//!
//! The example `async_events` has both. Where commands come from many tasks, a thread of its own for the session, which takes
//! them from a channel, keeps their order.
//!
//! # The log
//! By the crate `log`, target `pcsc_session::apdu`, level trace: for each command its header, for each answer its status
//! word, and how many bytes there are beside; the bytes where [`SessionOptions::log_bytes`] asks for them.
//!
//! # Recordings
//! With the feature `record`, `SessionOptions::record` has a session write what goes to the card and comes back into a file, which
//! Wireshark opens and `pcsc_sim::ReplayCard` replays: a card that was met once is a test ever after. Secrets are left out.
//!
//! # Features
//! `load` (default) opens the system's library at run time, `link` links it, `bindgen` makes the
//! types from this machine's headers. `native` speaks to pcscd without a library, on Linux and the BSDs:
//! alone (`default-features = false, features = ["native"]`) it makes static programs. With none of `load`, `link` and `native` a provider of
//! your own still works. `record` has [recordings](#recordings). `stream` makes events a
//! `futures_core::Stream`, for async programs.
#![deny(unsafe_code)]

mod error;
mod exchange;
mod service;
mod session;
// The last, so that the documentation of a session begins with opening one and ends with raw handles.
mod ffi;

pub use error::{Cause, CloseError, Error, Sandbox};
#[cfg(feature = "record")]
pub use exchange::Recorder;
pub use exchange::{
    CardChannel, Channel, Connection, ExchangeOptions, ReadError, Response, ResponseBuf, TransparentFile,
};
pub use ffi::{
    Attribute, CardState, CardStatus, Code, Disposition, Protocol, Protocols, ReaderName, ReaderState,
    ShareMode, StateFlags, WrongAnswer,
};
pub use pcsc_iso7816 as iso7816;
pub use pcsc_iso7816::{
    atr::Atr,
    command::{Command, LongForm},
    part10::feature::Feature,
    status_word::StatusWord,
};
pub use pcsc_sys::{LoadError, Provider};
#[cfg(feature = "stream")]
pub use service::EventStream;
pub use service::{
    Canceller, Context, Event, Monitor, MonitorOptions, PresentCard, ReaderChoice, Recovered, Sharing,
    list_readers,
};
pub use session::{Session, SessionOptions, Transaction};
