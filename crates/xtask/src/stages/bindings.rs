//! Stage `bindings`: the committed bindings, against what this machine's headers give.

use crate::bindings;
use crate::stage::Stage;

pub(crate) const STAGE: Stage = Stage {
    name: "bindings",
    about: "the committed bindings are what the headers give",
    needs: &[&["libpcsclite-dev", "libclang-dev", "mingw-w64-common", "rustfmt"]],
    run: |root| bindings::with_their_headers(root, |root| bindings::bindings(root, true)),
    rest: None,
};
