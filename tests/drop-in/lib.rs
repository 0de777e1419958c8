//! Nothing but tests, in `tests/`: the published crate `pcsc` on top of this workspace's `pcsc-sys`.
