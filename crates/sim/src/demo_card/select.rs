//! SELECT, and the file control information that it answers with.

use super::card::DemoCard;
use super::channels::Selection;
use super::files::{Contents, Df, Ef};
use super::request::Request;
use pcsc_iso7816::status_word::StatusWord;
use pcsc_iso7816::tlv::ber::{WriteError, Writer};

/// What P2 asks for. ISO/IEC 7816-4:2013, table 63.
const WHAT: u8 = 0x0C;
const FCI: u8 = 0x00;
const FCP: u8 = 0x04;
const NOTHING: u8 = 0x0C;

/// Which of several files P2 asks for. ISO/IEC 7816-4:2013, table 63.
const OCCURRENCE: u8 = 0x03;
const FIRST: u8 = 0x00;
const LAST: u8 = 0x01;
const NEXT: u8 = 0x02;

impl DemoCard {
    /// SELECT. ISO/IEC 7816-4:2013, 11.1.1.
    pub(super) fn select(
        &mut self,
        request: &Request<'_>,
        response: &mut Vec<u8>,
    ) -> Result<StatusWord, StatusWord> {
        let template = match request.p2 & WHAT {
            FCI => Some(0x6F),
            FCP => Some(0x62),
            NOTHING => None,
            _ => return Err(StatusWord::INCORRECT_P1_P2),
        };
        let by_name = request.p1 == 0x04;
        if request.p2 & !(WHAT | OCCURRENCE) != 0 || (!by_name && request.p2 & OCCURRENCE != 0) {
            return Err(StatusWord::INCORRECT_P1_P2);
        }
        let df = self.selection(request).df;
        let selected = match request.p1 {
            0x00 if request.data.is_empty() => Selection::of(Df::Mf),
            0x00 => self.by_id(df, file_id(request)?)?,
            0x01 => Selection::of(child_df(df, file_id(request)?)?),
            0x02 => self.child_ef(df, file_id(request)?)?,
            0x03 => {
                request.no_data()?;
                match df {
                    Df::Mf => return Err(StatusWord::FILE_NOT_FOUND),
                    _ => Selection::of(Df::Mf),
                }
            }
            0x04 => Selection::of(by_df_name(df, request)?),
            0x08 => self.by_path(Df::Mf, request.data)?,
            0x09 => self.by_path(df, request.data)?,
            _ => return Err(StatusWord::INCORRECT_P1_P2),
        };
        *self.selection_mut(request) = selected;
        let Some(template) = template else {
            return Ok(StatusWord::SUCCESS);
        };
        let Self {
            files,
            scratch,
            rounds,
            options,
            ..
        } = self;
        scratch.clear();
        Writer::appending(scratch)
            .constructed(template, |information| match selected.ef {
                Some(place) => describe_ef(files.get(place), information),
                None => describe_df(selected.df, information),
            })
            .map_err(|_| StatusWord::NO_PRECISE_DIAGNOSIS)?;
        Ok(rounds.answer(options, request, scratch, StatusWord::SUCCESS, response))
    }

    /// The MF, an EF of the current DF, or an application.
    fn by_id(&self, df: Df, id: u16) -> Result<Selection, StatusWord> {
        if id == Df::Mf.id() {
            return Ok(Selection::of(Df::Mf));
        }
        self.child_ef(df, id)
            .or_else(|error| Df::application_by_id(id).map(Selection::of).ok_or(error))
    }

    fn child_ef(&self, df: Df, id: u16) -> Result<Selection, StatusWord> {
        let place = self.files.by_id(df, id).ok_or(StatusWord::FILE_NOT_FOUND)?;
        Ok(Selection::of_ef(df, place))
    }

    fn by_path(&self, from: Df, path: &[u8]) -> Result<Selection, StatusWord> {
        if path.is_empty() || path.len() % 2 != 0 {
            return Err(StatusWord::NC_INCONSISTENT_WITH_P1_P2);
        }
        let mut selected = Selection::of(from);
        for id in path.chunks_exact(2) {
            let id = u16::from_be_bytes([id[0], id[1]]);
            if selected.ef.is_some() {
                return Err(StatusWord::FILE_NOT_FOUND);
            }
            selected = match child_df(selected.df, id) {
                Ok(df) => Selection::of(df),
                Err(_) => self.child_ef(selected.df, id)?,
            };
        }
        Ok(selected)
    }
}

