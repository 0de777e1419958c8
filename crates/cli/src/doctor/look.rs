//! How something is looked at.

use super::reached::Service;
use super::scene::Scene;
use super::system::System;
use super::verdict::Verdicts;

/// How something is looked at.
pub(super) enum Look {
    /// With the machine's files.
    #[cfg_attr(
        any(windows, target_os = "macos"),
        allow(dead_code, reason = "there they say nothing")
    )]
    AtSystem(for<'a> fn(&'a Scene, &'a System) -> Verdicts<'a>),
    /// With the service.
    AtService(for<'a> fn(&'a Scene, &'a Service) -> Verdicts<'a>),
}
