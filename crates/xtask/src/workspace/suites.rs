//! The tests that run on other platforms.

use machine::platforms::Suite;

/// Leaves out the conformance suite's tests that send thousands of commands, each in the same way: they take three quarters of
/// the time where each instruction takes long.
pub(crate) const SHORT: &str = "--skip a_byte_at_a_time --skip a_file_that_ends --skip a_file_without_end \
    --skip a_thousand_cards --skip gives_what_it_likes --skip properties:: --skip what_cannot_be_reached";

/// All tests, but those of the repository, of what tests it and of the command `pcsc`, which are for the machine that they run on.
pub(crate) const WHOLE: Suite = Suite {
    packages: "--workspace --exclude xtask --exclude machine --exclude repository --exclude pcsc-cli --features pcsc-session/stream",
    tests: "--lib --bins --tests",
    arguments: "",
};

/// The tests of what sizes, orders of bytes and the functions' signatures can change.
pub(crate) const QUICK: Suite = Suite {
    packages: "--package pcsclite-wire --package pcsc-iso7816 --package pcsc-session --package pcsc-sim --package pcsc-sys",
    tests: "--lib --test agreement --test boundary --test conformance",
    arguments: SHORT,
};

/// The tests of what is left where sizes and the order of bytes are this machine's: C's types, and the library.
pub(crate) const ALIKE: Suite = Suite {
    tests: "--lib --test agreement --test boundary --test library",
    ..QUICK
};