fn file_id(request: &Request<'_>) -> Result<u16, StatusWord> {
    match *request.data {
        [high, low] => Ok(u16::from_be_bytes([high, low])),
        _ => Err(StatusWord::NC_INCONSISTENT_WITH_P1_P2),
    }
}

fn child_df(df: Df, id: u16) -> Result<Df, StatusWord> {
    match df {
        Df::Mf => Df::application_by_id(id).ok_or(StatusWord::FILE_NOT_FOUND),
        _ => Err(StatusWord::FILE_NOT_FOUND),
    }
}

/// The application whose name begins with the bytes given: none at all begin every name.
fn by_df_name(current: Df, request: &Request<'_>) -> Result<Df, StatusWord> {
    if request.data.len() > 16 {
        return Err(StatusWord::NC_INCONSISTENT_WITH_P1_P2);
    }
    let mut matching = Df::APPLICATIONS
        .into_iter()
        .filter(|df| df.name().starts_with(request.data));
    let found = match request.p2 & OCCURRENCE {
        FIRST => matching.next(),
        LAST => matching.next_back(),
        NEXT => match Df::APPLICATIONS.iter().position(|&df| df == current) {
            // With no current application, the next is the first.
            None => matching.next(),
            Some(_) => matching.skip_while(|&df| df != current).nth(1),
        },
        _ => match Df::APPLICATIONS.iter().position(|&df| df == current) {
            None => matching.next_back(),
            Some(_) => matching.take_while(|&df| df != current).last(),
        },
    };
    found.ok_or(StatusWord::FILE_NOT_FOUND)
}

/// Operational, activated. ISO/IEC 7816-4:2013, 7.4.10.
const ACTIVATED: u8 = 0x05;

/// Tags of file control information. ISO/IEC 7816-4:2013, 7.4.3.
mod tags {
    pub(super) const SIZE: u32 = 0x80;
    pub(super) const DESCRIPTOR: u32 = 0x82;
    pub(super) const IDENTIFIER: u32 = 0x83;
    pub(super) const DF_NAME: u32 = 0x84;
    pub(super) const SHORT_EF_IDENTIFIER: u32 = 0x88;
    pub(super) const LIFE_CYCLE: u32 = 0x8A;
}

type Written<'w, 'a> = Result<&'w mut Writer<'a>, WriteError>;

fn describe_df<'w, 'a>(df: Df, information: &'w mut Writer<'a>) -> Written<'w, 'a> {
    information
        .object(tags::DESCRIPTOR, &[0x38])?
        .object(tags::IDENTIFIER, &df.id().to_be_bytes())?;
    if !df.name().is_empty() {
        information.object(tags::DF_NAME, df.name())?;
    }
    information.object(tags::LIFE_CYCLE, &[ACTIVATED])
}

fn describe_ef<'w, 'a>(ef: &Ef, information: &'w mut Writer<'a>) -> Written<'w, 'a> {
    let size = match &ef.contents {
        Contents::Transparent(contents) => {
            information.object(tags::DESCRIPTOR, &[0x01])?;
            contents.len()
        }
        Contents::Records(records) => {
            let length = records.first().map_or(0, Vec::len);
            let [high, low] = u16::try_from(length).unwrap_or_default().to_be_bytes();
            let count = u8::try_from(records.len()).unwrap_or_default();
            information.object(tags::DESCRIPTOR, &[0x02, 0x21, high, low, count])?;
            length * records.len()
        }
    };
    let size = u16::try_from(size).unwrap_or(u16::MAX);
    information
        .object(tags::SIZE, &size.to_be_bytes())?
        .object(tags::IDENTIFIER, &ef.id.to_be_bytes())?
        // The identifier is in the five high bits.
        .object(tags::SHORT_EF_IDENTIFIER, &[ef.short_id << 3])?
        .object(tags::LIFE_CYCLE, &[ACTIVATED])
}
