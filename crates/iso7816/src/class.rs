//! The class byte: logical channel, secure messaging, command chaining.

mod class_byte;
mod class_error;
mod get_response;

pub use class_byte::Class;
pub use class_error::ClassError;
pub use get_response::GetResponseClass;
