//! A command APDU, as the card reads it.

use super::status::Status;

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
    fn of(ins: u8) -> Result<Self, Status> {
        Ok(match ins {
            0x20 => Self::Verify,
            0x24 => Self::ChangeReferenceData,
            0x2C => Self::ResetRetryCounter,
            0x70 => Self::ManageChannel,
            0x84 => Self::GetChallenge,
            0x88 => Self::InternalAuthenticate,
            0xA4 => Self::Select,
            0xB0 => Self::ReadBinary,
            0xB1 => Self::ReadBinaryOdd,
            0xB2 => Self::ReadRecord,
            0xC0 => Self::GetResponse,
            0xCA => Self::GetData,
            0xD6 => Self::UpdateBinary,
            0xD7 => Self::UpdateBinaryOdd,
            0xDA => Self::PutData,
            0xDC => Self::UpdateRecord,
            _ => return Err(Status::UNKNOWN_INS),
        })
    }
}

/// What CLA says. ISO/IEC 7816-4:2013, 5.4.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) channel: u8,
    pub(super) chaining: bool,
}

impl Class {
    fn of(cla: u8) -> Result<Self, Status> {
        let (channel, secure) = match cla {
            0x00..=0x1F => (cla & 0x03, cla & 0x0C != 0),
            0x40..=0x7F => (4 + (cla & 0x0F), cla & 0x20 != 0),
            _ => return Err(Status::UNKNOWN_CLA),
        };
        if secure {
            return Err(Status::NO_SECURE_MESSAGING);
        }
        Ok(Self {
            channel,
            chaining: cla & 0x10 != 0,
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

/// A command. ISO/IEC 7816-3:2006, 12.1.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Request<'a> {
    pub(super) class: Class,
    pub(super) instruction: Instruction,
    pub(super) p1: u8,
    pub(super) p2: u8,
    pub(super) data: &'a [u8],
    pub(super) le: Option<Le>,
}

impl<'a> Request<'a> {
    /// Reads the bytes of a command; those of extended length only where the card has that.
    pub(super) fn parse(apdu: &'a [u8], extended_length: bool) -> Result<Self, Status> {
        let (&[cla, ins, p1, p2], body) = apdu.split_first_chunk().ok_or(Status::WRONG_LENGTH)?;
        let (data, le) = match *body {
            [] => (body, None),
            [le] => (&body[..0], Some(short_le(le))),
            [0, ref extended @ ..] if extended_length => split_extended(extended)?,
            [0, ..] => return Err(Status::WRONG_LENGTH),
            [lc, ref rest @ ..] => {
                let (data, le) = rest
                    .split_at_checked(usize::from(lc))
                    .ok_or(Status::WRONG_LENGTH)?;
                match *le {
                    [] => (data, None),
                    [le] => (data, Some(short_le(le))),
                    _ => return Err(Status::WRONG_LENGTH),
                }
            }
        };
        Ok(Self {
            class: Class::of(cla)?,
            instruction: Instruction::of(ins)?,
            p1,
            p2,
            data,
            le,
        })
    }

    pub(super) fn p1_p2(&self) -> u16 {
        u16::from_be_bytes([self.p1, self.p2])
    }

    /// The Le field of a command that has no meaning without one.
    pub(super) fn le(&self) -> Result<Le, Status> {
        self.le.ok_or(Status::WRONG_LENGTH)
    }

    /// The data of a command that has no meaning without any.
    pub(super) fn data(&self) -> Result<&'a [u8], Status> {
        match self.data {
            [] => Err(Status::WRONG_LENGTH),
            data => Ok(data),
        }
    }

    /// Refuses data where the command takes none.
    pub(super) fn no_data(&self) -> Result<(), Status> {
        match self.data {
            [] => Ok(()),
            _ => Err(Status::WRONG_LENGTH),
        }
    }
}

fn short_le(le: u8) -> Le {
    Le {
        ne: if le == 0 { 256 } else { usize::from(le) },
        all: le == 0,
    }
}

fn extended_le(high: u8, low: u8) -> Le {
    let le = u16::from_be_bytes([high, low]);
    Le {
        ne: if le == 0 { 65_536 } else { usize::from(le) },
        all: le == 0,
    }
}

/// What follows the 00 that begins an extended length field.
fn split_extended(body: &[u8]) -> Result<(&[u8], Option<Le>), Status> {
    match *body {
        [high, low] => Ok((&body[..0], Some(extended_le(high, low)))),
        [high, low, ref rest @ ..] => {
            let nc = usize::from(u16::from_be_bytes([high, low]));
            match rest.split_at_checked(nc) {
                Some((data, [])) if nc > 0 => Ok((data, None)),
                Some((data, &[high, low])) if nc > 0 => Ok((data, Some(extended_le(high, low)))),
                _ => Err(Status::WRONG_LENGTH),
            }
        }
        _ => Err(Status::WRONG_LENGTH),
    }
}
