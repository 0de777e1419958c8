//! Programs of others: how they are called, found and understood.

mod cargo;
mod command;
mod privileges;
mod search_path;
pub(crate) mod tally;

pub(crate) use cargo::{built, cargo, for_one_build, host, target_folder};
pub(crate) use command::{DEADLINE, Words, call, forward_signals, outcome, run, run_within, stdout};
pub(crate) use privileges::{is_root, under, with_namespaces};
pub(crate) use search_path::{exists, program};
