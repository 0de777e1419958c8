//! Programs of others: how they are called, found and understood.

mod cargo;
mod command;
mod privileges;
mod search_path;
pub mod tally;

pub use cargo::{built, cargo, for_one_build, host, target_folder};
pub use command::{DEADLINE, Words, call, forward_signals, outcome, run, run_within, stdout};
pub use privileges::{is_root, under, with_namespaces};
pub use search_path::{exists, program};
