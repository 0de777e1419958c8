//! The status words that the card answers with.

/// A status word: SW1 and SW2. ISO/IEC 7816-4:2013, 5.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Status(u16);

impl Status {
    pub(super) const OK: Self = Self(0x9000);
    pub(super) const UNCHANGED: Self = Self(0x6200);
    pub(super) const END_OF_FILE: Self = Self(0x6282);
    pub(super) const WRONG_LENGTH: Self = Self(0x6700);
    pub(super) const NO_SUCH_CHANNEL: Self = Self(0x6881);
    pub(super) const NO_SECURE_MESSAGING: Self = Self(0x6882);
    pub(super) const LAST_OF_CHAIN_EXPECTED: Self = Self(0x6883);
    pub(super) const NO_CHAINING: Self = Self(0x6884);
    pub(super) const WRONG_FILE_STRUCTURE: Self = Self(0x6981);
    pub(super) const SECURITY_STATUS: Self = Self(0x6982);
    pub(super) const BLOCKED: Self = Self(0x6983);
    pub(super) const CONDITIONS_OF_USE: Self = Self(0x6985);
    pub(super) const NO_CURRENT_EF: Self = Self(0x6986);
    pub(super) const WRONG_DATA: Self = Self(0x6A80);
    pub(super) const FUNCTION_NOT_SUPPORTED: Self = Self(0x6A81);
    pub(super) const FILE_NOT_FOUND: Self = Self(0x6A82);
    pub(super) const RECORD_NOT_FOUND: Self = Self(0x6A83);
    pub(super) const FILE_TOO_SMALL: Self = Self(0x6A84);
    pub(super) const WRONG_P1_P2: Self = Self(0x6A86);
    pub(super) const NC_AGAINST_P1_P2: Self = Self(0x6A87);
    pub(super) const REFERENCE_NOT_FOUND: Self = Self(0x6A88);
    pub(super) const OFFSET_OUTSIDE: Self = Self(0x6B00);
    pub(super) const UNKNOWN_INS: Self = Self(0x6D00);
    pub(super) const UNKNOWN_CLA: Self = Self(0x6E00);

    /// 61xx: bytes that wait for GET RESPONSE, of which 00 stands for 256 and more.
    pub(super) fn waiting(bytes: usize) -> Self {
        Self(0x6100 | u16::from(u8::try_from(bytes).unwrap_or(0)))
    }

    /// 6Cxx: the right Le, of which 00 stands for 256.
    pub(super) fn right_le(bytes: usize) -> Self {
        Self(0x6C00 | u16::from(u8::try_from(bytes).unwrap_or(0)))
    }

    /// 63Cx: tries left.
    pub(super) fn tries(left: u8) -> Self {
        Self(0x63C0 | u16::from(left & 0x0F))
    }

    pub(super) fn is_right_le(self) -> bool {
        self.0 >> 8 == 0x6C
    }

    pub(super) fn to_bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }
}
