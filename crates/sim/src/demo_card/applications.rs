//! What the dedicated files are known by.

use super::card::DemoCard;
use super::files::Df;

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
