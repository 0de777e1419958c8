//! What is in a new card.

use super::card::DemoCard;
use super::data_objects::DataObjects;
use super::files::{Access, Contents, Df, Ef, Files};
use super::options::Options;
use pcsc_iso7816::tlv::ber::Writer;

const EF_DIR: u16 = 0x2F00;
const EF_ATR: u16 = 0x2F01;
const EF_DIR_SHORT_ID: u8 = 30;
const EF_ATR_SHORT_ID: u8 = 29;

/// The files of a card that can do this.
pub(super) fn files(options: &Options) -> Files {
    use Access::{AfterPin, Always, ReadOnly};
    use Df::{Application, Mf, SecondApplication};
    let records = (1..=DemoCard::RECORD_COUNT)
        .map(|number| format!("Record number {number:02}").into_bytes())
        .collect();
    Files::new(vec![
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
pub(super) fn declare(files: &mut Files, options: &Options) {
    if let Some(place) = files.by_id(Df::Mf, EF_ATR) {
        files.get_mut(place).contents = Contents::Transparent(options.ef_atr());
    }
}

/// The first application's data objects.
pub(super) fn data_objects() -> DataObjects {
    DataObjects::new([
        (DemoCard::DATA_OBJECT, b"Demo".to_vec()),
        (DemoCard::LONG_DATA_OBJECT, pattern(1_000)),
    ])
}

/// An application template for each application. ISO/IEC 7816-4:2013, 12.2.3.
fn ef_dir() -> Vec<u8> {
    let mut contents = Vec::new();
    let mut writer = Writer::appending(&mut contents);
    for df in Df::APPLICATIONS {
        writer
            .constructed(0x61, |template| template.object(0x4F, df.name()))
            .expect("both are tags, and a name is short");
    }
    contents
}

/// Bytes in which a wrong offset shows: a period that is no power of two.
pub(super) fn pattern(len: usize) -> Vec<u8> {
    let period: Vec<u8> = (0..=250).collect();
    let mut bytes = period.repeat(len.div_ceil(period.len()));
    bytes.truncate(len);
    bytes
}
