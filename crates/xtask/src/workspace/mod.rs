//! What is built and run of the workspace, and beside it.

mod feature_sets;
pub(crate) mod outside_packages;
mod suites;

pub(crate) use feature_sets::{
    COMMAND, COVERING, DEFAULT, EVERYTHING, SESSION, SUITE, TYPE_CHECKED, all_but, for_each,
};
pub(crate) use outside_packages::lock_as_workspace;
pub(crate) use suites::{ALIKE, QUICK, SHORT, WHOLE};
