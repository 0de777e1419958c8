//! A command to a card, as values; its bytes are made and read here.

mod apdu;
mod chain;
mod encode;
mod form;
mod interindustry;
mod long_form;
mod offset;
mod parse;
mod secret;

pub use crate::out_of_range::OutOfRange;
pub use apdu::Command;
pub use chain::Chain;
pub use encode::EncodeError;
pub use form::{Case, Form};
pub use long_form::LongForm;
pub use offset::OffsetDataObject;
pub use parse::ParseError;
pub use secret::{continues_answer, is_sensitive_apdu};
