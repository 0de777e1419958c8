//! pcsc-lite's types and constants, from the headers of pcsc-lite 1.9.9. `PCSC_BINDINGS=write cargo xtask test bindings` writes this file.

pub const MAX_ATR_SIZE: usize = 33;
pub const SCARD_S_SUCCESS: LONG = 0;
pub const SCARD_F_INTERNAL_ERROR: LONG = 2148532225;
pub const SCARD_E_CANCELLED: LONG = 2148532226;
pub const SCARD_E_INVALID_HANDLE: LONG = 2148532227;
pub const SCARD_E_INVALID_PARAMETER: LONG = 2148532228;
pub const SCARD_E_INVALID_TARGET: LONG = 2148532229;
pub const SCARD_E_NO_MEMORY: LONG = 2148532230;
pub const SCARD_F_WAITED_TOO_LONG: LONG = 2148532231;
pub const SCARD_E_INSUFFICIENT_BUFFER: LONG = 2148532232;
pub const SCARD_E_UNKNOWN_READER: LONG = 2148532233;
pub const SCARD_E_TIMEOUT: LONG = 2148532234;
pub const SCARD_E_SHARING_VIOLATION: LONG = 2148532235;
pub const SCARD_E_NO_SMARTCARD: LONG = 2148532236;
pub const SCARD_E_UNKNOWN_CARD: LONG = 2148532237;
pub const SCARD_E_CANT_DISPOSE: LONG = 2148532238;
pub const SCARD_E_PROTO_MISMATCH: LONG = 2148532239;
pub const SCARD_E_NOT_READY: LONG = 2148532240;
pub const SCARD_E_INVALID_VALUE: LONG = 2148532241;
pub const SCARD_E_SYSTEM_CANCELLED: LONG = 2148532242;
pub const SCARD_F_COMM_ERROR: LONG = 2148532243;
pub const SCARD_F_UNKNOWN_ERROR: LONG = 2148532244;
pub const SCARD_E_INVALID_ATR: LONG = 2148532245;
pub const SCARD_E_NOT_TRANSACTED: LONG = 2148532246;
pub const SCARD_E_READER_UNAVAILABLE: LONG = 2148532247;
pub const SCARD_P_SHUTDOWN: LONG = 2148532248;
pub const SCARD_E_PCI_TOO_SMALL: LONG = 2148532249;
pub const SCARD_E_READER_UNSUPPORTED: LONG = 2148532250;
pub const SCARD_E_DUPLICATE_READER: LONG = 2148532251;
pub const SCARD_E_CARD_UNSUPPORTED: LONG = 2148532252;
pub const SCARD_E_NO_SERVICE: LONG = 2148532253;
pub const SCARD_E_SERVICE_STOPPED: LONG = 2148532254;
pub const SCARD_E_UNEXPECTED: LONG = 2148532255;
pub const SCARD_E_UNSUPPORTED_FEATURE: LONG = 2148532255;
pub const SCARD_E_ICC_INSTALLATION: LONG = 2148532256;
pub const SCARD_E_ICC_CREATEORDER: LONG = 2148532257;
pub const SCARD_E_DIR_NOT_FOUND: LONG = 2148532259;
pub const SCARD_E_FILE_NOT_FOUND: LONG = 2148532260;
pub const SCARD_E_NO_DIR: LONG = 2148532261;
pub const SCARD_E_NO_FILE: LONG = 2148532262;
pub const SCARD_E_NO_ACCESS: LONG = 2148532263;
pub const SCARD_E_WRITE_TOO_MANY: LONG = 2148532264;
pub const SCARD_E_BAD_SEEK: LONG = 2148532265;
pub const SCARD_E_INVALID_CHV: LONG = 2148532266;
pub const SCARD_E_UNKNOWN_RES_MNG: LONG = 2148532267;
pub const SCARD_E_NO_SUCH_CERTIFICATE: LONG = 2148532268;
pub const SCARD_E_CERTIFICATE_UNAVAILABLE: LONG = 2148532269;
pub const SCARD_E_NO_READERS_AVAILABLE: LONG = 2148532270;
pub const SCARD_E_COMM_DATA_LOST: LONG = 2148532271;
pub const SCARD_E_NO_KEY_CONTAINER: LONG = 2148532272;
pub const SCARD_E_SERVER_TOO_BUSY: LONG = 2148532273;
pub const SCARD_W_UNSUPPORTED_CARD: LONG = 2148532325;
pub const SCARD_W_UNRESPONSIVE_CARD: LONG = 2148532326;
pub const SCARD_W_UNPOWERED_CARD: LONG = 2148532327;
pub const SCARD_W_RESET_CARD: LONG = 2148532328;
pub const SCARD_W_REMOVED_CARD: LONG = 2148532329;
pub const SCARD_W_SECURITY_VIOLATION: LONG = 2148532330;
pub const SCARD_W_WRONG_CHV: LONG = 2148532331;
pub const SCARD_W_CHV_BLOCKED: LONG = 2148532332;
pub const SCARD_W_EOF: LONG = 2148532333;
pub const SCARD_W_CANCELLED_BY_USER: LONG = 2148532334;
pub const SCARD_W_CARD_NOT_AUTHENTICATED: LONG = 2148532335;
pub const SCARD_SCOPE_USER: DWORD = 0;
pub const SCARD_SCOPE_TERMINAL: DWORD = 1;
pub const SCARD_SCOPE_SYSTEM: DWORD = 2;
pub const SCARD_SCOPE_GLOBAL: DWORD = 3;
pub const SCARD_PROTOCOL_UNDEFINED: DWORD = 0;
pub const SCARD_PROTOCOL_UNSET: DWORD = 0;
pub const SCARD_PROTOCOL_T0: DWORD = 1;
pub const SCARD_PROTOCOL_T1: DWORD = 2;
pub const SCARD_PROTOCOL_RAW: DWORD = 4;
pub const SCARD_PROTOCOL_T15: DWORD = 8;
pub const SCARD_PROTOCOL_ANY: DWORD = 3;
pub const SCARD_SHARE_EXCLUSIVE: DWORD = 1;
pub const SCARD_SHARE_SHARED: DWORD = 2;
pub const SCARD_SHARE_DIRECT: DWORD = 3;
pub const SCARD_LEAVE_CARD: DWORD = 0;
pub const SCARD_RESET_CARD: DWORD = 1;
pub const SCARD_UNPOWER_CARD: DWORD = 2;
pub const SCARD_EJECT_CARD: DWORD = 3;
pub const SCARD_UNKNOWN: DWORD = 1;
pub const SCARD_ABSENT: DWORD = 2;
pub const SCARD_PRESENT: DWORD = 4;
pub const SCARD_SWALLOWED: DWORD = 8;
pub const SCARD_POWERED: DWORD = 16;
pub const SCARD_NEGOTIABLE: DWORD = 32;
pub const SCARD_SPECIFIC: DWORD = 64;
pub const SCARD_STATE_UNAWARE: DWORD = 0;
pub const SCARD_STATE_IGNORE: DWORD = 1;
pub const SCARD_STATE_CHANGED: DWORD = 2;
pub const SCARD_STATE_UNKNOWN: DWORD = 4;
pub const SCARD_STATE_UNAVAILABLE: DWORD = 8;
pub const SCARD_STATE_EMPTY: DWORD = 16;
pub const SCARD_STATE_PRESENT: DWORD = 32;
pub const SCARD_STATE_ATRMATCH: DWORD = 64;
pub const SCARD_STATE_EXCLUSIVE: DWORD = 128;
pub const SCARD_STATE_INUSE: DWORD = 256;
pub const SCARD_STATE_MUTE: DWORD = 512;
pub const SCARD_STATE_UNPOWERED: DWORD = 1024;
pub const INFINITE: DWORD = 4294967295;
pub const PCSCLITE_MAX_READERS_CONTEXTS: DWORD = 16;
pub const MAX_READERNAME: usize = 128;
pub const SCARD_ATR_LENGTH: usize = 33;
pub const MAX_BUFFER_SIZE: usize = 264;
pub const MAX_BUFFER_SIZE_EXTENDED: usize = 65548;
pub const SCARD_CLASS_VENDOR_INFO: DWORD = 1;
pub const SCARD_CLASS_COMMUNICATIONS: DWORD = 2;
pub const SCARD_CLASS_PROTOCOL: DWORD = 3;
pub const SCARD_CLASS_POWER_MGMT: DWORD = 4;
pub const SCARD_CLASS_SECURITY: DWORD = 5;
pub const SCARD_CLASS_MECHANICAL: DWORD = 6;
pub const SCARD_CLASS_VENDOR_DEFINED: DWORD = 7;
pub const SCARD_CLASS_IFD_PROTOCOL: DWORD = 8;
pub const SCARD_CLASS_ICC_STATE: DWORD = 9;
pub const SCARD_CLASS_SYSTEM: DWORD = 32767;
pub const SCARD_ATTR_VENDOR_NAME: DWORD = 65792;
pub const SCARD_ATTR_VENDOR_IFD_TYPE: DWORD = 65793;
pub const SCARD_ATTR_VENDOR_IFD_VERSION: DWORD = 65794;
pub const SCARD_ATTR_VENDOR_IFD_SERIAL_NO: DWORD = 65795;
pub const SCARD_ATTR_CHANNEL_ID: DWORD = 131344;
pub const SCARD_ATTR_ASYNC_PROTOCOL_TYPES: DWORD = 196896;
pub const SCARD_ATTR_DEFAULT_CLK: DWORD = 196897;
pub const SCARD_ATTR_MAX_CLK: DWORD = 196898;
pub const SCARD_ATTR_DEFAULT_DATA_RATE: DWORD = 196899;
pub const SCARD_ATTR_MAX_DATA_RATE: DWORD = 196900;
pub const SCARD_ATTR_MAX_IFSD: DWORD = 196901;
pub const SCARD_ATTR_SYNC_PROTOCOL_TYPES: DWORD = 196902;
pub const SCARD_ATTR_POWER_MGMT_SUPPORT: DWORD = 262449;
pub const SCARD_ATTR_USER_TO_CARD_AUTH_DEVICE: DWORD = 328000;
pub const SCARD_ATTR_USER_AUTH_INPUT_DEVICE: DWORD = 328002;
pub const SCARD_ATTR_CHARACTERISTICS: DWORD = 393552;
pub const SCARD_ATTR_CURRENT_PROTOCOL_TYPE: DWORD = 524801;
pub const SCARD_ATTR_CURRENT_CLK: DWORD = 524802;
pub const SCARD_ATTR_CURRENT_F: DWORD = 524803;
pub const SCARD_ATTR_CURRENT_D: DWORD = 524804;
pub const SCARD_ATTR_CURRENT_N: DWORD = 524805;
pub const SCARD_ATTR_CURRENT_W: DWORD = 524806;
pub const SCARD_ATTR_CURRENT_IFSC: DWORD = 524807;
pub const SCARD_ATTR_CURRENT_IFSD: DWORD = 524808;
pub const SCARD_ATTR_CURRENT_BWT: DWORD = 524809;
pub const SCARD_ATTR_CURRENT_CWT: DWORD = 524810;
pub const SCARD_ATTR_CURRENT_EBC_ENCODING: DWORD = 524811;
pub const SCARD_ATTR_EXTENDED_BWT: DWORD = 524812;
pub const SCARD_ATTR_ICC_PRESENCE: DWORD = 590592;
pub const SCARD_ATTR_ICC_INTERFACE_STATUS: DWORD = 590593;
pub const SCARD_ATTR_CURRENT_IO_STATE: DWORD = 590594;
pub const SCARD_ATTR_ATR_STRING: DWORD = 590595;
pub const SCARD_ATTR_ICC_TYPE_PER_ATR: DWORD = 590596;
pub const SCARD_ATTR_ESC_RESET: DWORD = 499712;
pub const SCARD_ATTR_ESC_CANCEL: DWORD = 499715;
pub const SCARD_ATTR_ESC_AUTHREQUEST: DWORD = 499717;
pub const SCARD_ATTR_MAXINPUT: DWORD = 499719;
pub const SCARD_ATTR_DEVICE_UNIT: DWORD = 2147418113;
pub const SCARD_ATTR_DEVICE_IN_USE: DWORD = 2147418114;
pub const SCARD_ATTR_DEVICE_FRIENDLY_NAME_A: DWORD = 2147418115;
pub const SCARD_ATTR_DEVICE_SYSTEM_NAME_A: DWORD = 2147418116;
pub const SCARD_ATTR_DEVICE_FRIENDLY_NAME_W: DWORD = 2147418117;
pub const SCARD_ATTR_DEVICE_SYSTEM_NAME_W: DWORD = 2147418118;
pub const SCARD_ATTR_SUPRESS_T1_IFS_REQUEST: DWORD = 2147418119;
pub const SCARD_ATTR_DEVICE_FRIENDLY_NAME: DWORD = 2147418115;
pub const SCARD_ATTR_DEVICE_SYSTEM_NAME: DWORD = 2147418116;
pub const ATR_BUFFER_SIZE: usize = 33;
pub const SCARD_E_PIN_CACHE_EXPIRED: LONG = 2148532274;
pub const SCARD_E_NO_PIN_CACHE: LONG = 2148532275;
pub const SCARD_E_READ_ONLY_CARD: LONG = 2148532276;
pub const SCARD_W_CACHE_ITEM_NOT_FOUND: LONG = 2148532336;
pub const SCARD_W_CACHE_ITEM_STALE: LONG = 2148532337;
pub const SCARD_W_CACHE_ITEM_TOO_BIG: LONG = 2148532338;
pub type BYTE = ::core::ffi::c_uchar;
pub type ULONG = ::core::ffi::c_ulong;
pub type LPVOID = *mut ::core::ffi::c_void;
pub type LPCVOID = *const ::core::ffi::c_void;
pub type DWORD = ::core::ffi::c_ulong;
pub type LONG = ::core::ffi::c_long;
pub type LPCSTR = *const ::core::ffi::c_char;
pub type LPCBYTE = *const BYTE;
pub type LPBYTE = *mut BYTE;
pub type LPDWORD = *mut DWORD;
pub type LPSTR = *mut ::core::ffi::c_char;
pub type SCARDCONTEXT = LONG;
pub type PSCARDCONTEXT = *mut SCARDCONTEXT;
pub type LPSCARDCONTEXT = *mut SCARDCONTEXT;
pub type SCARDHANDLE = LONG;
pub type PSCARDHANDLE = *mut SCARDHANDLE;
pub type LPSCARDHANDLE = *mut SCARDHANDLE;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct SCARD_READERSTATE {
    pub szReader: *const ::core::ffi::c_char,
    pub pvUserData: *mut ::core::ffi::c_void,
    pub dwCurrentState: DWORD,
    pub dwEventState: DWORD,
    pub cbAtr: DWORD,
    pub rgbAtr: [::core::ffi::c_uchar; 33usize],
}
pub type LPSCARD_READERSTATE = *mut SCARD_READERSTATE;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct SCARD_IO_REQUEST {
    pub dwProtocol: ::core::ffi::c_ulong,
    pub cbPciLength: ::core::ffi::c_ulong,
}
pub type PSCARD_IO_REQUEST = *mut SCARD_IO_REQUEST;
pub type LPSCARD_IO_REQUEST = *mut SCARD_IO_REQUEST;
pub type LPCSCARD_IO_REQUEST = *const SCARD_IO_REQUEST;
pub type SCARD_READERSTATEA = SCARD_READERSTATE;

