//! The list: each C function once, with its documentation.
//!
//! [`functions!`](crate::table) makes of it the table [`Functions`], the extern block of link mode and
//! the free functions of the other modes. A signature that differs from the header's does not compile.
//!
//! Lengths are in bytes for `cb...`, in characters with the terminating null for `cch...`; a text is
//! null-terminated, a multi-string is a sequence of such texts with an empty one at its end.
//! The documentation of pcsc-lite is at <https://pcsclite.apdu.fr/api/group__API.html>, Microsoft's at
//! <https://learn.microsoft.com/windows/win32/api/winscard/>.

#![allow(
    clashing_extern_declarations,
    reason = "two declarations of SCardControl meet in link mode: the header's, and this list's with pointers to bytes"
)]

use crate::*;

functions! {
    /// Opens a context: the connection to the service that every other call is made on.
    ///
    /// `dwScope` is `SCARD_SCOPE_SYSTEM` or, with the same effect everywhere but on Windows, `SCARD_SCOPE_USER` or
    /// `SCARD_SCOPE_TERMINAL`; the two reserved pointers are null. The context goes to `*phContext`. It belongs to this
    /// process: after `fork` the child establishes its own. Does not wait for readers or cards. One context for each
    /// thread that blocks: a pcsc-lite context serves one call at a time.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#gaa1b8970169fd4883a6dc4a8f43f19b67),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardestablishcontext)
    ///
    /// # Errors
    /// `SCARD_E_NO_SERVICE` where the service does not run (or, in load mode, where there is no library),
    /// `SCARD_E_INVALID_PARAMETER` for a null `phContext`, `SCARD_E_INVALID_VALUE` for another scope,
    /// `SCARD_E_NO_MEMORY` where no further context fits, `SCARD_E_SERVICE_STOPPED` where library and pcscd speak
    /// different versions of their protocol, `SCARD_W_SECURITY_VIOLATION` where polkit denies this user.
    ///
    /// # Safety
    /// `phContext` points to a writable context, or is null.
    required fn SCardEstablishContext(
        dwScope: DWORD,
        pvReserved1: LPCVOID,
        pvReserved2: LPCVOID,
        phContext: LPSCARDCONTEXT,
    ) -> LONG;

    /// Closes a context; its cards are disconnected with it.
    ///
    /// pcsc-lite leaves the cards as they are, and resets one on which this context still holds a transaction.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#ga6aabcba7744c5c9419fdd6404f73a934),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardreleasecontext)
    ///
    /// # Errors
    /// `SCARD_E_INVALID_HANDLE` for a context that is not open.
    ///
    /// # Safety
    /// No other thread is in a call on this context, `SCardCancel` excepted.
    required fn SCardReleaseContext(hContext: SCARDCONTEXT) -> LONG;

    /// Tells whether a context is open.
    ///
    /// Touches no reader and does not block. Returns `SCARD_S_SUCCESS`, or `SCARD_E_INVALID_HANDLE` for a context that
    /// was never opened, or has been released.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#ga722eb66bcc44d391f700ff9065cc080b),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardisvalidcontext)
    ///
    /// # Platform notes
    /// pcsc-lite answers from this process's own list and asks nobody: the context of a daemon that died stays valid.
    ///
    /// # Safety
    /// Any value may be passed; no pointer is read.
    required fn SCardIsValidContext(hContext: SCARDCONTEXT) -> LONG;

    /// Connects to the card in a reader, or to the reader itself, and powers the card where it is not.
    ///
    /// `dwShareMode` is `SCARD_SHARE_SHARED`, `SCARD_SHARE_EXCLUSIVE`, or `SCARD_SHARE_DIRECT`, which needs no card.
    /// `dwPreferredProtocols` is a mask of `SCARD_PROTOCOL_*`, 0 with `SCARD_SHARE_DIRECT` alone. The handle goes to
    /// `*phCard`, the protocol in use to `*pdwActiveProtocol`; with `SCARD_SHARE_DIRECT` that may be 0. Blocks while
    /// another handle is in a transaction on this reader.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#ga4e515829752e0a8dbc4d630696a8d6a5),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardconnecta)
    ///
    /// # Errors
    /// `SCARD_E_UNKNOWN_READER` for a null name or one that is not in the list of readers,
    /// `SCARD_E_NO_SMARTCARD` for an empty reader, `SCARD_E_SHARING_VIOLATION` where another connection is exclusive,
    /// or where this one is to be and is not the first, `SCARD_E_PROTO_MISMATCH` where the card speaks none of the
    /// protocols or is in use with another, `SCARD_W_UNPOWERED_CARD` and `SCARD_W_UNRESPONSIVE_CARD` for a card that
    /// does not answer (it may be upside down), `SCARD_E_READER_UNAVAILABLE` for a reader that fails,
    /// `SCARD_E_INVALID_VALUE` for another share mode.
    ///
    /// # Platform notes
    /// `SCARD_SHARE_DIRECT` is shared with pcsc-lite, exclusive on Windows. Windows has `SCardConnectA` under this
    /// name.
    ///
    /// # Safety
    /// `szReader` is null or a null-terminated text; `phCard` and `pdwActiveProtocol` are null (refused) or writable.
    #[cfg(not(windows))]
    required fn SCardConnect(
        hContext: SCARDCONTEXT,
        szReader: LPCSTR,
        dwShareMode: DWORD,
        dwPreferredProtocols: DWORD,
        phCard: LPSCARDHANDLE,
        pdwActiveProtocol: LPDWORD,
    ) -> LONG;

    /// Connects to the card in a reader, or to the reader itself, and powers the card where it is not.
    ///
    /// `dwShareMode` is `SCARD_SHARE_SHARED`, `SCARD_SHARE_EXCLUSIVE`, or `SCARD_SHARE_DIRECT`, which needs no card and
    /// is exclusive here. `dwPreferredProtocols` is a mask of `SCARD_PROTOCOL_*`, 0 with `SCARD_SHARE_DIRECT` alone.
    /// The handle goes to `*phCard`, the protocol in use to `*pdwActiveProtocol`. May wait for another program's
    /// transaction.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardconnectw)
    ///
    /// # Errors
    /// `SCARD_E_UNKNOWN_READER` for a name that is not in the list of readers, `SCARD_E_NO_SMARTCARD` or
    /// `SCARD_W_REMOVED_CARD` for an empty reader, `SCARD_E_SHARING_VIOLATION` where another connection is in the way,
    /// `SCARD_E_PROTO_MISMATCH` where the card speaks none of the protocols, `SCARD_W_UNRESPONSIVE_CARD` for a mute
    /// card.
    ///
    /// # Safety
    /// `szReader` is a null-terminated text in UTF-16; `phCard` and `pdwActiveProtocol` are writable.
    #[cfg(windows)]
    required fn SCardConnectW(
        hContext: SCARDCONTEXT,
        szReader: LPCWSTR,
        dwShareMode: DWORD,
        dwPreferredProtocols: DWORD,
        phCard: LPSCARDHANDLE,
        pdwActiveProtocol: LPDWORD,
    ) -> LONG;

    /// As [`SCardConnectW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardconnecta)
    ///
    /// # Safety
    /// As for [`SCardConnectW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    required fn SCardConnectA(
        hContext: SCARDCONTEXT,
        szReader: LPCSTR,
        dwShareMode: DWORD,
        dwPreferredProtocols: DWORD,
        phCard: LPSCARDHANDLE,
        pdwActiveProtocol: LPDWORD,
    ) -> LONG;

    /// Renews a connection: acknowledges another program's reset, or changes the share mode or the protocol.
    ///
    /// After `SCARD_W_RESET_CARD` every call on this handle fails until this one succeeds; the card has then forgotten
    /// its selected application and its verified PINs. `dwShareMode` and `dwPreferredProtocols` are those of
    /// [`SCardConnect`]. `dwInitialization` is `SCARD_LEAVE_CARD`, `SCARD_RESET_CARD` (warm) or `SCARD_UNPOWER_CARD`
    /// (cold); the last two show as `SCARD_W_RESET_CARD` on every other handle. The protocol in use goes to
    /// `*pdwActiveProtocol`. Blocks while another handle is in a transaction on this reader.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#gad5d4393ca8c470112ad9468c44ed8940),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardreconnect)
    ///
    /// # Errors
    /// `SCARD_E_NO_SMARTCARD` where the card is gone, `SCARD_W_UNRESPONSIVE_CARD` where it does not answer the
    /// reset, `SCARD_E_PROTO_MISMATCH` where it speaks none of the protocols or is in use with another,
    /// `SCARD_E_INVALID_VALUE` for another mode, for `SCARD_EJECT_CARD`, or for a reader that is gone,
    /// `SCARD_E_INVALID_HANDLE` for a closed handle.
    ///
    /// # Platform notes
    /// Windows releases a transaction of this handle, pcsc-lite does not. Asked for `SCARD_SHARE_EXCLUSIVE` while
    /// others are connected, pcsc-lite's library waits until they have gone (with `PCSCLITE_NO_BLOCKING` in the
    /// environment it returns `SCARD_E_SHARING_VIOLATION`, as Windows does).
    ///
    /// # Safety
    /// `pdwActiveProtocol` is null (refused), or points to an initialised `DWORD` that may be written.
    required fn SCardReconnect(
        hCard: SCARDHANDLE,
        dwShareMode: DWORD,
        dwPreferredProtocols: DWORD,
        dwInitialization: DWORD,
        pdwActiveProtocol: LPDWORD,
    ) -> LONG;

    /// Ends a connection and any transaction of it, and does to the card what `dwDisposition` says.
    ///
    /// `SCARD_LEAVE_CARD` leaves it powered, with its PINs verified for the next program; `SCARD_RESET_CARD` and
    /// `SCARD_UNPOWER_CARD` make it forget them, and show as `SCARD_W_RESET_CARD` on every other handle;
    /// `SCARD_EJECT_CARD` is for the few readers with a motor. All but the first block while another handle is in a
    /// transaction.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#ga4be198045c73ec0deb79e66c0ca1738a),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scarddisconnect)
    ///
    /// # Errors
    /// `SCARD_E_INVALID_VALUE` for another disposition and `SCARD_E_INVALID_HANDLE` for a handle that is not
    /// open. A reader that is gone is no error, nor is a reset that fails. After an error the handle is still open.
    ///
    /// # Platform notes
    /// At the end of the call pcsc-lite's library searches the contexts of the whole process, without the lock under
    /// which [`SCardReleaseContext`] frees one of them (1.9.9; less often up to 2.5.1).
    ///
    /// # Safety
    /// No other thread is in a call on this handle and, with pcsc-lite, none is in [`SCardReleaseContext`] or
    /// [`SCardEstablishContext`], on any context.
    required fn SCardDisconnect(hCard: SCARDHANDLE, dwDisposition: DWORD) -> LONG;

    /// Begins a transaction: until its end, no other handle reaches the card.
    ///
    /// Blocks, without a limit, until other transactions on this reader have ended; [`SCardCancel`] does not end this
    /// wait. Transactions of one handle nest: each needs its own [`SCardEndTransaction`].
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#gaddb835dce01a0da1d6ca02d33ee7d861),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardbegintransaction)
    ///
    /// # Errors
    /// `SCARD_W_RESET_CARD` where another program has reset the card since the last call ([`SCardReconnect`]
    /// first), `SCARD_W_REMOVED_CARD` where it was taken out, `SCARD_E_READER_UNAVAILABLE` or `SCARD_E_INVALID_VALUE`
    /// where the reader is gone, `SCARD_E_INVALID_HANDLE` for a handle that is not open.
    ///
    /// # Platform notes
    /// pcsc-lite's library asks again in intervals, so that waiting handles are not served in the order of their calls.
    /// Windows resets a card whose transaction is idle for more than 5 seconds.
    ///
    /// # Safety
    /// Any value may be passed; no pointer is read.
    required fn SCardBeginTransaction(hCard: SCARDHANDLE) -> LONG;

    /// Ends a transaction, and does to the card what `dwDisposition` says.
    ///
    /// The dispositions are those of [`SCardDisconnect`]; the handle stays open. Waits for the reset, not for other
    /// handles.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#gae8742473b404363e5c587f570d7e2f3b),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardendtransaction)
    ///
    /// # Errors
    /// `SCARD_E_NOT_TRANSACTED` where no transaction of this handle is open, `SCARD_E_SHARING_VIOLATION` where
    /// the transaction is another handle's, `SCARD_W_RESET_CARD` or `SCARD_W_REMOVED_CARD` where the card was reset or
    /// taken out meanwhile, `SCARD_E_INVALID_VALUE` for another disposition.
    ///
    /// # Platform notes
    /// With pcsc-lite, after `SCARD_W_RESET_CARD` the transaction is still open: [`SCardReconnect`], then end it again.
    /// A reset that is asked for here shows as `SCARD_W_RESET_CARD` on every other handle and, with pcsc-lite, on this
    /// one too. A card that is taken out ends its transaction there.
    ///
    /// # Safety
    /// Any value may be passed; no pointer is read.
    required fn SCardEndTransaction(hCard: SCARDHANDLE, dwDisposition: DWORD) -> LONG;

    /// Tells the name, the state, the protocol and the ATR of a connection, and whether the card was reset or removed.
    ///
    /// `*pcchReaderLen` holds the characters, `*pcbAtrLen` the bytes of the buffers, and then of the texts (the name
    /// with its null; an ATR has at most 33 bytes). A null buffer gets nothing, but its length is told; any pointer may
    /// be null. A length of `SCARD_AUTOALLOCATE` makes the buffer's argument the address of a pointer, which gets
    /// memory to be freed with `SCardFreeMemory`. `*pdwState` is a mask of `SCARD_PRESENT` and its like. Blocks while
    /// another handle is in a transaction on this reader.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#gae49c3c894ad7ac12a5b896bde70d0382),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardstatusa)
    ///
    /// # Errors
    /// `SCARD_E_INSUFFICIENT_BUFFER` where a buffer is too short (nothing is lost: call again with the length
    /// told), `SCARD_W_RESET_CARD` and `SCARD_W_REMOVED_CARD` where that has happened, `SCARD_E_READER_UNAVAILABLE`
    /// where the reader is gone, `SCARD_E_INVALID_HANDLE` for a handle that is not open.
    ///
    /// # Platform notes
    /// pcsc-lite counts insertions and removals in the state's bits from 16 up. macOS has no `SCARD_AUTOALLOCATE`.
    /// Windows has `SCardStatusA` under this name, and one number for the state, no mask.
    ///
    /// # Safety
    /// Each pointer is null or writable, the buffers for as many bytes as their lengths say; with `SCARD_AUTOALLOCATE`
    /// a buffer's argument points to a writable pointer.
    #[cfg(not(windows))]
    required fn SCardStatus(
        hCard: SCARDHANDLE,
        mszReaderName: LPSTR,
        pcchReaderLen: LPDWORD,
        pdwState: LPDWORD,
        pdwProtocol: LPDWORD,
        pbAtr: LPBYTE,
        pcbAtrLen: LPDWORD,
    ) -> LONG;

    /// Tells the names, the state, the protocol and the ATR of a connection, and whether the card was reset or removed.
    ///
    /// The names are a multi-string. `*pcchReaderLen` holds the characters, `*pcbAtrLen` the bytes of the buffers, and
    /// then of what they got. A null buffer gets nothing, but its length is told. A length of `SCARD_AUTOALLOCATE`
    /// makes the buffer's argument the address of a pointer, which gets memory to be freed with [`SCardFreeMemory`].
    /// `*pdwState` is one number, from `SCARD_UNKNOWN` to `SCARD_SPECIFIC`, no mask as with pcsc-lite.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardstatusw)
    ///
    /// # Errors
    /// `SCARD_E_INSUFFICIENT_BUFFER` where a buffer is too short (nothing is lost: call again with the length
    /// told), `SCARD_W_RESET_CARD` and `SCARD_W_REMOVED_CARD` where that has happened, `SCARD_E_INVALID_HANDLE` for a
    /// closed handle.
    ///
    /// # Safety
    /// Each pointer is null or writable, the buffers for as much as their lengths say; with `SCARD_AUTOALLOCATE` a
    /// buffer's argument points to a writable pointer.
    #[cfg(windows)]
    required fn SCardStatusW(
        hCard: SCARDHANDLE,
        szReaderName: LPWSTR,
        pcchReaderLen: LPDWORD,
        pdwState: LPDWORD,
        pdwProtocol: LPDWORD,
        pbAtr: LPBYTE,
        pcbAtrLen: LPDWORD,
    ) -> LONG;

    /// As [`SCardStatusW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardstatusa)
    ///
    /// # Safety
    /// As for [`SCardStatusW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    required fn SCardStatusA(
        hCard: SCARDHANDLE,
        szReaderName: LPSTR,
        pcchReaderLen: LPDWORD,
        pdwState: LPDWORD,
        pdwProtocol: LPDWORD,
        pbAtr: LPBYTE,
        pcbAtrLen: LPDWORD,
    ) -> LONG;

    /// Waits until the state of a reader is no longer the one that the caller knows.
    ///
    /// Each of the `cReaders` structures names a reader in `szReader` and gives the known state in `dwCurrentState`:
    /// that of the last call, `SCARD_STATE_UNAWARE` to be told at once, or `SCARD_STATE_IGNORE`. The state found goes
    /// to `dwEventState`, with `SCARD_STATE_CHANGED` where it differs and a count of insertions and removals in its
    /// bits from 16 up (hand that back too, or a card swapped for its like goes unseen); the ATR goes to `rgbAtr`, its
    /// bytes to `cbAtr`. The reader `\\?PnP?\Notification` stands for readers that come and go. Blocks for `dwTimeout`
    /// milliseconds, for ever with `INFINITE`, not at all with 0; only [`SCardCancel`] ends it earlier, and no other
    /// call on this context runs meanwhile.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#ga33247d5d1257d59e55647c3bb717db24),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardgetstatuschangea)
    ///
    /// # Errors
    /// `SCARD_E_TIMEOUT` where nothing changed (with 0: the states are filled in all the same),
    /// `SCARD_E_CANCELLED`, `SCARD_E_UNKNOWN_READER` where one name of the array is not in the list of readers,
    /// `SCARD_E_INVALID_VALUE` for a null name, `SCARD_E_INVALID_PARAMETER` for a null array of more than 0 readers,
    /// `SCARD_E_NO_SERVICE`, `SCARD_E_SERVICE_STOPPED` or `SCARD_F_COMM_ERROR` where the service has gone: only a new
    /// context helps. With no reader, or none but ignored ones, it succeeds at once: a loop around that spins.
    ///
    /// # Platform notes
    /// On macOS the state of `\\?PnP?\Notification` says only that there is no such reader: poll there. pcsc-lite
    /// counts events for it from 2.3.0; before, a reader that comes between two calls shows only in the list of
    /// readers. With pcsc-lite up to a second can pass before a card is seen. Windows has `SCardGetStatusChangeA` under
    /// this name.
    ///
    /// # Safety
    /// `rgReaderStates` points to `cReaders` writable structures, or is null; each `szReader` is null or a
    /// null-terminated text that lives until the return.
    #[cfg(not(windows))]
    required fn SCardGetStatusChange(
        hContext: SCARDCONTEXT,
        dwTimeout: DWORD,
        rgReaderStates: *mut SCARD_READERSTATE,
        cReaders: DWORD,
    ) -> LONG;

    /// Waits until the state of a reader is no longer the one that the caller knows.
    ///
    /// Each of the `cReaders` structures, zeroed where not set, names a reader in `szReader` and gives the known state
    /// in `dwCurrentState`: the whole of the last call's, with its count of events in the upper 16 bits,
    /// `SCARD_STATE_UNAWARE` to be told at once, or `SCARD_STATE_IGNORE`. The state found goes to `dwEventState`, with
    /// `SCARD_STATE_CHANGED` where it differs; the ATR goes to `rgbAtr`, its bytes to `cbAtr`. The reader
    /// `\\?PnP?\Notification` stands for readers that come and go. Blocks for `dwTimeout` milliseconds, for ever with
    /// `INFINITE`; [`SCardCancel`] ends it.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardgetstatuschangew)
    ///
    /// # Errors
    /// `SCARD_E_TIMEOUT` where nothing changed, `SCARD_E_CANCELLED`, `SCARD_E_UNKNOWN_READER` for a name that
    /// is not in the list of readers, `SCARD_E_SERVICE_STOPPED` where the service went with its last reader: only a new
    /// context helps.
    ///
    /// # Safety
    /// `rgReaderStates` points to `cReaders` writable structures; each `szReader` is a null-terminated text in UTF-16
    /// that lives until the return.
    #[cfg(windows)]
    required fn SCardGetStatusChangeW(
        hContext: SCARDCONTEXT,
        dwTimeout: DWORD,
        rgReaderStates: LPSCARD_READERSTATEW,
        cReaders: DWORD,
    ) -> LONG;

    /// As [`SCardGetStatusChangeW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardgetstatuschangea)
    ///
    /// # Safety
    /// As for [`SCardGetStatusChangeW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    required fn SCardGetStatusChangeA(
        hContext: SCARDCONTEXT,
        dwTimeout: DWORD,
        rgReaderStates: LPSCARD_READERSTATEA,
        cReaders: DWORD,
    ) -> LONG;

    /// Sends a command to the reader, or to its driver, rather than to the card.
    ///
    /// `dwControlCode` is one of [`SCARD_CTL_CODE`], or one of those that the reader tells for
    /// [`CM_IOCTL_GET_FEATURE_REQUEST`]. `cbSendLength` and `cbRecvLength` are the bytes of the buffers, `*lpBytesReturned`
    /// becomes those of the answer. A buffer of length 0 may be null. Blocks until the reader has answered: for a PIN
    /// that is typed on its keys, until the user has done so.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#gac3454d4657110fd7f753b2d3d8f4e32f),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardcontrol)
    ///
    /// # Errors
    /// `SCARD_E_INSUFFICIENT_BUFFER` where the answer is longer than `cbRecvLength`: the reader has acted, and
    /// a second call acts again; also for more than 65,548 bytes to send. `SCARD_E_UNSUPPORTED_FEATURE` and
    /// `SCARD_E_NOT_TRANSACTED` where the driver does not know the code or fails, `SCARD_E_SHARING_VIOLATION` where
    /// another handle is in a transaction, `SCARD_E_INVALID_VALUE` or `SCARD_E_READER_UNAVAILABLE` where the reader is
    /// gone, `SCARD_E_INVALID_HANDLE` for a handle that is not open.
    ///
    /// # Platform notes
    /// The headers give the buffers as `LPCVOID` and `LPVOID`; here they are pointers to bytes, as in `pcsc-sys` 1.3.
    /// macOS has this function as `SCardControl132`, which this name stands for; its plain `SCardControl` is an old one
    /// of five arguments. pcsc-lite's CCID driver refuses raw escape commands unless its configuration allows them.
    ///
    /// # Safety
    /// `pbSendBuffer` is readable for `cbSendLength` bytes, `pbRecvBuffer` writable for `cbRecvLength`;
    /// `lpBytesReturned` is writable, or, on pcsc-lite alone, null.
    required fn SCardControl(
        hCard: SCARDHANDLE,
        dwControlCode: DWORD,
        pbSendBuffer: LPCBYTE as LPCVOID,
        cbSendLength: DWORD,
        pbRecvBuffer: LPBYTE as LPVOID,
        cbRecvLength: DWORD,
        lpBytesReturned: LPDWORD,
    ) -> LONG, macos "SCardControl132";

    /// Sends a command APDU to the card and receives its answer, the two status bytes at its end.
    ///
    /// `pioSendPci` names the protocol: [`SCARD_PCI_T0`], [`SCARD_PCI_T1`] or [`SCARD_PCI_RAW`], as the connection has
    /// it. `pioRecvPci` may be null. `*pcbRecvLength` holds the bytes of the buffer, at least 2, and then those of the
    /// answer: at most 258 to a short command, 65,538 to an extended one. Blocks until the card has answered (a key
    /// pair can take a minute), and while another handle is in a transaction.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#ga9a2d77242a271310269065e64633ab99),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardtransmit)
    ///
    /// # Errors
    /// `SCARD_E_INSUFFICIENT_BUFFER` where the answer does not fit: the card has acted, and a second call acts
    /// again, so have a buffer that is large enough; also for more than 65,548 bytes to send. `SCARD_W_RESET_CARD`
    /// where another program has reset the card ([`SCardReconnect`] first), `SCARD_W_REMOVED_CARD` or
    /// `SCARD_E_NO_SMARTCARD` where it was taken out, `SCARD_E_NOT_TRANSACTED` where the reader got no answer,
    /// `SCARD_E_PROTO_MISMATCH` where `pioSendPci` is not the active protocol, `SCARD_E_INVALID_PARAMETER` for a null
    /// pointer other than `pioRecvPci`, `SCARD_E_INVALID_VALUE` or `SCARD_E_READER_UNAVAILABLE` where the reader is
    /// gone, `SCARD_E_INVALID_HANDLE` for a handle that is not open.
    ///
    /// # Platform notes
    /// Older pcsc-lite refuses a receive buffer of more than 65,548 bytes with `SCARD_E_INSUFFICIENT_BUFFER`, before it
    /// sends.
    ///
    /// # Safety
    /// `pioSendPci` points to a structure, `pbSendBuffer` to `cbSendLength` readable bytes, `pbRecvBuffer` to
    /// `*pcbRecvLength` writable ones; `pcbRecvLength` is writable; `pioRecvPci` is null or writable.
    required fn SCardTransmit(
        hCard: SCARDHANDLE,
        pioSendPci: *const SCARD_IO_REQUEST,
        pbSendBuffer: LPCBYTE,
        cbSendLength: DWORD,
        pioRecvPci: *mut SCARD_IO_REQUEST,
        pbRecvBuffer: LPBYTE,
        pcbRecvLength: LPDWORD,
    ) -> LONG;

    /// Lists the groups that readers are in, as a multi-string.
    ///
    /// `*pcchGroups` holds the characters of `mszGroups`, and then those of the list with its nulls. A null `mszGroups`
    /// asks for the length alone; `SCARD_AUTOALLOCATE` as the length makes it the address of a pointer, which gets
    /// memory to be freed with `SCardFreeMemory`. Does not block on readers.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#ga9d970d086d5218e080d0079d63f9d496),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlistreadergroupsa)
    ///
    /// # Errors
    /// `SCARD_E_INSUFFICIENT_BUFFER` where the buffer is too short (call again with the length told),
    /// `SCARD_E_INVALID_HANDLE` for a context that is not open.
    ///
    /// # Platform notes
    /// pcsc-lite has one group, `SCard$DefaultReaders`. macOS has no `SCARD_AUTOALLOCATE`. Windows has
    /// `SCardListReaderGroupsA` under this name.
    ///
    /// # Safety
    /// `pcchGroups` is writable (pcsc-lite does not look whether it is null); `mszGroups` is null or writable for that
    /// length, with `SCARD_AUTOALLOCATE` it points to a writable pointer.
    #[cfg(not(windows))]
    required fn SCardListReaderGroups(hContext: SCARDCONTEXT, mszGroups: LPSTR, pcchGroups: LPDWORD) -> LONG;

    /// Lists the groups that readers are in, as a multi-string.
    ///
    /// `*pcchGroups` holds the characters of `mszGroups`, and then those of the list with its nulls. A null `mszGroups`
    /// asks for the length alone; `SCARD_AUTOALLOCATE` as the length makes it the address of a pointer, which gets
    /// memory to be freed with [`SCardFreeMemory`].
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlistreadergroupsw)
    ///
    /// # Errors
    /// `SCARD_E_INSUFFICIENT_BUFFER` where the buffer is too short: call again with the length told.
    ///
    /// # Safety
    /// `pcchGroups` is writable; `mszGroups` is null or writable for that length, with `SCARD_AUTOALLOCATE` it points
    /// to a writable pointer.
    #[cfg(windows)]
    required fn SCardListReaderGroupsW(hContext: SCARDCONTEXT, mszGroups: LPWSTR, pcchGroups: LPDWORD) -> LONG;

    /// As [`SCardListReaderGroupsW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlistreadergroupsa)
    ///
    /// # Safety
    /// As for [`SCardListReaderGroupsW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    required fn SCardListReaderGroupsA(hContext: SCARDCONTEXT, mszGroups: LPSTR, pcchGroups: LPDWORD) -> LONG;

    /// Lists the readers, as a multi-string.
    ///
    /// `mszGroups` is null for all of them. `*pcchReaders` holds the characters of `mszReaders`, and then those of the
    /// list with its nulls. A null `mszReaders` asks for the length alone; `SCARD_AUTOALLOCATE` as the length makes it
    /// the address of a pointer, which gets memory to be freed with `SCardFreeMemory`. Does not wait for readers.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#ga93b07815789b3cf2629d439ecf20f0d9),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlistreadersa)
    ///
    /// # Errors
    /// `SCARD_E_NO_READERS_AVAILABLE` where there is none, `SCARD_E_INSUFFICIENT_BUFFER` where the buffer is
    /// too short (the list may have grown since its length was asked: loop), `SCARD_E_INVALID_PARAMETER` for a null
    /// `pcchReaders`, `SCARD_E_INVALID_HANDLE` for a context that is not open, `SCARD_E_NO_SERVICE` or
    /// `SCARD_F_COMM_ERROR` where the service has gone.
    ///
    /// # Platform notes
    /// pcsc-lite ignores `mszGroups`; its names are in UTF-8. macOS has no `SCARD_AUTOALLOCATE`. Windows has
    /// `SCardListReadersA` under this name.
    ///
    /// # Safety
    /// `mszGroups` is null or a multi-string; `pcchReaders` is null or writable; `mszReaders` is null or writable for
    /// that length, with `SCARD_AUTOALLOCATE` it points to a writable pointer.
    #[cfg(not(windows))]
    required fn SCardListReaders(
        hContext: SCARDCONTEXT,
        mszGroups: LPCSTR,
        mszReaders: LPSTR,
        pcchReaders: LPDWORD,
    ) -> LONG;

    /// Lists the readers of some groups, as a multi-string.
    ///
    /// `mszGroups` is a multi-string of groups, or null for all readers. `*pcchReaders` holds the characters of
    /// `mszReaders`, and then those of the list with its nulls. A null `mszReaders` asks for the length alone;
    /// `SCARD_AUTOALLOCATE` as the length makes it the address of a pointer, which gets memory to be freed with
    /// [`SCardFreeMemory`].
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlistreadersw)
    ///
    /// # Errors
    /// `SCARD_E_NO_READERS_AVAILABLE` where there is none, `SCARD_E_INSUFFICIENT_BUFFER` where the buffer is
    /// too short (the list may have grown: loop), `SCARD_E_SERVICE_STOPPED` where the service went with its last
    /// reader.
    ///
    /// # Safety
    /// `mszGroups` is null or a multi-string in UTF-16; `pcchReaders` is writable; `mszReaders` is null or writable for
    /// that length, with `SCARD_AUTOALLOCATE` it points to a writable pointer.
    #[cfg(windows)]
    required fn SCardListReadersW(
        hContext: SCARDCONTEXT,
        mszGroups: LPCWSTR,
        mszReaders: LPWSTR,
        pcchReaders: LPDWORD,
    ) -> LONG;

    /// As [`SCardListReadersW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlistreadersa)
    ///
    /// # Safety
    /// As for [`SCardListReadersW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    required fn SCardListReadersA(
        hContext: SCARDCONTEXT,
        mszGroups: LPCSTR,
        mszReaders: LPSTR,
        pcchReaders: LPDWORD,
    ) -> LONG;

    /// Frees memory that a call gave for `SCARD_AUTOALLOCATE`.
    ///
    /// `hContext` is the context that it was asked on, or that of the card. Does not block.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#ga0522241e3180cb05dfd166e28930e961),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardfreememory)
    ///
    /// # Errors
    /// `SCARD_E_INVALID_HANDLE` for a context that is not open: free before the context is released.
    ///
    /// # Platform notes
    /// macOS has neither this function nor `SCARD_AUTOALLOCATE`.
    ///
    /// # Safety
    /// `pvMem` is null, or memory from such a call that has not been freed; nobody reads it afterwards.
    #[cfg(not(target_os = "macos"))]
    optional fn SCardFreeMemory(hContext: SCARDCONTEXT, pvMem: LPCVOID) -> LONG;

    /// Ends another thread's wait in [`SCardGetStatusChange`] on this context.
    ///
    /// That call returns `SCARD_E_CANCELLED`. The one function that may be called while the context is in use
    /// elsewhere. Does not block.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#gaacbbc0c6d6c0cbbeb4f4debf6fbeeee6),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardcancel)
    ///
    /// # Errors
    /// `SCARD_E_INVALID_HANDLE` for a context that is not open, `SCARD_E_NO_SERVICE` where the service has
    /// gone.
    ///
    /// # Platform notes
    /// pcsc-lite succeeds and does nothing where no wait is under way, and a wait that begins a moment later is not
    /// ended: repeat the call, or set a flag that the waiting thread reads.
    ///
    /// # Safety
    /// No thread releases this context meanwhile.
    required fn SCardCancel(hContext: SCARDCONTEXT) -> LONG;

    /// Reads an attribute of the reader, its driver or its card.
    ///
    /// `dwAttrId` is one of `SCARD_ATTR_*`. `*pcbAttrLen` holds the bytes of `pbAttr`, and then those of the attribute.
    /// A null `pbAttr` asks for the length alone; `SCARD_AUTOALLOCATE` as the length makes it the address of a pointer,
    /// which gets memory to be freed with `SCardFreeMemory`. Numbers are in this machine's byte order. Asks the driver,
    /// not the card.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#gaacfec51917255b7a25b94c5104961602),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardgetattrib)
    ///
    /// # Errors
    /// `SCARD_E_UNSUPPORTED_FEATURE` (Windows: also system codes such as 50, `ERROR_NOT_SUPPORTED`) where the
    /// driver does not know the attribute, `SCARD_E_INSUFFICIENT_BUFFER` where the buffer is too short (nothing is
    /// lost) and, with pcsc-lite, for a length above 264, `SCARD_E_INVALID_PARAMETER` for a null `pcbAttrLen`,
    /// `SCARD_E_SHARING_VIOLATION` where another handle is in a transaction, `SCARD_W_RESET_CARD` and
    /// `SCARD_W_REMOVED_CARD` as from [`SCardTransmit`], `SCARD_E_NOT_TRANSACTED` where the driver fails.
    ///
    /// # Platform notes
    /// pcsc-lite tells the reader's name for `SCARD_ATTR_DEVICE_FRIENDLY_NAME` and `SCARD_ATTR_DEVICE_SYSTEM_NAME`
    /// itself where the driver does not. macOS has no `SCARD_AUTOALLOCATE`.
    ///
    /// # Safety
    /// `pcbAttrLen` is null or writable; `pbAttr` is null or writable for that length, with `SCARD_AUTOALLOCATE` it
    /// points to a writable pointer.
    required fn SCardGetAttrib(hCard: SCARDHANDLE, dwAttrId: DWORD, pbAttr: LPBYTE, pcbAttrLen: LPDWORD) -> LONG;

    /// Sets an attribute of the reader or its driver.
    ///
    /// `dwAttrId` is one of `SCARD_ATTR_*`, `cbAttrLen` the bytes of `pbAttr`: with pcsc-lite at most 264. Few drivers
    /// take any.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#ga060f0038a4ddfd5dd2b8fadf3c3a2e4f),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardsetattrib)
    ///
    /// # Errors
    /// `SCARD_E_UNSUPPORTED_FEATURE` where the driver does not know the attribute, `SCARD_E_NOT_TRANSACTED`
    /// where it refuses the value, `SCARD_E_INVALID_PARAMETER` for a null `pbAttr` or a length of 0,
    /// `SCARD_E_INSUFFICIENT_BUFFER` for too long a value, `SCARD_E_SHARING_VIOLATION` where another handle is in a
    /// transaction, `SCARD_W_RESET_CARD` and `SCARD_W_REMOVED_CARD` as from [`SCardTransmit`].
    ///
    /// # Safety
    /// `pbAttr` is null or readable for `cbAttrLen` bytes.
    optional fn SCardSetAttrib(hCard: SCARDHANDLE, dwAttrId: DWORD, pbAttr: LPCBYTE, cbAttrLen: DWORD) -> LONG;

    /// Gives the library's English text for a code.
    ///
    /// Never null; a code that the library does not know has a text too. Asks no service and does not block.
    ///
    /// [pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html)
    ///
    /// # Platform notes
    /// Not on Windows. pcsc-lite keeps the text for each thread: the thread's next call, or its end, invalidates the
    /// pointer. Elsewhere the text may be one for all threads.
    ///
    /// # Safety
    /// Any value may be passed; the caller reads the text before the next call, on the same thread.
    #[cfg(not(windows))]
    optional fn pcsc_stringify_error(pcscError: LONG) -> *const core::ffi::c_char;

    /// Tells the state, the protocol and the ATR of a connection, without the names that [`SCardStatus`] tells.
    ///
    /// `*pdwState` is one number, from `SCARD_UNKNOWN` to `SCARD_SPECIFIC`. `*pcbAtrLen` holds the bytes of `pbAtr`,
    /// and then those of the ATR. An older form of [`SCardStatus`], which new programs call.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/)
    ///
    /// # Errors
    /// `SCARD_E_INSUFFICIENT_BUFFER` where the buffer is too short, `SCARD_W_RESET_CARD` and
    /// `SCARD_W_REMOVED_CARD` where that has happened.
    ///
    /// # Safety
    /// Each pointer is writable, `pbAtr` for `*pcbAtrLen` bytes.
    #[cfg(windows)]
    optional fn SCardState(
        hCard: SCARDHANDLE,
        pdwState: LPDWORD,
        pdwProtocol: LPDWORD,
        pbAtr: LPBYTE,
        pcbAtrLen: LPDWORD,
    ) -> LONG;

    /// Counts the transmissions to the card since it was inserted.
    ///
    /// The number goes to `*pcTransmitCount`: unchanged between two calls, no program has spoken to the card. Sends
    /// nothing.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardgettransmitcount)
    ///
    /// # Errors
    /// `SCARD_E_INVALID_HANDLE` for a handle that is not open.
    ///
    /// # Safety
    /// `pcTransmitCount` is writable.
    #[cfg(windows)]
    optional fn SCardGetTransmitCount(hCard: SCARDHANDLE, pcTransmitCount: LPDWORD) -> LONG;

    /// Lists the card types of the system's database that match, as a multi-string.
    ///
    /// `pbAtr` is an ATR to match, `rgquidInterfaces` an array of `cguidInterfaceCount` interfaces that a type must all
    /// have; null means any. `*pcchCards` holds the characters of `mszCards`, and then those of the list; null asks for
    /// the length alone, `SCARD_AUTOALLOCATE` as the length for memory to be freed with [`SCardFreeMemory`]. `hContext`
    /// may be 0. Call it outside transactions: it may reset the card of one.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlistcardsw)
    ///
    /// # Errors
    /// `SCARD_E_INSUFFICIENT_BUFFER` where the buffer is too short: call again with the length told.
    ///
    /// # Safety
    /// `pbAtr` is null or a whole ATR, `rgquidInterfaces` null or readable for its count; `pcchCards` is writable;
    /// `mszCards` is null or writable for that length, with `SCARD_AUTOALLOCATE` it points to a writable pointer.
    #[cfg(windows)]
    optional fn SCardListCardsW(
        hContext: SCARDCONTEXT,
        pbAtr: LPCBYTE,
        rgquidInterfaces: LPCGUID,
        cguidInterfaceCount: DWORD,
        mszCards: LPWSTR,
        pcchCards: LPDWORD,
    ) -> LONG;

    /// As [`SCardListCardsW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlistcardsa)
    ///
    /// # Safety
    /// As for [`SCardListCardsW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    optional fn SCardListCardsA(
        hContext: SCARDCONTEXT,
        pbAtr: LPCBYTE,
        rgquidInterfaces: LPCGUID,
        cguidInterfaceCount: DWORD,
        mszCards: LPSTR,
        pcchCards: LPDWORD,
    ) -> LONG;

    /// Lists the interfaces that the database has for a card type.
    ///
    /// `*pcguidInterfaces` holds the number of GUIDs, not of bytes, that `pguidInterfaces` has room for, and then the
    /// number of the type's; null asks for the number alone, `SCARD_AUTOALLOCATE` for memory to be freed with
    /// [`SCardFreeMemory`].
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlistinterfacesw)
    ///
    /// # Errors
    /// `SCARD_E_UNKNOWN_CARD` for a type that is not in the database, `SCARD_E_INSUFFICIENT_BUFFER` for too
    /// small an array.
    ///
    /// # Safety
    /// `szCard` is a null-terminated text in UTF-16; `pcguidInterfaces` is writable; `pguidInterfaces` is null or
    /// writable for that many, with `SCARD_AUTOALLOCATE` it points to a writable pointer.
    #[cfg(windows)]
    optional fn SCardListInterfacesW(
        hContext: SCARDCONTEXT,
        szCard: LPCWSTR,
        pguidInterfaces: LPGUID,
        pcguidInterfaces: LPDWORD,
    ) -> LONG;

    /// As [`SCardListInterfacesW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlistinterfacesa)
    ///
    /// # Safety
    /// As for [`SCardListInterfacesW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    optional fn SCardListInterfacesA(
        hContext: SCARDCONTEXT,
        szCard: LPCSTR,
        pguidInterfaces: LPGUID,
        pcguidInterfaces: LPDWORD,
    ) -> LONG;

    /// Tells the GUID of a card type's primary service provider.
    ///
    /// Reads the database, no reader. The GUID goes to `*pguidProviderId`.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardgetprovideridw)
    ///
    /// # Errors
    /// `SCARD_E_UNKNOWN_CARD` for a type that is not in the database.
    ///
    /// # Safety
    /// `szCard` is a null-terminated text in UTF-16; `pguidProviderId` is writable.
    #[cfg(windows)]
    optional fn SCardGetProviderIdW(hContext: SCARDCONTEXT, szCard: LPCWSTR, pguidProviderId: LPGUID) -> LONG;

    /// As [`SCardGetProviderIdW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardgetproviderida)
    ///
    /// # Safety
    /// As for [`SCardGetProviderIdW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    optional fn SCardGetProviderIdA(hContext: SCARDCONTEXT, szCard: LPCSTR, pguidProviderId: LPGUID) -> LONG;

    /// Tells the name of a card type's provider of one kind.
    ///
    /// `dwProviderId` is `SCARD_PROVIDER_PRIMARY` (a GUID as text), `SCARD_PROVIDER_CSP`, 3 (key storage provider) or
    /// 0x80000001 (card module). `*pcchProvider` holds the characters of `szProvider`, and then those of the name with
    /// its null; `SCARD_AUTOALLOCATE` asks for memory to be freed with [`SCardFreeMemory`].
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardgetcardtypeprovidernamew)
    ///
    /// # Errors
    /// `SCARD_E_UNKNOWN_CARD` for a type that is not in the database, `SCARD_E_INSUFFICIENT_BUFFER` for too
    /// short a buffer.
    ///
    /// # Safety
    /// `szCardName` is a null-terminated text in UTF-16; `pcchProvider` is writable; `szProvider` is writable for that
    /// length, with `SCARD_AUTOALLOCATE` it points to a writable pointer.
    #[cfg(windows)]
    optional fn SCardGetCardTypeProviderNameW(
        hContext: SCARDCONTEXT,
        szCardName: LPCWSTR,
        dwProviderId: DWORD,
        szProvider: LPWSTR,
        pcchProvider: LPDWORD,
    ) -> LONG;

    /// As [`SCardGetCardTypeProviderNameW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardgetcardtypeprovidernamea)
    ///
    /// # Safety
    /// As for [`SCardGetCardTypeProviderNameW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    optional fn SCardGetCardTypeProviderNameA(
        hContext: SCARDCONTEXT,
        szCardName: LPCSTR,
        dwProviderId: DWORD,
        szProvider: LPSTR,
        pcchProvider: LPDWORD,
    ) -> LONG;

    /// Sets the name of a card type's provider of one kind.
    ///
    /// `dwProviderId` is that of [`SCardGetCardTypeProviderNameW`], `szProvider` the name. Writes to the database,
    /// which may need an administrator.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardsetcardtypeprovidernamew)
    ///
    /// # Errors
    /// A code of the system, such as 5 (access denied), where the user may not.
    ///
    /// # Safety
    /// `szCardName` and `szProvider` are null-terminated texts in UTF-16.
    #[cfg(windows)]
    optional fn SCardSetCardTypeProviderNameW(
        hContext: SCARDCONTEXT,
        szCardName: LPCWSTR,
        dwProviderId: DWORD,
        szProvider: LPCWSTR,
    ) -> LONG;

    /// As [`SCardSetCardTypeProviderNameW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardsetcardtypeprovidernamea)
    ///
    /// # Safety
    /// As for [`SCardSetCardTypeProviderNameW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    optional fn SCardSetCardTypeProviderNameA(
        hContext: SCARDCONTEXT,
        szCardName: LPCSTR,
        dwProviderId: DWORD,
        szProvider: LPCSTR,
    ) -> LONG;

    /// Adds a card type to the database.
    ///
    /// `pbAtr` is its ATR of `cbAtrLen` bytes (0: as long as the ATR itself says). A card's ATR matches where it equals
    /// `pbAtr` after an AND with `pbAtrMask`, which has as many bytes, or is null. `rgguidInterfaces` lists
    /// `dwInterfaceCount` interfaces, or is null; `pguidPrimaryProvider` may be null.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardintroducecardtypew)
    ///
    /// # Errors
    /// A code of the system, such as 5 (access denied), where the user may not write to the database.
    ///
    /// # Safety
    /// `szCardName` is a null-terminated text in UTF-16; the other pointers are null or readable, for the count and the
    /// length given.
    #[cfg(windows)]
    optional fn SCardIntroduceCardTypeW(
        hContext: SCARDCONTEXT,
        szCardName: LPCWSTR,
        pguidPrimaryProvider: LPCGUID,
        rgguidInterfaces: LPCGUID,
        dwInterfaceCount: DWORD,
        pbAtr: LPCBYTE,
        pbAtrMask: LPCBYTE,
        cbAtrLen: DWORD,
    ) -> LONG;

    /// As [`SCardIntroduceCardTypeW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardintroducecardtypea)
    ///
    /// # Safety
    /// As for [`SCardIntroduceCardTypeW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    optional fn SCardIntroduceCardTypeA(
        hContext: SCARDCONTEXT,
        szCardName: LPCSTR,
        pguidPrimaryProvider: LPCGUID,
        rgguidInterfaces: LPCGUID,
        dwInterfaceCount: DWORD,
        pbAtr: LPCBYTE,
        pbAtrMask: LPCBYTE,
        cbAtrLen: DWORD,
    ) -> LONG;

    /// Removes a card type from the database.
    ///
    /// Undoes [`SCardIntroduceCardTypeW`]; cards in readers are not touched.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardforgetcardtypew)
    ///
    /// # Errors
    /// `SCARD_E_UNKNOWN_CARD` for a type that is not in the database.
    ///
    /// # Safety
    /// `szCardName` is a null-terminated text in UTF-16.
    #[cfg(windows)]
    optional fn SCardForgetCardTypeW(hContext: SCARDCONTEXT, szCardName: LPCWSTR) -> LONG;

    /// As [`SCardForgetCardTypeW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardforgetcardtypea)
    ///
    /// # Safety
    /// As for [`SCardForgetCardTypeW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    optional fn SCardForgetCardTypeA(hContext: SCARDCONTEXT, szCardName: LPCSTR) -> LONG;

    /// Gives a reader a further name in the database.
    ///
    /// `szDeviceName` is the name that the system has for it, `szReaderName` the new one. [`SCardForgetReaderW`] undoes
    /// it.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardintroducereaderw)
    ///
    /// # Errors
    /// A code of the system, such as 5 (access denied), where the user may not write to the database.
    ///
    /// # Safety
    /// `szReaderName` and `szDeviceName` are null-terminated texts in UTF-16.
    #[cfg(windows)]
    optional fn SCardIntroduceReaderW(hContext: SCARDCONTEXT, szReaderName: LPCWSTR, szDeviceName: LPCWSTR) -> LONG;

    /// As [`SCardIntroduceReaderW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardintroducereadera)
    ///
    /// # Safety
    /// As for [`SCardIntroduceReaderW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    optional fn SCardIntroduceReaderA(hContext: SCARDCONTEXT, szReaderName: LPCSTR, szDeviceName: LPCSTR) -> LONG;

    /// Removes a reader's name from the database, and from all groups.
    ///
    /// A group that this leaves empty goes too.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardforgetreaderw)
    ///
    /// # Errors
    /// `SCARD_E_UNKNOWN_READER` for a name that is not in the database.
    ///
    /// # Safety
    /// `szReaderName` is a null-terminated text in UTF-16.
    #[cfg(windows)]
    optional fn SCardForgetReaderW(hContext: SCARDCONTEXT, szReaderName: LPCWSTR) -> LONG;

    /// As [`SCardForgetReaderW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardforgetreadera)
    ///
    /// # Safety
    /// As for [`SCardForgetReaderW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    optional fn SCardForgetReaderA(hContext: SCARDCONTEXT, szReaderName: LPCSTR) -> LONG;

    /// Adds a group of readers to the database.
    ///
    /// The group is there for good once [`SCardAddReaderToGroupW`] puts a reader in it, which also makes a group that
    /// is not there.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardintroducereadergroupw)
    ///
    /// # Errors
    /// A code of the system, such as 5 (access denied), where the user may not write to the database.
    ///
    /// # Safety
    /// `szGroupName` is a null-terminated text in UTF-16.
    #[cfg(windows)]
    optional fn SCardIntroduceReaderGroupW(hContext: SCARDCONTEXT, szGroupName: LPCWSTR) -> LONG;

    /// As [`SCardIntroduceReaderGroupW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardintroducereadergroupa)
    ///
    /// # Safety
    /// As for [`SCardIntroduceReaderGroupW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    optional fn SCardIntroduceReaderGroupA(hContext: SCARDCONTEXT, szGroupName: LPCSTR) -> LONG;

    /// Removes a group of readers from the database.
    ///
    /// Its readers stay, in their other groups. The groups of the system, such as `SCard$DefaultReaders`, cannot be
    /// removed.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardforgetreadergroupw)
    ///
    /// # Errors
    /// A code of the system, such as 5 (access denied), where the user may not write to the database.
    ///
    /// # Safety
    /// `szGroupName` is a null-terminated text in UTF-16.
    #[cfg(windows)]
    optional fn SCardForgetReaderGroupW(hContext: SCARDCONTEXT, szGroupName: LPCWSTR) -> LONG;

    /// As [`SCardForgetReaderGroupW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardforgetreadergroupa)
    ///
    /// # Safety
    /// As for [`SCardForgetReaderGroupW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    optional fn SCardForgetReaderGroupA(hContext: SCARDCONTEXT, szGroupName: LPCSTR) -> LONG;

    /// Puts a reader in a group of the database, which is made where it is not there.
    ///
    /// The group then serves as `mszGroups` of [`SCardListReadersW`].
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardaddreadertogroupw)
    ///
    /// # Errors
    /// `SCARD_E_UNKNOWN_READER` for a reader that is not in the database.
    ///
    /// # Safety
    /// `szReaderName` and `szGroupName` are null-terminated texts in UTF-16.
    #[cfg(windows)]
    optional fn SCardAddReaderToGroupW(hContext: SCARDCONTEXT, szReaderName: LPCWSTR, szGroupName: LPCWSTR) -> LONG;

    /// As [`SCardAddReaderToGroupW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardaddreadertogroupa)
    ///
    /// # Safety
    /// As for [`SCardAddReaderToGroupW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    optional fn SCardAddReaderToGroupA(hContext: SCARDCONTEXT, szReaderName: LPCSTR, szGroupName: LPCSTR) -> LONG;

    /// Takes a reader out of a group of the database.
    ///
    /// A group that this leaves empty goes too; the reader stays.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardremovereaderfromgroupw)
    ///
    /// # Errors
    /// `SCARD_E_UNKNOWN_READER` for a reader that is not in the database.
    ///
    /// # Safety
    /// `szReaderName` and `szGroupName` are null-terminated texts in UTF-16.
    #[cfg(windows)]
    optional fn SCardRemoveReaderFromGroupW(hContext: SCARDCONTEXT, szReaderName: LPCWSTR, szGroupName: LPCWSTR) -> LONG;

    /// As [`SCardRemoveReaderFromGroupW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardremovereaderfromgroupa)
    ///
    /// # Safety
    /// As for [`SCardRemoveReaderFromGroupW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    optional fn SCardRemoveReaderFromGroupA(hContext: SCARDCONTEXT, szReaderName: LPCSTR, szGroupName: LPCSTR) -> LONG;

    /// Looks in readers for cards of given types of the database.
    ///
    /// `mszCards` is a multi-string of card types. The state of each of the `cReaders` readers goes to its structure as
    /// from
    /// [`SCardGetStatusChangeW`], with `SCARD_STATE_ATRMATCH` where the card is of one of the types. Does not wait.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlocatecardsw)
    ///
    /// # Errors
    /// `SCARD_E_UNKNOWN_READER` for a reader that is not known; types that are not are passed over.
    ///
    /// # Safety
    /// `mszCards` is a multi-string in UTF-16; `rgReaderStates` points to `cReaders` writable structures, each with a
    /// null-terminated `szReader`.
    #[cfg(windows)]
    optional fn SCardLocateCardsW(
        hContext: SCARDCONTEXT,
        mszCards: LPCWSTR,
        rgReaderStates: LPSCARD_READERSTATEW,
        cReaders: DWORD,
    ) -> LONG;

    /// As [`SCardLocateCardsW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlocatecardsa)
    ///
    /// # Safety
    /// As for [`SCardLocateCardsW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    optional fn SCardLocateCardsA(
        hContext: SCARDCONTEXT,
        mszCards: LPCSTR,
        rgReaderStates: LPSCARD_READERSTATEA,
        cReaders: DWORD,
    ) -> LONG;

    /// Looks in readers for cards with given ATRs.
    ///
    /// `rgAtrMasks` is an array of `cAtrs` ATRs and masks. The state of each of the `cReaders` readers goes to its
    /// structure as from [`SCardGetStatusChangeW`], with `SCARD_STATE_ATRMATCH` where the card's ATR is one of them.
    /// Does not wait.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlocatecardsbyatrw)
    ///
    /// # Errors
    /// `SCARD_E_UNKNOWN_READER` for a reader that is not known.
    ///
    /// # Safety
    /// `rgAtrMasks` points to `cAtrs` structures; `rgReaderStates` points to `cReaders` writable ones, each with a
    /// null-terminated `szReader`.
    #[cfg(windows)]
    optional fn SCardLocateCardsByATRW(
        hContext: SCARDCONTEXT,
        rgAtrMasks: LPSCARD_ATRMASK,
        cAtrs: DWORD,
        rgReaderStates: LPSCARD_READERSTATEW,
        cReaders: DWORD,
    ) -> LONG;

    /// As [`SCardLocateCardsByATRW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlocatecardsbyatra)
    ///
    /// # Safety
    /// As for [`SCardLocateCardsByATRW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    optional fn SCardLocateCardsByATRA(
        hContext: SCARDCONTEXT,
        rgAtrMasks: LPSCARD_ATRMASK,
        cAtrs: DWORD,
        rgReaderStates: LPSCARD_READERSTATEA,
        cReaders: DWORD,
    ) -> LONG;

    /// Reads an entry about a card from the service's cache, which all programs share.
    ///
    /// `CardIdentifier` tells the card, `LookupName` the entry; `FreshnessCounter` is the version that the caller
    /// accepts. `*DataLen` holds the bytes of `Data`, and then those of the entry. The card is not asked.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardreadcachew)
    ///
    /// # Errors
    /// `SCARD_W_CACHE_ITEM_NOT_FOUND` where there is none, `SCARD_W_CACHE_ITEM_STALE` where it was older than
    /// asked for and has been dropped: read the card and call [`SCardWriteCacheW`].
    ///
    /// # Safety
    /// `CardIdentifier` points to a GUID, `LookupName` to a null-terminated text in UTF-16; `DataLen` is writable,
    /// `Data` for that length.
    #[cfg(windows)]
    optional fn SCardReadCacheW(
        hContext: SCARDCONTEXT,
        CardIdentifier: *mut UUID,
        FreshnessCounter: DWORD,
        LookupName: LPWSTR,
        Data: PBYTE,
        DataLen: *mut DWORD,
    ) -> LONG;

    /// As [`SCardReadCacheW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardreadcachea)
    ///
    /// # Safety
    /// As for [`SCardReadCacheW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    optional fn SCardReadCacheA(
        hContext: SCARDCONTEXT,
        CardIdentifier: *mut UUID,
        FreshnessCounter: DWORD,
        LookupName: LPSTR,
        Data: PBYTE,
        DataLen: *mut DWORD,
    ) -> LONG;

    /// Writes an entry about a card to the service's cache, which all programs share.
    ///
    /// `CardIdentifier` tells the card, `LookupName` the entry; `FreshnessCounter` is its version, `DataLen` the bytes
    /// of `Data`. The card is not written. Other programs can read the entry: no secrets.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardwritecachew)
    ///
    /// # Errors
    /// `SCARD_W_CACHE_ITEM_TOO_BIG` for an entry above the cache's limit.
    ///
    /// # Safety
    /// `CardIdentifier` points to a GUID, `LookupName` to a null-terminated text in UTF-16, `Data` to `DataLen`
    /// readable bytes.
    #[cfg(windows)]
    optional fn SCardWriteCacheW(
        hContext: SCARDCONTEXT,
        CardIdentifier: *mut UUID,
        FreshnessCounter: DWORD,
        LookupName: LPWSTR,
        Data: PBYTE,
        DataLen: DWORD,
    ) -> LONG;

    /// As [`SCardWriteCacheW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardwritecachea)
    ///
    /// # Safety
    /// As for [`SCardWriteCacheW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    optional fn SCardWriteCacheA(
        hContext: SCARDCONTEXT,
        CardIdentifier: *mut UUID,
        FreshnessCounter: DWORD,
        LookupName: LPSTR,
        Data: PBYTE,
        DataLen: DWORD,
    ) -> LONG;

    /// Reads the icon of a reader, as its icon file has it.
    ///
    /// `*pcbIcon` holds the bytes of `pbIcon`, and then those of the icon; null asks for the length alone,
    /// `SCARD_AUTOALLOCATE` as the length for memory to be freed with [`SCardFreeMemory`]. From Windows 8.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardgetreadericonw)
    ///
    /// # Errors
    /// `SCARD_E_UNKNOWN_READER` for a reader that is not known, `SCARD_E_INSUFFICIENT_BUFFER` where the buffer
    /// is too short.
    ///
    /// # Safety
    /// `szReaderName` is a null-terminated text in UTF-16; `pcbIcon` is writable; `pbIcon` is null or writable for that
    /// length, with `SCARD_AUTOALLOCATE` it points to a writable pointer.
    #[cfg(windows)]
    unlinked32 fn SCardGetReaderIconW(
        hContext: SCARDCONTEXT,
        szReaderName: LPCWSTR,
        pbIcon: LPBYTE,
        pcbIcon: LPDWORD,
    ) -> LONG;

    /// As [`SCardGetReaderIconW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardgetreadericona)
    ///
    /// # Safety
    /// As for [`SCardGetReaderIconW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    unlinked32 fn SCardGetReaderIconA(
        hContext: SCARDCONTEXT,
        szReaderName: LPCSTR,
        pbIcon: LPBYTE,
        pcbIcon: LPDWORD,
    ) -> LONG;

    /// Tells how a reader is attached: one of `SCARD_READER_TYPE_*`.
    ///
    /// The type goes to `*pdwDeviceTypeId`; the reader's state does not change. From Windows 8.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardgetdevicetypeidw)
    ///
    /// # Errors
    /// `SCARD_E_UNKNOWN_READER` for a reader that is not known.
    ///
    /// # Safety
    /// `szReaderName` is a null-terminated text in UTF-16; `pdwDeviceTypeId` is writable.
    #[cfg(windows)]
    unlinked32 fn SCardGetDeviceTypeIdW(
        hContext: SCARDCONTEXT,
        szReaderName: LPCWSTR,
        pdwDeviceTypeId: LPDWORD,
    ) -> LONG;

    /// As [`SCardGetDeviceTypeIdW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardgetdevicetypeida)
    ///
    /// # Safety
    /// As for [`SCardGetDeviceTypeIdW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    unlinked32 fn SCardGetDeviceTypeIdA(
        hContext: SCARDCONTEXT,
        szReaderName: LPCSTR,
        pdwDeviceTypeId: LPDWORD,
    ) -> LONG;

    /// Tells the device instance identifier of a reader: Plug and Play's name for it.
    ///
    /// `*pcchDeviceInstanceId` holds the characters of `szDeviceInstanceId`, and then those of the identifier with its
    /// null; null asks for the length alone, `SCARD_AUTOALLOCATE` as the length for memory to be freed with
    /// [`SCardFreeMemory`]. From Windows 8.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardgetreaderdeviceinstanceidw)
    ///
    /// # Errors
    /// `SCARD_E_READER_UNAVAILABLE` in a Remote Desktop session, `SCARD_E_INSUFFICIENT_BUFFER` where the buffer
    /// is too short.
    ///
    /// # Safety
    /// `szReaderName` is a null-terminated text in UTF-16; `pcchDeviceInstanceId` is writable; `szDeviceInstanceId` is
    /// null or writable for that length, with `SCARD_AUTOALLOCATE` it points to a writable pointer.
    #[cfg(windows)]
    unlinked32 fn SCardGetReaderDeviceInstanceIdW(
        hContext: SCARDCONTEXT,
        szReaderName: LPCWSTR,
        szDeviceInstanceId: LPWSTR,
        pcchDeviceInstanceId: LPDWORD,
    ) -> LONG;

    /// As [`SCardGetReaderDeviceInstanceIdW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardgetreaderdeviceinstanceida)
    ///
    /// # Safety
    /// As for [`SCardGetReaderDeviceInstanceIdW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    unlinked32 fn SCardGetReaderDeviceInstanceIdA(
        hContext: SCARDCONTEXT,
        szReaderName: LPCSTR,
        szDeviceInstanceId: LPSTR,
        pcchDeviceInstanceId: LPDWORD,
    ) -> LONG;

    /// Lists the readers of a device, by its device instance identifier, as a multi-string.
    ///
    /// A device with several slots has several readers. `*pcchReaders` holds the characters of `mszReaders`, and then
    /// those of the list; null asks for the length alone, `SCARD_AUTOALLOCATE` as the length for memory to be freed
    /// with [`SCardFreeMemory`]. From Windows 8.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlistreaderswithdeviceinstanceidw)
    ///
    /// # Errors
    /// `SCARD_E_NO_READERS_AVAILABLE` where the device has none, `SCARD_E_READER_UNAVAILABLE` in a Remote
    /// Desktop session, `SCARD_E_INSUFFICIENT_BUFFER` where the buffer is too short.
    ///
    /// # Safety
    /// `szDeviceInstanceId` is a null-terminated text in UTF-16; `pcchReaders` is writable; `mszReaders` is null or
    /// writable for that length, with `SCARD_AUTOALLOCATE` it points to a writable pointer.
    #[cfg(windows)]
    unlinked32 fn SCardListReadersWithDeviceInstanceIdW(
        hContext: SCARDCONTEXT,
        szDeviceInstanceId: LPCWSTR,
        mszReaders: LPWSTR,
        pcchReaders: LPDWORD,
    ) -> LONG;

    /// As [`SCardListReadersWithDeviceInstanceIdW`], with text in the ANSI code page.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlistreaderswithdeviceinstanceida)
    ///
    /// # Safety
    /// As for [`SCardListReadersWithDeviceInstanceIdW`]; texts are of bytes, not in UTF-16.
    #[cfg(windows)]
    unlinked32 fn SCardListReadersWithDeviceInstanceIdA(
        hContext: SCARDCONTEXT,
        szDeviceInstanceId: LPCSTR,
        mszReaders: LPSTR,
        pcchReaders: LPDWORD,
    ) -> LONG;

    /// Writes the outcome of a PIN's verification to the system's event log for smart cards.
    ///
    /// `dwEvent` is `SCARD_AUDIT_CHV_SUCCESS` or `SCARD_AUDIT_CHV_FAILURE`. No card is asked. In a Remote Desktop
    /// session the log is that of the remote machine. From Windows 8.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardaudit)
    ///
    /// # Errors
    /// `SCARD_E_INVALID_HANDLE` for a context that is not open.
    ///
    /// # Safety
    /// Any value may be passed; no pointer is read.
    #[cfg(windows)]
    unlinked32 fn SCardAudit(hContext: SCARDCONTEXT, dwEvent: DWORD) -> LONG;

    /// Gives an event that is set while the service runs, to be handed to the system's wait functions.
    ///
    /// Does not wait itself. The handle is not to be closed: each call is matched by one of
    /// [`SCardReleaseStartedEvent`].
    ///
    /// Returns null where there is no event; `GetLastError` then tells why.
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardaccessstartedevent)
    ///
    /// # Safety
    /// Nobody closes the handle, or uses it after its release.
    #[cfg(windows)]
    optional fn SCardAccessStartedEvent() -> HANDLE;

    /// Gives back the event of one call of [`SCardAccessStartedEvent`].
    ///
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardreleasestartedevent)
    ///
    /// # Safety
    /// The event was given, and nobody uses the handle afterwards.
    #[cfg(windows)]
    optional fn SCardReleaseStartedEvent() -> ();

    /// Gives the event that the service sets when a reader comes.
    ///
    /// Exported, but documented nowhere by Microsoft: the signature is what the system's own components show, and link
    /// mode leaves this function out. [`SCardGetStatusChangeW`] with the reader `\\?PnP?\Notification` is the
    /// documented way.
    ///
    /// Returns null where there is no event.
    ///
    /// # Safety
    /// Nobody closes the handle, or uses it after its release.
    #[cfg(windows)]
    unlinked fn SCardAccessNewReaderEvent() -> HANDLE;

    /// Gives back the event of one call of [`SCardAccessNewReaderEvent`].
    ///
    /// Exported, but documented nowhere by Microsoft; link mode leaves it out.
    ///
    /// # Safety
    /// The event was given, and nobody uses the handle afterwards.
    #[cfg(windows)]
    unlinked fn SCardReleaseNewReaderEvent() -> ();

    /// Gives back all events that this process was given.
    ///
    /// Exported, but documented nowhere by Microsoft; link mode leaves it out.
    ///
    /// # Safety
    /// Nobody uses a handle of such an event afterwards.
    #[cfg(windows)]
    unlinked fn SCardReleaseAllEvents() -> ();
}

