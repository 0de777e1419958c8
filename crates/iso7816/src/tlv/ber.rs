//! BER-TLV, as in file control information: tags of up to four bytes, lengths of any size, objects within objects.
//!
//! [`DataObjects`] reads, [`Writer`] writes. A tag is the number that its bytes are, the first of them the highest: 0x6F,
//! 0x9F38, 0x7F66.

mod data_objects;
mod length;
mod tag;
mod write_error;
mod writer;

pub use data_objects::{DataObject, DataObjects};
pub use length::{encoded_len, longest_value};
pub use write_error::WriteError;
pub use writer::Writer;
