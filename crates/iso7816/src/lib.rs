//! ISO/IEC 7816 as data: what goes over any card interface, for the program that sends and for the card that answers.
//!
//! ```
//! use pcsc_iso7816::command::{Command, Form};
//! use pcsc_iso7816::status_word::StatusWord;
//! use pcsc_iso7816::tlv::ber::DataObjects;
//!
//! let select = Command::select_aid(&[0xA0, 0x00, 0x00, 0x03, 0x08]).encode(Form::Short)?;
//! assert_eq!(select, [0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00]);
//!
//! // What a card answers, over whatever it is connected by: data, then two bytes of status.
//! let answer = [0x6F, 0x04, 0x84, 0x02, 0xA0, 0x00, 0x90, 0x00];
//! let Some((data, status)) = answer.split_last_chunk::<2>() else { panic!("an answer has two bytes at least") };
//! assert_eq!(StatusWord::from(*status), StatusWord::SUCCESS);
//! let information = DataObjects::new(data).find(0x6F)?.expect("file control information");
//! assert_eq!(information.children().find(0x84)?.expect("a DF name").value(), [0xA0, 0x00]);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! Nothing here meets a card, a reader or PC/SC, nothing panics on what a card hands over, and nothing but what says so
//! allocates.
//!
//! # Features
//! `alloc` (default) has what allocates: commands encoded into a `Vec`, and the writer of data objects that appends to one.
//! Without it the crate needs `core` alone.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;

pub mod atr;
pub mod class;
pub mod command;
pub mod ef_atr;
pub mod instruction;
mod out_of_range;
pub mod part10;
pub mod status_word;
pub mod tlv;

/// The example of the README is tested.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
