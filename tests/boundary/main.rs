//! What a session does at the C boundary, on a table of the test's own: any number, any length, any code.
#![cfg(not(windows))]

mod allocations;
mod answers;
mod log_lines;
mod table;
