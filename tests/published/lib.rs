//! Nothing but a test, that of `tests/drop-in`: the published crate `pcsc` on the published `pcsc-sys`.
