//! The C functions that take text, in bytes: Windows has them by other names.

/// A function of a table that takes text, by the name that it has everywhere but on Windows.
#[cfg(not(windows))]
macro_rules! in_bytes {
    ($functions:expr, $name:ident) => {
        $functions.$name
    };
}

/// A function of a table that takes text in bytes, by the name that it has elsewhere.
#[cfg(windows)]
#[rustfmt::skip]
macro_rules! in_bytes {
    ($functions:expr, SCardConnect) => { $functions.SCardConnectA };
    ($functions:expr, SCardStatus) => { $functions.SCardStatusA };
    ($functions:expr, SCardGetStatusChange) => { $functions.SCardGetStatusChangeA };
    ($functions:expr, SCardListReaders) => { $functions.SCardListReadersA };
    ($functions:expr, SCardListReaderGroups) => { $functions.SCardListReaderGroupsA };
}
