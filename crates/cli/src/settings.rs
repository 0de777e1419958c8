//! What a command works with.

use crate::output::Output;
use crate::service::Service;

/// What is said once for all commands: the service that they use, and where they print.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) service: Service,
    pub(crate) output: Output,
}
