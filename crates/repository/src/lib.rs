//! What the tests of the repository share: they call programs, and make packages that stand outside the workspace.
//!
//! A test that builds much is ignored by a plain `cargo test`; the stage of `cargo xtask test` that is named for it runs it,
//! with a deadline. What it prints with three blanks before is shown to who runs the stage, and what begins
//! with "LEFT OUT: " then is counted as that.

mod headers;
mod made;
mod programs;

pub use headers::{headers, headers_are_those_of_the_bindings, headers_version};
pub use made::{copy_workspace, make_package, write};
pub use programs::{attempt, cargo, in_words, messages, read, root, stdout, target_folder};
