//! Programs of others: how they are called, found and understood.

pub(crate) mod cargo;
pub(crate) mod command;
pub(crate) mod linkage;
pub(crate) mod privileges;
pub(crate) mod search_path;
pub(crate) mod tally;
