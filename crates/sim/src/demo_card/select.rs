//! SELECT, and the file control information that it answers with.

use super::card::DemoCard;
use super::channels::Selection;
use super::files::{Contents, Df, Ef};
use super::request::Request;
use super::status::Status;

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
    pub(super) fn select(&mut self, request: &Request<'_>, response: &mut Vec<u8>) -> Result<Status, Status> {
        let template = match request.p2 & WHAT {
            FCI => Some(0x6F),
            FCP => Some(0x62),
            NOTHING => None,
            _ => return Err(Status::WRONG_P1_P2),
        };
        let by_name = request.p1 == 0x04;
        if request.p2 & !(WHAT | OCCURRENCE) != 0 || (!by_name && request.p2 & OCCURRENCE != 0) {
            return Err(Status::WRONG_P1_P2);
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
                    Df::Mf => return Err(Status::FILE_NOT_FOUND),
                    _ => Selection::of(Df::Mf),
                }
            }
            0x04 => Selection::of(by_df_name(df, request)?),
            0x08 => self.by_path(Df::Mf, request.data)?,
            0x09 => self.by_path(df, request.data)?,
            _ => return Err(Status::WRONG_P1_P2),
        };
        *self.selection_mut(request) = selected;
        let Some(template) = template else {
            return Ok(Status::OK);
        };
        let Self {
            files,
            scratch,
            rounds,
            options,
            ..
        } = self;
        scratch.clear();
        scratch.extend([template, 0]);
        match selected.ef {
            Some(place) => describe_ef(files.get(place), scratch),
            None => describe_df(selected.df, scratch),
        }
        scratch[1] = u8::try_from(scratch.len() - 2).unwrap_or_default();
        Ok(rounds.answer(options, request, scratch, Status::OK, response))
    }

    /// The MF, an EF of the current DF, or an application.
    fn by_id(&self, df: Df, id: u16) -> Result<Selection, Status> {
        if id == Df::Mf.id() {
            return Ok(Selection::of(Df::Mf));
        }
        self.child_ef(df, id)
            .or_else(|error| Df::application_by_id(id).map(Selection::of).ok_or(error))
    }

    fn child_ef(&self, df: Df, id: u16) -> Result<Selection, Status> {
        let place = self.files.by_id(df, id).ok_or(Status::FILE_NOT_FOUND)?;
        Ok(Selection::of_ef(df, place))
    }

    fn by_path(&self, from: Df, path: &[u8]) -> Result<Selection, Status> {
        if path.is_empty() || path.len() % 2 != 0 {
            return Err(Status::NC_AGAINST_P1_P2);
        }
        let mut selected = Selection::of(from);
        for id in path.chunks_exact(2) {
            let id = u16::from_be_bytes([id[0], id[1]]);
            if selected.ef.is_some() {
                return Err(Status::FILE_NOT_FOUND);
            }
            selected = match child_df(selected.df, id) {
                Ok(df) => Selection::of(df),
                Err(_) => self.child_ef(selected.df, id)?,
            };
        }
        Ok(selected)
    }
}

fn file_id(request: &Request<'_>) -> Result<u16, Status> {
    match *request.data {
        [high, low] => Ok(u16::from_be_bytes([high, low])),
        _ => Err(Status::NC_AGAINST_P1_P2),
    }
}

fn child_df(df: Df, id: u16) -> Result<Df, Status> {
    match df {
        Df::Mf => Df::application_by_id(id).ok_or(Status::FILE_NOT_FOUND),
        _ => Err(Status::FILE_NOT_FOUND),
    }
}

/// The application whose name begins with the bytes given: none at all begin every name.
fn by_df_name(current: Df, request: &Request<'_>) -> Result<Df, Status> {
    if request.data.len() > 16 {
        return Err(Status::NC_AGAINST_P1_P2);
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
    found.ok_or(Status::FILE_NOT_FOUND)
}

/// Operational, activated. ISO/IEC 7816-4:2013, 7.4.10.
const LIFE_CYCLE: [u8; 3] = [0x8A, 0x01, 0x05];

fn describe_df(df: Df, information: &mut Vec<u8>) {
    let [high, low] = df.id().to_be_bytes();
    information.extend([0x82, 0x01, 0x38, 0x83, 0x02, high, low]);
    let name = df.name();
    if !name.is_empty() {
        information.extend([0x84, u8::try_from(name.len()).unwrap_or_default()]);
        information.extend_from_slice(name);
    }
    information.extend(LIFE_CYCLE);
}

fn describe_ef(ef: &Ef, information: &mut Vec<u8>) {
    let size = match &ef.contents {
        Contents::Transparent(contents) => {
            information.extend([0x82, 0x01, 0x01]);
            contents.len()
        }
        Contents::Records(records) => {
            let length = records.first().map_or(0, Vec::len);
            let [high, low] = u16::try_from(length).unwrap_or_default().to_be_bytes();
            let count = u8::try_from(records.len()).unwrap_or_default();
            information.extend([0x82, 0x05, 0x02, 0x21, high, low, count]);
            length * records.len()
        }
    };
    let [high, low] = u16::try_from(size).unwrap_or(u16::MAX).to_be_bytes();
    information.extend([0x80, 0x02, high, low]);
    let [high, low] = ef.id.to_be_bytes();
    information.extend([0x83, 0x02, high, low]);
    // The identifier is in the five high bits.
    information.extend([0x88, 0x01, ef.short_id << 3]);
    information.extend(LIFE_CYCLE);
}
