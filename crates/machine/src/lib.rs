//! What the stages of a full test use of the machine that they run on.
//!
//! [`programs`] runs others with a deadline, and counts the tests in them; [`installed`] tells what is here, and gets what can be
//! installed; [`downloads`] is what is unpacked beside it: compilers, and pcsc-lite of other releases; [`platforms`] builds and
//! runs for other processors and systems, by both. What cannot be done is [`left_out`].
//!
//! It knows the variables by which this workspace's tests are told of a daemon, a library and an emulator. An error says what was
//! run, and all that this wrote, or which file was meant.
#![cfg(unix)]
#![forbid(unsafe_code)]
#![allow(
    clippy::missing_errors_doc,
    reason = "the crate's own documentation says it for all"
)]

pub mod downloads;
pub mod files;
pub mod installed;
pub mod left_out;
pub mod platforms;
pub mod programs;
