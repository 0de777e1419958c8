//! C.
pub(crate) mod calls;
pub(crate) mod growing;
pub(crate) mod turns;
