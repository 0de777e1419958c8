//! Return codes of PC/SC.

use pcsc_sys::LONG;

/// A return code of PC/SC, for what did not succeed.
pub(crate) type Code = LONG;
