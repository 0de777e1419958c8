//! Which rules of ISO/IEC 7816 an exchange applies.

use std::fmt;

/// How a command goes to the card that the short form cannot carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LongForm {
    /// Extended length: Lc of three bytes, Le of two or three (ISO/IEC 7816-3, 12.1.3).
    Extended,
    /// Command chaining: several commands of at most 255 data bytes (ISO/IEC 7816-4, 5.3.3).
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

/// Which rules [`Session::execute`](crate::Session::execute) applies: all of them by default, but for 9Fxx.
///
/// # Examples
/// ```
/// use pcsc_session::{ExchangeOptions, LongForm};
///
/// // A card that takes extended length without saying so in its answer to reset.
/// let options = ExchangeOptions::new().long_form(Some(LongForm::Extended)).get_response(false);
/// assert_ne!(options, ExchangeOptions::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "options do nothing until a session has them"]
pub struct ExchangeOptions {
    pub(crate) long_form: Option<LongForm>,
    pub(crate) get_response: bool,
    pub(crate) get_response_after_9f: bool,
    pub(crate) correct_le: bool,
    pub(crate) t0_without_le: bool,
}

impl Default for ExchangeOptions {
    fn default() -> ExchangeOptions {
        ExchangeOptions::new()
    }
}

impl ExchangeOptions {
    /// The default: all rules, but for 9Fxx.
    pub const fn new() -> ExchangeOptions {
        ExchangeOptions {
            long_form: None,
            get_response: true,
            get_response_after_9f: false,
            correct_le: true,
            t0_without_le: true,
        }
    }

    /// Says how a command is sent that the short form cannot carry. Default, `None`: as the card capabilities in the
    /// answer to reset and the reader say.
    pub const fn long_form(mut self, form: Option<LongForm>) -> Self {
        self.long_form = form;
        self
    }

    /// Whether 61xx is followed by GET RESPONSE, until all of the answer is there (ISO/IEC 7816-4, 5.3.4). Default: yes.
    pub const fn get_response(mut self, is: bool) -> Self {
        self.get_response = is;
        self
    }

    /// Whether 9Fxx is followed by GET RESPONSE, as SIM cards of GSM 11.11 want it. Default: no.
    pub const fn get_response_after_9f(mut self, is: bool) -> Self {
        self.get_response_after_9f = is;
        self
    }

    /// Whether a command answered by 6Cxx, which says that it was not executed, is sent once more with the right Le
    /// (ISO/IEC 7816-4, 5.6). Default: yes.
    pub const fn correct_le(mut self, is: bool) -> Self {
        self.correct_le = is;
        self
    }

    /// Whether on T=0 the Le of a command with data is left out, since that protocol cannot carry it
    /// (ISO/IEC 7816-3, 12.2.4). Default: yes.
    pub const fn t0_without_le(mut self, is: bool) -> Self {
        self.t0_without_le = is;
        self
    }
}
