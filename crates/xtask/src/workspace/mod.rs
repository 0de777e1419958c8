//! What is built and run of the workspace, and beside it.

pub(crate) mod feature_sets;
pub(crate) mod outside_packages;
pub(crate) mod repository;
pub(crate) mod valgrind;
