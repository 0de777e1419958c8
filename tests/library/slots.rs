//! Each slot of a table, called with zeros: what answers there does not look at its arguments.

#[cfg(not(windows))]
use core::ffi::{CStr, c_char};
use pcsc_sys::*;

/// What a slot answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A code.
    Code(LONG),
    /// A text.
    #[cfg(not(windows))]
    Text(String),
    /// The handle of an event, or null.
    #[cfg(windows)]
    Handle(HANDLE),
    /// Nothing.
    #[cfg(windows)]
    Nothing,
}

impl From<LONG> for Answer {
    fn from(code: LONG) -> Self {
        Self::Code(code)
    }
}

#[cfg(windows)]
impl From<HANDLE> for Answer {
    fn from(handle: HANDLE) -> Self {
        Self::Handle(handle)
    }
}

#[cfg(windows)]
impl From<()> for Answer {
    fn from((): ()) -> Self {
        Self::Nothing
    }
}

#[cfg(not(windows))]
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
zero!(i32 u32 i64 u64 usize);

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
#[cfg(windows)]
call!();
#[cfg(windows)]
call!(A B C D E F G H);

macro_rules! answers {
    ($functions:expr, $($name:ident)*) => {
        vec![$((stringify!($name), $functions.$name.call())),*]
    };
}

/// Calls each function of a table and returns its name and its answer.
///
/// The functions must be those of [`Functions::UNSUPPORTED`] or of a library that the tests compile.
#[cfg(not(windows))]
pub(crate) fn answers(functions: &Functions) -> Vec<(&'static str, Answer)> {
    answers!(functions,
        SCardEstablishContext SCardReleaseContext SCardIsValidContext SCardConnect SCardReconnect SCardDisconnect
        SCardBeginTransaction SCardEndTransaction SCardStatus SCardGetStatusChange SCardControl SCardTransmit
        SCardListReaderGroups SCardListReaders SCardFreeMemory SCardCancel SCardGetAttrib SCardSetAttrib
        pcsc_stringify_error
    )
}

/// Calls each function of a table and returns its name and its answer.
///
/// The functions must be those of [`Functions::UNSUPPORTED`].
#[cfg(windows)]
pub(crate) fn answers(functions: &Functions) -> Vec<(&'static str, Answer)> {
    answers!(functions,
        SCardEstablishContext SCardReleaseContext SCardIsValidContext SCardConnectW SCardConnectA SCardReconnect
        SCardDisconnect SCardBeginTransaction SCardEndTransaction SCardStatusW SCardStatusA
        SCardGetStatusChangeW SCardGetStatusChangeA SCardControl SCardTransmit SCardListReaderGroupsW
        SCardListReaderGroupsA SCardListReadersW SCardListReadersA SCardFreeMemory SCardCancel SCardGetAttrib
        SCardSetAttrib SCardState SCardGetTransmitCount SCardListCardsW SCardListCardsA SCardListInterfacesW
        SCardListInterfacesA SCardGetProviderIdW SCardGetProviderIdA SCardGetCardTypeProviderNameW
        SCardGetCardTypeProviderNameA SCardSetCardTypeProviderNameW SCardSetCardTypeProviderNameA
        SCardIntroduceCardTypeW SCardIntroduceCardTypeA SCardForgetCardTypeW SCardForgetCardTypeA
        SCardIntroduceReaderW SCardIntroduceReaderA SCardForgetReaderW SCardForgetReaderA
        SCardIntroduceReaderGroupW SCardIntroduceReaderGroupA SCardForgetReaderGroupW SCardForgetReaderGroupA
        SCardAddReaderToGroupW SCardAddReaderToGroupA SCardRemoveReaderFromGroupW SCardRemoveReaderFromGroupA
        SCardLocateCardsW SCardLocateCardsA SCardLocateCardsByATRW SCardLocateCardsByATRA SCardReadCacheW
        SCardReadCacheA SCardWriteCacheW SCardWriteCacheA SCardGetReaderIconW SCardGetReaderIconA
        SCardGetDeviceTypeIdW SCardGetDeviceTypeIdA SCardGetReaderDeviceInstanceIdW
        SCardGetReaderDeviceInstanceIdA SCardListReadersWithDeviceInstanceIdW
        SCardListReadersWithDeviceInstanceIdA SCardAudit SCardAccessStartedEvent SCardReleaseStartedEvent
        SCardAccessNewReaderEvent SCardReleaseNewReaderEvent SCardReleaseAllEvents
    )
}

/// Checks that this is the answer of a function that does not exist.
#[track_caller]
pub(crate) fn assert_unsupported(name: &str, answer: Answer) {
    match answer {
        Answer::Code(code) => assert_eq!(code, SCARD_E_UNSUPPORTED_FEATURE, "{name}"),
        #[cfg(windows)]
        Answer::Handle(handle) => assert!(handle.is_null(), "{name}"),
        #[cfg(windows)]
        Answer::Nothing => assert!(name.starts_with("SCardRelease"), "{name}"),
        #[cfg(not(windows))]
        Answer::Text(text) => assert!(
            name == "pcsc_stringify_error" && text.contains("no text"),
            "{name}: {text}"
        ),
    }
}
