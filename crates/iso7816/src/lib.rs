//! ISO/IEC 7816 as data: commands, status words, answers to reset, TLV.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;

pub mod atr;
pub mod class;
pub mod command;
pub mod status_word;
pub mod tlv;
