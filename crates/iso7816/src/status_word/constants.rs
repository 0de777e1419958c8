//! The status words that programs and cards name.

use super::word::StatusWord;

impl StatusWord {
    /// 9000: the command was executed, with nothing to add.
    pub const SUCCESS: Self = Self::from_u16(0x9000);
    /// 6200: a warning of which the card says no more; its memory is as it was.
    pub const STATE_UNCHANGED: Self = Self::from_u16(0x6200);
    /// 6282: the file or record ended before Ne bytes were read.
    pub const END_OF_FILE: Self = Self::from_u16(0x6282);
    /// 6700: the card refuses the length; some cards answer so to extended length.
    pub const WRONG_LENGTH: Self = Self::from_u16(0x6700);
    /// 6881: the card does not know the logical channel.
    pub const CHANNEL_NOT_SUPPORTED: Self = Self::from_u16(0x6881);
    /// 6882: the card does not know secure messaging.
    pub const SECURE_MESSAGING_NOT_SUPPORTED: Self = Self::from_u16(0x6882);
    /// 6883: a command came that does not belong to the chain.
    pub const LAST_COMMAND_OF_CHAIN_EXPECTED: Self = Self::from_u16(0x6883);
    /// 6884: the card does not know command chaining.
    pub const CHAINING_NOT_SUPPORTED: Self = Self::from_u16(0x6884);
    /// 6981: the file is of another kind than the command is for.
    pub const INCOMPATIBLE_WITH_FILE_STRUCTURE: Self = Self::from_u16(0x6981);
    /// 6982: something must be verified or authenticated first.
    pub const SECURITY_STATUS_NOT_SATISFIED: Self = Self::from_u16(0x6982);
    /// 6983: no try is left for this PIN or key.
    pub const AUTHENTICATION_METHOD_BLOCKED: Self = Self::from_u16(0x6983);
    /// 6985: the command is not possible in this state.
    pub const CONDITIONS_NOT_SATISFIED: Self = Self::from_u16(0x6985);
    /// 6986: the command is for the current EF, and there is none.
    pub const NO_CURRENT_EF: Self = Self::from_u16(0x6986);
    /// 6A80: the data field is not what the command takes.
    pub const INCORRECT_DATA: Self = Self::from_u16(0x6A80);
    /// 6A81: the card does not have the function.
    pub const FUNCTION_NOT_SUPPORTED: Self = Self::from_u16(0x6A81);
    /// 6A82: no such file or application.
    pub const FILE_NOT_FOUND: Self = Self::from_u16(0x6A82);
    /// 6A83: no such record.
    pub const RECORD_NOT_FOUND: Self = Self::from_u16(0x6A83);
    /// 6A84: the file is too small for what is to be written.
    pub const NOT_ENOUGH_MEMORY: Self = Self::from_u16(0x6A84);
    /// 6A86: P1 and P2 are not possible for this instruction.
    pub const INCORRECT_P1_P2: Self = Self::from_u16(0x6A86);
    /// 6A87: the data field has not the length that P1 and P2 ask for.
    pub const NC_INCONSISTENT_WITH_P1_P2: Self = Self::from_u16(0x6A87);
    /// 6A88: no such PIN, key or data object.
    pub const REFERENCED_DATA_NOT_FOUND: Self = Self::from_u16(0x6A88);
    /// 6B00: P1 and P2 are out of range, such as an offset beyond the end of the file.
    pub const WRONG_P1_P2: Self = Self::from_u16(0x6B00);
    /// 6D00: the card does not know the instruction.
    pub const INSTRUCTION_NOT_SUPPORTED: Self = Self::from_u16(0x6D00);
    /// 6E00: the card does not know the class.
    pub const CLASS_NOT_SUPPORTED: Self = Self::from_u16(0x6E00);
    /// 6F00: an error of which the card says no more.
    pub const NO_PRECISE_DIAGNOSIS: Self = Self::from_u16(0x6F00);
}