#[allow(
    dead_code,
    unreachable_pub,
    reason = "for the comparison with the list, which leaves some out"
)]
pub(crate) mod header {
    use super::*;
    unsafe extern "system" {
        pub fn pcsc_stringify_error(arg1: LONG) -> *const ::core::ffi::c_char;
    }
    unsafe extern "system" {
        pub fn SCardEstablishContext(
            dwScope: DWORD,
            pvReserved1: LPCVOID,
            pvReserved2: LPCVOID,
            phContext: LPSCARDCONTEXT,
        ) -> LONG;
    }
    unsafe extern "system" {
        pub fn SCardReleaseContext(hContext: SCARDCONTEXT) -> LONG;
    }
    unsafe extern "system" {
        pub fn SCardIsValidContext(hContext: SCARDCONTEXT) -> LONG;
    }
    unsafe extern "system" {
        pub fn SCardConnect(
            hContext: SCARDCONTEXT,
            szReader: LPCSTR,
            dwShareMode: DWORD,
            dwPreferredProtocols: DWORD,
            phCard: LPSCARDHANDLE,
            pdwActiveProtocol: LPDWORD,
        ) -> LONG;
    }
    unsafe extern "system" {
        pub fn SCardReconnect(
            hCard: SCARDHANDLE,
            dwShareMode: DWORD,
            dwPreferredProtocols: DWORD,
            dwInitialization: DWORD,
            pdwActiveProtocol: LPDWORD,
        ) -> LONG;
    }
    unsafe extern "system" {
        pub fn SCardDisconnect(hCard: SCARDHANDLE, dwDisposition: DWORD) -> LONG;
    }
    unsafe extern "system" {
        pub fn SCardBeginTransaction(hCard: SCARDHANDLE) -> LONG;
    }
    unsafe extern "system" {
        pub fn SCardEndTransaction(hCard: SCARDHANDLE, dwDisposition: DWORD) -> LONG;
    }
    unsafe extern "system" {
        pub fn SCardStatus(
            hCard: SCARDHANDLE,
            mszReaderName: LPSTR,
            pcchReaderLen: LPDWORD,
            pdwState: LPDWORD,
            pdwProtocol: LPDWORD,
            pbAtr: LPBYTE,
            pcbAtrLen: LPDWORD,
        ) -> LONG;
    }
    unsafe extern "system" {
        pub fn SCardGetStatusChange(
            hContext: SCARDCONTEXT,
            dwTimeout: DWORD,
            rgReaderStates: *mut SCARD_READERSTATE,
            cReaders: DWORD,
        ) -> LONG;
    }
    unsafe extern "system" {
        pub fn SCardControl(
            hCard: SCARDHANDLE,
            dwControlCode: DWORD,
            pbSendBuffer: LPCVOID,
            cbSendLength: DWORD,
            pbRecvBuffer: LPVOID,
            cbRecvLength: DWORD,
            lpBytesReturned: LPDWORD,
        ) -> LONG;
    }
    unsafe extern "system" {
        pub fn SCardTransmit(
            hCard: SCARDHANDLE,
            pioSendPci: *const SCARD_IO_REQUEST,
            pbSendBuffer: LPCBYTE,
            cbSendLength: DWORD,
            pioRecvPci: *mut SCARD_IO_REQUEST,
            pbRecvBuffer: LPBYTE,
            pcbRecvLength: LPDWORD,
        ) -> LONG;
    }
    unsafe extern "system" {
        pub fn SCardListReaderGroups(hContext: SCARDCONTEXT, mszGroups: LPSTR, pcchGroups: LPDWORD) -> LONG;
    }
    unsafe extern "system" {
        pub fn SCardListReaders(
            hContext: SCARDCONTEXT,
            mszGroups: LPCSTR,
            mszReaders: LPSTR,
            pcchReaders: LPDWORD,
        ) -> LONG;
    }
    unsafe extern "system" {
        pub fn SCardFreeMemory(hContext: SCARDCONTEXT, pvMem: LPCVOID) -> LONG;
    }
    unsafe extern "system" {
        pub fn SCardCancel(hContext: SCARDCONTEXT) -> LONG;
    }
    unsafe extern "system" {
        pub fn SCardGetAttrib(
            hCard: SCARDHANDLE,
            dwAttrId: DWORD,
            pbAttr: LPBYTE,
            pcbAttrLen: LPDWORD,
        ) -> LONG;
    }
    unsafe extern "system" {
        pub fn SCardSetAttrib(hCard: SCARDHANDLE, dwAttrId: DWORD, pbAttr: LPCBYTE, cbAttrLen: DWORD)
        -> LONG;
    }
}
