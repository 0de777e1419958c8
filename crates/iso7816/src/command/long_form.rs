//! The two ways of a command that the short form cannot carry.

use core::fmt;

/// The way in which a command goes out that the short form cannot carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LongForm {
    /// In one piece, with Lc and Le of more than one byte: ISO/IEC 7816-3:2006, 12.1.3.
    Extended,
    /// In parts that the card puts together, each but the last marked in CLA: ISO/IEC 7816-4:2013, 5.3.3.
    Chaining,
}

impl fmt::Display for LongForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LongForm::Extended => "extended length",
            LongForm::Chaining => "command chaining",
        })
    }
}
