//! PC/SC part 10, revision 2.02.09: what readers say of themselves, and the structures for PIN entry at a reader.
//!
//! It is about bytes alone: they go to a reader and come from it by `SCardControl`.

pub mod feature;
mod list;
mod list_error;
pub mod pin;
pub mod property;

pub use list_error::ListError;
