//! The list: each C function once, with its documentation.
//!
//! [`functions!`](crate::table) makes of it the table [`Functions`], the extern block of link mode and
//! the free functions of the other modes. A signature that differs from the header's does not compile.
//!
//! Lengths are in bytes for `cb...`, in characters with the terminating null for `cch...`; a text is
//! null-terminated, a multi-string is a sequence of such texts with an empty one at its end.
//! The documentation of pcsc-lite is at <https://pcsclite.apdu.fr/api/group__API.html>, Microsoft's at
//! <https://learn.microsoft.com/windows/win32/api/winscard/>.

use crate::*;

functions! {
    /// Opens a context: the connection to the service that every other call is made on.
    ///
    /// `dwScope` is `SCARD_SCOPE_SYSTEM`, or `SCARD_SCOPE_USER` on Windows; the two reserved pointers are null.
    /// The context goes to `*phContext`. It belongs to this process: after `fork` the child establishes its own.
    ///
    /// Returns `SCARD_E_NO_SERVICE` where the service does not run (or, in load mode, where there is no library),
    /// `SCARD_E_INVALID_PARAMETER` for a null `phContext`, `SCARD_E_INVALID_VALUE` for another scope.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#gaa1b8970169fd4883a6dc4a8f43f19b67),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardestablishcontext)
    ///
    /// # Safety
    /// `phContext` points to a writable context, or is null.
    required fn SCardEstablishContext(dwScope: DWORD, pvReserved1: LPCVOID, pvReserved2: LPCVOID, phContext: LPSCARDCONTEXT) -> LONG;

    /// Closes a context; its cards are disconnected with it.
    ///
    /// Returns `SCARD_E_INVALID_HANDLE` for a context that is not open.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#ga6aabcba7744c5c9419fdd6404f73a934),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardreleasecontext)
    ///
    /// # Safety
    /// No other thread is in a call on this context, `SCardCancel` excepted.
    required fn SCardReleaseContext(hContext: SCARDCONTEXT) -> LONG;
}
