//! The card's files.

use pcsc_iso7816::status_word::StatusWord;

/// The dedicated files: the MF and, below it, two applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Df {
    Mf,
    Application,
    SecondApplication,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Always,
    ReadOnly,
    AfterPin,
}

#[derive(Clone)]
pub(super) enum Contents {
    Transparent(Vec<u8>),
    /// All of one length.
    Records(Vec<Vec<u8>>),
}

/// An elementary file.
#[derive(Clone)]
pub(super) struct Ef {
    pub(super) df: Df,
    pub(super) id: u16,
    /// 1 to 30; 0 for none.
    pub(super) short_id: u8,
    pub(super) access: Access,
    pub(super) contents: Contents,
}

impl Ef {
    pub(super) fn transparent(df: Df, id: u16, short_id: u8, access: Access, contents: Vec<u8>) -> Self {
        Self {
            df,
            id,
            short_id,
            access,
            contents: Contents::Transparent(contents),
        }
    }

    pub(super) fn may_be_read(&self, pin_verified: bool) -> Result<(), StatusWord> {
        match self.access {
            Access::AfterPin if !pin_verified => Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED),
            _ => Ok(()),
        }
    }

    pub(super) fn may_be_updated(&self, pin_verified: bool) -> Result<(), StatusWord> {
        match self.access {
            Access::ReadOnly => Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED),
            _ => self.may_be_read(pin_verified),
        }
    }
}

/// All elementary files; one is meant by its place among them.
#[derive(Clone)]
pub(super) struct Files(Vec<Ef>);

impl Files {
    pub(super) fn new(files: Vec<Ef>) -> Self {
        Self(files)
    }

    pub(super) fn by_id(&self, df: Df, id: u16) -> Option<usize> {
        self.0.iter().position(|ef| ef.df == df && ef.id == id)
    }

    pub(super) fn by_short_id(&self, df: Df, short_id: u8) -> Result<usize, StatusWord> {
        self.0
            .iter()
            .position(|ef| ef.df == df && ef.short_id == short_id)
            .ok_or(StatusWord::FILE_NOT_FOUND)
    }

    pub(super) fn get(&self, place: usize) -> &Ef {
        &self.0[place]
    }

    pub(super) fn get_mut(&mut self, place: usize) -> &mut Ef {
        &mut self.0[place]
    }

    pub(super) fn contents(&self, id: u16) -> Option<&Contents> {
        self.0.iter().find(|ef| ef.id == id).map(|ef| &ef.contents)
    }
}
