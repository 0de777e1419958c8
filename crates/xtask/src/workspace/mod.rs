//! What is built and run of the workspace, and beside it.

mod feature_sets;
pub(crate) mod outside_packages;
pub(crate) mod repository;
mod valgrind;

pub(crate) use feature_sets::{
    COMMAND, DEFAULT, EVERYTHING, FIRST, OTHERS, SESSION, SHORT, SUITE, TYPE_CHECKED, for_each,
};
pub(crate) use outside_packages::lock_as_workspace;
pub(crate) use valgrind::memcheck;