// The names that C programs write: without UNICODE, the headers take the A variants for them.
#[cfg(windows)]
pub use self::{
    SCardAddReaderToGroupA as SCardAddReaderToGroup, SCardConnectA as SCardConnect,
    SCardForgetCardTypeA as SCardForgetCardType, SCardForgetReaderA as SCardForgetReader,
    SCardForgetReaderGroupA as SCardForgetReaderGroup,
    SCardGetCardTypeProviderNameA as SCardGetCardTypeProviderName,
    SCardGetDeviceTypeIdA as SCardGetDeviceTypeId, SCardGetProviderIdA as SCardGetProviderId,
    SCardGetReaderDeviceInstanceIdA as SCardGetReaderDeviceInstanceId,
    SCardGetReaderIconA as SCardGetReaderIcon, SCardGetStatusChangeA as SCardGetStatusChange,
    SCardIntroduceCardTypeA as SCardIntroduceCardType, SCardIntroduceReaderA as SCardIntroduceReader,
    SCardIntroduceReaderGroupA as SCardIntroduceReaderGroup, SCardListCardsA as SCardListCards,
    SCardListInterfacesA as SCardListInterfaces, SCardListReaderGroupsA as SCardListReaderGroups,
    SCardListReadersA as SCardListReaders,
    SCardListReadersWithDeviceInstanceIdA as SCardListReadersWithDeviceInstanceId,
    SCardLocateCardsA as SCardLocateCards, SCardLocateCardsByATRA as SCardLocateCardsByATR,
    SCardReadCacheA as SCardReadCache, SCardRemoveReaderFromGroupA as SCardRemoveReaderFromGroup,
    SCardSetCardTypeProviderNameA as SCardSetCardTypeProviderName, SCardStatusA as SCardStatus,
    SCardWriteCacheA as SCardWriteCache,
};
