//! The standard's commands that nearly all programs use.

mod files;
mod security;
#[cfg(test)]
mod tests;
mod transmission;
