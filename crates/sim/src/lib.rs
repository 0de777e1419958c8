//! Smart cards made of software, for tests and first runs.
//!
//! A card is anything that implements [`Card`]. [`FnCard`] makes one of a closure, [`ScriptedCard`] one of a list of
//! expected commands and their answers, the feature `replay` one of a recording, and [`vpcd`] plugs a card into a real pcscd through vsmartcard's virtual reader.
//!
//! [`Simulator`] is a PC/SC service of its own for them: readers, and the table of C functions that programs reach them
//! with. It has pcsc-lite's semantics, and faults on demand: the page [`testing`] shows how a program is tested with it.
//!
//! ```
//! use pcsc_sim::{Card, FnCard};
//!
//! let mut card = FnCard::new([0x3B, 0x00], |_command, response| response.extend([0x90, 0x00]));
//! let mut response = Vec::new();
//! card.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00], &mut response);
//! assert_eq!(response, [0x90, 0x00]);
//! ```

mod card;
#[cfg(feature = "config")]
pub mod config;
mod demo_card;
mod faults;
mod fn_card;
#[cfg(unix)]
mod fork_lock;
#[cfg(unix)]
mod forks;
mod limits;
mod other_program;
mod pause;
mod quiet_thread;
mod reader;
#[cfg(feature = "replay")]
mod replay;
mod requested_faults;
mod scripted_card;
mod seen_command;
#[cfg(unix)]
pub mod serve;
mod service;
mod simulator;
mod slow_card;
mod table;
#[doc = include_str!("../docs/testing.md")]
pub mod testing {}
pub mod vpcd;

pub use card::Card;
pub use demo_card::DemoCard;
pub use fn_card::FnCard;
pub use limits::Limits;
pub use other_program::OtherProgram;
#[cfg(feature = "replay")]
pub use pcsc_recording::{ReadError, RecordedCard, RecordedExchange, Recording};
pub use reader::Reader;
#[cfg(feature = "replay")]
pub use replay::{ReplayCard, ReplayError};
pub use scripted_card::{ScriptError, ScriptedCard};
pub use seen_command::SeenCommand;
pub use simulator::Simulator;
pub use slow_card::SlowCard;
