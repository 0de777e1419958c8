//! A command APDU, as the card reads it.

use pcsc_iso7816::class::Class;
use pcsc_iso7816::command::{Case, Command, Form};
use pcsc_iso7816::instruction;
use pcsc_iso7816::status_word::StatusWord;

/// The commands that the card knows. ISO/IEC 7816-4:2013, table 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Instruction {
    Verify,
    ChangeReferenceData,
    ResetRetryCounter,
    ManageChannel,
    GetChallenge,
    InternalAuthenticate,
    Select,
    ReadBinary,
    ReadBinaryOdd,
    ReadRecord,
    GetResponse,
    GetData,
    UpdateBinary,
    UpdateBinaryOdd,
    PutData,
    UpdateRecord,
}

impl Instruction {
    fn of(ins: u8) -> Result<Self, StatusWord> {
        Ok(match ins {
            instruction::VERIFY => Self::Verify,
            instruction::CHANGE_REFERENCE_DATA => Self::ChangeReferenceData,
            instruction::RESET_RETRY_COUNTER => Self::ResetRetryCounter,
            instruction::MANAGE_CHANNEL => Self::ManageChannel,
            instruction::GET_CHALLENGE => Self::GetChallenge,
            instruction::INTERNAL_AUTHENTICATE => Self::InternalAuthenticate,
            instruction::SELECT => Self::Select,
            instruction::READ_BINARY => Self::ReadBinary,
            instruction::READ_BINARY_ODD => Self::ReadBinaryOdd,
            instruction::READ_RECORD => Self::ReadRecord,
            instruction::GET_RESPONSE => Self::GetResponse,
            instruction::GET_DATA => Self::GetData,
            instruction::UPDATE_BINARY => Self::UpdateBinary,
            instruction::UPDATE_BINARY_ODD => Self::UpdateBinaryOdd,
            instruction::PUT_DATA => Self::PutData,
            instruction::UPDATE_RECORD => Self::UpdateRecord,
            _ => return Err(StatusWord::INSTRUCTION_NOT_SUPPORTED),
        })
    }
}

/// The Le field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Le {
    /// The largest number of bytes expected, 1 to 65,536.
    pub(super) ne: usize,
    /// Whether the field is all zeros, which asks for as much as there is.
    pub(super) all: bool,
}

/// A command that the card has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Request<'a> {
    pub(super) channel: u8,
    pub(super) is_chaining: bool,
    pub(super) instruction: Instruction,
    pub(super) p1: u8,
    pub(super) p2: u8,
    pub(super) data: &'a [u8],
    pub(super) le: Option<Le>,
}

impl<'a> Request<'a> {
    /// Reads the bytes of a command; those of extended length only where the card has that.
    pub(super) fn parse(apdu: &'a [u8], extended_length: bool) -> Result<Self, StatusWord> {
        let wrong_length = |_| StatusWord::WRONG_LENGTH;
        let command = Command::parse(apdu).map_err(wrong_length)?;
        let form = Case::of(apdu).map_err(wrong_length)?.form();
        if form == Some(Form::Extended) && !extended_length {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let class = Class::new(command.cla());
        let channel = class
            .channel()
            .filter(|_| class.is_interindustry())
            .ok_or(StatusWord::CLASS_NOT_SUPPORTED)?;
        if class.is_secured() {
            return Err(StatusWord::SECURE_MESSAGING_NOT_SUPPORTED);
        }
        Ok(Self {
            channel,
            is_chaining: class.is_chaining(),
            instruction: Instruction::of(command.ins())?,
            p1: command.p1(),
            p2: command.p2(),
            data: command.data(),
            le: form.filter(|_| command.ne() > 0).map(|form| Le {
                ne: command.ne(),
                all: command.ne() == form.max_ne(),
            }),
        })
    }

    pub(super) fn p1_p2(&self) -> u16 {
        u16::from_be_bytes([self.p1, self.p2])
    }

    /// The Le field of a command that has no meaning without one.
    pub(super) fn le(&self) -> Result<Le, StatusWord> {
        self.le.ok_or(StatusWord::WRONG_LENGTH)
    }

    /// The data of a command that has no meaning without any.
    pub(super) fn data(&self) -> Result<&'a [u8], StatusWord> {
        match self.data {
            [] => Err(StatusWord::WRONG_LENGTH),
            data => Ok(data),
        }
    }

    /// Refuses data where the command takes none.
    pub(super) fn no_data(&self) -> Result<(), StatusWord> {
        match self.data {
            [] => Ok(()),
            _ => Err(StatusWord::WRONG_LENGTH),
        }
    }
}
