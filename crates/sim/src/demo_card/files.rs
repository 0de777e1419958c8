//! The card's files.

use super::options::Options;
use super::status::Status;
use super::{DemoCard, pattern};

/// The dedicated files: the MF and, below it, two applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Df {
    Mf,
    Application,
    SecondApplication,
}

impl Df {
    /// In the order in which a name is looked for.
    pub(super) const APPLICATIONS: [Self; 2] = [Self::Application, Self::SecondApplication];

    pub(super) fn name(self) -> &'static [u8] {
        match self {
            Self::Mf => &[],
            Self::Application => DemoCard::AID,
            Self::SecondApplication => DemoCard::SECOND_AID,
        }
    }

    pub(super) fn id(self) -> u16 {
        match self {
            Self::Mf => 0x3F00,
            Self::Application => 0x5001,
            Self::SecondApplication => 0x5002,
        }
    }

    pub(super) fn application_by_id(id: u16) -> Option<Self> {
        Self::APPLICATIONS.into_iter().find(|df| df.id() == id)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
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
    access: Access,
    pub(super) contents: Contents,
}

impl Ef {
    fn transparent(df: Df, id: u16, short_id: u8, access: Access, contents: Vec<u8>) -> Self {
        Self {
            df,
            id,
            short_id,
            access,
            contents: Contents::Transparent(contents),
        }
    }

    pub(super) fn may_be_read(&self, pin_verified: bool) -> Result<(), Status> {
        match self.access {
            Access::AfterPin if !pin_verified => Err(Status::SECURITY_STATUS),
            _ => Ok(()),
        }
    }

    pub(super) fn may_be_updated(&self, pin_verified: bool) -> Result<(), Status> {
        match self.access {
            Access::ReadOnly => Err(Status::SECURITY_STATUS),
            _ => self.may_be_read(pin_verified),
        }
    }
}

/// All elementary files; one is meant by its place among them.
#[derive(Clone)]
pub(super) struct Files(Vec<Ef>);

const EF_DIR: u16 = 0x2F00;
const EF_ATR: u16 = 0x2F01;
const EF_DIR_SHORT_ID: u8 = 30;
const EF_ATR_SHORT_ID: u8 = 29;

impl Files {
    pub(super) fn new(options: &Options) -> Self {
        use Access::{AfterPin, Always, ReadOnly};
        use Df::{Application, Mf, SecondApplication};
        let records = (1..=DemoCard::RECORD_COUNT)
            .map(|number| format!("Record number {number:02}").into_bytes())
            .collect();
        Self(vec![
            Ef::transparent(Mf, EF_DIR, EF_DIR_SHORT_ID, ReadOnly, ef_dir()),
            Ef::transparent(Mf, EF_ATR, EF_ATR_SHORT_ID, ReadOnly, options.ef_atr()),
            Ef::transparent(
                Application,
                DemoCard::GREETING,
                1,
                Always,
                b"Hello from a simulated card!".to_vec(),
            ),
            Ef::transparent(Application, DemoCard::LARGE, 2, Always, pattern(32_768)),
            Ef::transparent(Application, DemoCard::LARGER, 3, Always, pattern(40_000)),
            Ef {
                df: Application,
                id: DemoCard::RECORDS,
                short_id: 4,
                access: Always,
                contents: Contents::Records(records),
            },
            Ef::transparent(
                Application,
                DemoCard::SECRET,
                5,
                AfterPin,
                b"Only after VERIFY.".to_vec(),
            ),
            Ef::transparent(
                SecondApplication,
                DemoCard::SECOND_GREETING,
                1,
                Always,
                b"Hello from the second application!".to_vec(),
            ),
        ])
    }

    /// Puts into EF.ATR what the card can do.
    pub(super) fn declare(&mut self, options: &Options) {
        if let Some(ef) = self.0.iter_mut().find(|ef| ef.id == EF_ATR) {
            ef.contents = Contents::Transparent(options.ef_atr());
        }
    }

    pub(super) fn by_id(&self, df: Df, id: u16) -> Option<usize> {
        self.0.iter().position(|ef| ef.df == df && ef.id == id)
    }

    pub(super) fn by_short_id(&self, df: Df, short_id: u8) -> Result<usize, Status> {
        self.0
            .iter()
            .position(|ef| ef.df == df && ef.short_id == short_id)
            .ok_or(Status::FILE_NOT_FOUND)
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

/// An application template for each application. ISO/IEC 7816-4:2013, 12.2.3.
fn ef_dir() -> Vec<u8> {
    let mut contents = Vec::new();
    for df in Df::APPLICATIONS {
        let name = df.name();
        let length = u8::try_from(name.len()).unwrap_or_default();
        contents.extend([0x61, 2 + length, 0x4F, length]);
        contents.extend(name);
    }
    contents
}
