//! Programs of others: how they are called, found and understood.

mod cargo;
mod command;
mod privileges;
mod search_path;
pub mod tally;

pub(crate) use cargo::host;
pub use cargo::{built, cargo, for_one_build, target_folder};
pub(crate) use command::call_line;
pub use command::{DEADLINE, Words, call, forward_signals, outcome, run, run_within, stdout};
pub(crate) use privileges::under;
pub use privileges::{is_root, with_namespaces};
pub(crate) use search_path::{exists, program};
