//! Each slot of a table, called with zeros: what answers there does not look at its arguments.

use core::ffi::{CStr, c_char};
use pcsc_sys::*;

/// What a slot answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A code.
    Code(LONG),
    /// A text.
    Text(String),
}

impl From<LONG> for Answer {
    fn from(code: LONG) -> Self {
        Self::Code(code)
    }
}

impl From<*const c_char> for Answer {
    fn from(text: *const c_char) -> Self {
        assert!(!text.is_null());
        // SAFETY: `pcsc_stringify_error` and its stand-in return a C string that lives for ever.
        let text = unsafe { CStr::from_ptr(text) };
        Self::Text(text.to_string_lossy().into_owned())
    }
}

/// A value for an argument that nobody looks at.
trait Zero {
    fn zero() -> Self;
}

impl<T> Zero for *const T {
    fn zero() -> Self {
        core::ptr::null()
    }
}

impl<T> Zero for *mut T {
    fn zero() -> Self {
        core::ptr::null_mut()
    }
}

macro_rules! zero {
    ($($type:ty)*) => {
        $(impl Zero for $type {
            fn zero() -> Self {
                0
            }
        })*
    };
}
zero!(i32 u32 i64 u64);

/// A C function that can be called with zeros.
trait Call {
    fn call(self) -> Answer;
}

macro_rules! call {
    ($($argument:ident)*) => {
        impl<R: Into<Answer>, $($argument: Zero),*> Call for unsafe extern "system" fn($($argument),*) -> R {
            fn call(self) -> Answer {
                // SAFETY: the tables of these tests hold functions that ignore their arguments.
                unsafe { self($($argument::zero()),*) }.into()
            }
        }
    };
}
call!(A);
call!(A B);
call!(A B C);
call!(A B C D);
call!(A B C D E);
call!(A B C D E F);
call!(A B C D E F G);

macro_rules! answers {
    ($functions:expr, $($name:ident)*) => {
        vec![$((stringify!($name), $functions.$name.call())),*]
    };
}

/// Calls each function of a table and returns its name and its answer.
///
/// The functions must be those of [`Functions::UNSUPPORTED`] or of a library that the tests compile.
pub(crate) fn answers(functions: &Functions) -> Vec<(&'static str, Answer)> {
    answers!(functions,
        SCardEstablishContext SCardReleaseContext SCardIsValidContext SCardConnect SCardReconnect SCardDisconnect
        SCardBeginTransaction SCardEndTransaction SCardStatus SCardGetStatusChange SCardControl SCardTransmit
        SCardListReaderGroups SCardListReaders SCardFreeMemory SCardCancel SCardGetAttrib SCardSetAttrib
        pcsc_stringify_error
    )
}

/// Checks that this is the answer of a function that does not exist.
#[track_caller]
pub(crate) fn assert_unsupported(name: &str, answer: Answer) {
    match answer {
        Answer::Code(code) => assert_eq!(code, SCARD_E_UNSUPPORTED_FEATURE, "{name}"),
        Answer::Text(text) => assert!(
            name == "pcsc_stringify_error" && text.contains("no text"),
            "{name}: {text}"
        ),
    }
}
