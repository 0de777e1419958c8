//! Raw bindings to PC/SC, the interface between programs and smart cards.
#![allow(non_snake_case, non_camel_case_types, non_upper_case_globals)]

#[macro_use]
mod table;

mod bindings;
mod functions;
mod library;
mod macros;

pub use bindings::{part10::*, platform::*};
pub use functions::*;
pub use library::{Attempt, Failure, LoadError};
pub use macros::*;
