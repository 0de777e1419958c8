//! Part 10 of PC/SC, from `reader.h` of pcsc-lite 1.9.9: the same on every platform.
//! `PCSC_BINDINGS=write cargo xtask test bindings` writes this file.

#[repr(C)]
#[derive(Default)]
pub struct __IncompleteArrayField<T>(::core::marker::PhantomData<T>, [T; 0]);
impl<T> __IncompleteArrayField<T> {
    #[inline]
    pub const fn new() -> Self {
        __IncompleteArrayField(::core::marker::PhantomData, [])
    }
    #[inline]
    pub fn as_ptr(&self) -> *const T {
        self as *const _ as *const T
    }
    #[inline]
    pub fn as_mut_ptr(&mut self) -> *mut T {
        self as *mut _ as *mut T
    }
    #[inline]
    pub unsafe fn as_slice(&self, len: usize) -> &[T] {
        ::core::slice::from_raw_parts(self.as_ptr(), len)
    }
    #[inline]
    pub unsafe fn as_mut_slice(&mut self, len: usize) -> &mut [T] {
        ::core::slice::from_raw_parts_mut(self.as_mut_ptr(), len)
    }
}
impl<T> ::core::fmt::Debug for __IncompleteArrayField<T> {
    fn fmt(&self, fmt: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        fmt.write_str("__IncompleteArrayField")
    }
}
pub const FEATURE_VERIFY_PIN_START: u8 = 1;
pub const FEATURE_VERIFY_PIN_FINISH: u8 = 2;
pub const FEATURE_MODIFY_PIN_START: u8 = 3;
pub const FEATURE_MODIFY_PIN_FINISH: u8 = 4;
pub const FEATURE_GET_KEY_PRESSED: u8 = 5;
pub const FEATURE_VERIFY_PIN_DIRECT: u8 = 6;
pub const FEATURE_MODIFY_PIN_DIRECT: u8 = 7;
pub const FEATURE_MCT_READER_DIRECT: u8 = 8;
pub const FEATURE_MCT_UNIVERSAL: u8 = 9;
pub const FEATURE_IFD_PIN_PROPERTIES: u8 = 10;
pub const FEATURE_ABORT: u8 = 11;
pub const FEATURE_SET_SPE_MESSAGE: u8 = 12;
pub const FEATURE_VERIFY_PIN_DIRECT_APP_ID: u8 = 13;
pub const FEATURE_MODIFY_PIN_DIRECT_APP_ID: u8 = 14;
pub const FEATURE_WRITE_DISPLAY: u8 = 15;
pub const FEATURE_GET_KEY: u8 = 16;
pub const FEATURE_IFD_DISPLAY_PROPERTIES: u8 = 17;
pub const FEATURE_GET_TLV_PROPERTIES: u8 = 18;
pub const FEATURE_CCID_ESC_COMMAND: u8 = 19;
pub const FEATURE_EXECUTE_PACE: u8 = 32;
pub const PCSCv2_PART10_PROPERTY_wLcdLayout: u8 = 1;
pub const PCSCv2_PART10_PROPERTY_bEntryValidationCondition: u8 = 2;
pub const PCSCv2_PART10_PROPERTY_bTimeOut2: u8 = 3;
pub const PCSCv2_PART10_PROPERTY_wLcdMaxCharacters: u8 = 4;
pub const PCSCv2_PART10_PROPERTY_wLcdMaxLines: u8 = 5;
pub const PCSCv2_PART10_PROPERTY_bMinPINSize: u8 = 6;
pub const PCSCv2_PART10_PROPERTY_bMaxPINSize: u8 = 7;
pub const PCSCv2_PART10_PROPERTY_sFirmwareID: u8 = 8;
pub const PCSCv2_PART10_PROPERTY_bPPDUSupport: u8 = 9;
pub const PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize: u8 = 10;
pub const PCSCv2_PART10_PROPERTY_wIdVendor: u8 = 11;
pub const PCSCv2_PART10_PROPERTY_wIdProduct: u8 = 12;
#[repr(C, packed)]
#[derive(Debug, Copy, Clone)]
pub struct PCSC_TLV_STRUCTURE {
    pub tag: u8,
    pub length: u8,
    pub value: u32,
}
#[repr(C, packed)]
pub struct PIN_VERIFY_STRUCTURE {
    pub bTimerOut: u8,
    pub bTimerOut2: u8,
    pub bmFormatString: u8,
    pub bmPINBlockString: u8,
    pub bmPINLengthFormat: u8,
    pub wPINMaxExtraDigit: u16,
    pub bEntryValidationCondition: u8,
    pub bNumberMessage: u8,
    pub wLangId: u16,
    pub bMsgIndex: u8,
    pub bTeoPrologue: [u8; 3usize],
    pub ulDataLength: u32,
    pub abData: __IncompleteArrayField<u8>,
}
impl ::core::fmt::Debug for PIN_VERIFY_STRUCTURE {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        write!(
            f,
            "PIN_VERIFY_STRUCTURE {{ bTeoPrologue: {:?}, abData: {:?} }}",
            self.bTeoPrologue, self.abData
        )
    }
}
#[repr(C, packed)]
pub struct PIN_MODIFY_STRUCTURE {
    pub bTimerOut: u8,
    pub bTimerOut2: u8,
    pub bmFormatString: u8,
    pub bmPINBlockString: u8,
    pub bmPINLengthFormat: u8,
    pub bInsertionOffsetOld: u8,
    pub bInsertionOffsetNew: u8,
    pub wPINMaxExtraDigit: u16,
    pub bConfirmPIN: u8,
    pub bEntryValidationCondition: u8,
    pub bNumberMessage: u8,
    pub wLangId: u16,
    pub bMsgIndex1: u8,
    pub bMsgIndex2: u8,
    pub bMsgIndex3: u8,
    pub bTeoPrologue: [u8; 3usize],
    pub ulDataLength: u32,
    pub abData: __IncompleteArrayField<u8>,
}
impl ::core::fmt::Debug for PIN_MODIFY_STRUCTURE {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        write!(
            f,
            "PIN_MODIFY_STRUCTURE {{ bTeoPrologue: {:?}, abData: {:?} }}",
            self.bTeoPrologue, self.abData
        )
    }
}
#[repr(C, packed)]
#[derive(Debug, Copy, Clone)]
pub struct PIN_PROPERTIES_STRUCTURE {
    pub wLcdLayout: u16,
    pub bEntryValidationCondition: u8,
    pub bTimeOut2: u8,
}
