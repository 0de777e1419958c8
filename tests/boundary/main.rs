//! What a session does at the C boundary, on a table of the test's own: any number, any length, any code.

#[macro_use]
#[path = "../conformance/assert_error.rs"]
mod assert_error;

mod answers;
mod causes;
mod checked;
mod exchange;
mod functions;
mod log_lines;
mod lost;
mod table;
mod wrong_answers;
