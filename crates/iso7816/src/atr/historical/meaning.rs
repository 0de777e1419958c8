//! What each historical byte says, for people.

use core::fmt;

use super::category::Category;
use super::historical_bytes::{
    APPLICATION_IDENTIFIER, CARD_CAPABILITIES, CARD_SERVICE_DATA, HistoricalBytes, STATUS_INDICATOR,
};
use crate::atr::card_capabilities::CardCapabilities;
use crate::atr::card_service_data::CardServiceData;
use crate::status_word::StatusWord;

impl<'a> HistoricalBytes<'a> {
    /// What the byte at a position is, for people.
    pub(in crate::atr) fn meaning(&self, position: usize) -> Meaning<'a> {
        let bytes = self.as_bytes();
        let byte = bytes.get(position).copied().unwrap_or_default();
        if position == 0 {
            return self.category().map_or(Meaning::Text(""), Meaning::Category);
        }
        if self.is_of_reader() {
            return Meaning::OfReader(bytes, position);
        }
        let (objects, status) = self.parts();
        match self.category() {
            Some(Category::DirDataReference) if position == 1 => {
                return Meaning::Text("DIR data reference");
            }
            Some(Category::StatusAtEnd | Category::CompactTlv) if position <= objects.len() => {
                for (start, object) in self.placed_objects() {
                    match object {
                        Ok(object) if position == start => return Meaning::Object(object.tag()),
                        Ok(object) if position <= start + object.value().len() => {
                            return Meaning::of_value(object.tag(), object.value(), position - start);
                        }
                        // Whether it would fit into what was announced.
                        Err(_)
                            if position == start && start + usize::from(byte & 0x0F) < self.objects_end() =>
                        {
                            return Meaning::Text("an object whose end is missing");
                        }
                        Err(_) if position == start => {
                            return Meaning::Text("an object longer than the bytes that are left");
                        }
                        Ok(_) | Err(_) => {}
                    }
                }
            }
            Some(Category::StatusAtEnd) if self.announced_len() > 3 => {
                let within = position - self.status_at() + 1;
                return Meaning::Status {
                    value: status,
                    len: 3,
                    within,
                };
            }
            Some(Category::Proprietary(_)) => return Meaning::Data("the maker's own", byte),
            _ => {}
        }
        Meaning::Data("data", byte)
    }

    /// The place behind the objects, T1 being 0, by the number announced.
    fn objects_end(&self) -> usize {
        match self.category() {
            Some(Category::StatusAtEnd) => self.status_at(),
            _ => self.announced_len(),
        }
    }
}

/// What a historical byte is; `Display` says it. A number counts the bytes of a value from 1.
#[derive(Clone, Copy)]
pub(in crate::atr) enum Meaning<'a> {
    Category(Category),
    Object(u8),
    Service(CardServiceData),
    Capability(CardCapabilities, usize),
    /// One to three bytes: life cycle status, status word or both. Of the last of them some may be missing.
    Status {
        value: &'a [u8],
        len: usize,
        within: usize,
    },
    /// All bytes, and the place of the one meant.
    OfReader(&'a [u8], usize),
    Text(&'static str),
    Data(&'static str, u8),
}

impl<'a> Meaning<'a> {
    fn of_value(tag: u8, value: &'a [u8], within: usize) -> Self {
        let byte = value.get(within - 1).copied().unwrap_or_default();
        match tag {
            CARD_SERVICE_DATA if within == 1 => Self::Service(CardServiceData::new(byte)),
            CARD_CAPABILITIES if within <= 3 => Self::Capability(CardCapabilities::new(value), within),
            STATUS_INDICATOR if value.len() <= 3 => Self::Status {
                value,
                len: value.len(),
                within,
            },
            _ => Self::Data(object(tag), byte),
        }
    }
}

/// The object of a tag. ISO/IEC 7816-4:2013, 12.1.1.2.
const fn object(tag: u8) -> &'static str {
    match tag {
        1 => "country code",
        2 => "issuer identification number",
        CARD_SERVICE_DATA => "card service data",
        4 => "initial access data",
        5 => "card issuer's data",
        6 => "pre-issuing data",
        CARD_CAPABILITIES => "card capabilities",
        STATUS_INDICATOR => "status indicator",
        APPLICATION_IDENTIFIER => "application identifier",
        _ => "object with an unknown tag",
    }
}

/// The state of a life cycle status byte. ISO/IEC 7816-4:2013, 7.4.10.
const fn life_cycle(byte: u8) -> &'static str {
    match byte {
        0x00 => "not given",
        0x01 => "creation",
        0x03 => "initialisation",
        0x05 | 0x07 => "operational, activated",
        0x04 | 0x06 => "operational, deactivated",
        0x0C..=0x0F => "termination",
        0x02 | 0x08..=0x0B => "reserved",
        _ => "proprietary",
    }
}

/// The standard of a contactless card by its number in a reader's answer to reset. PC/SC part 3, supplemental document.
const fn standard(byte: u8) -> &'static str {
    match byte {
        0x00 => "not given",
        0x01..=0x03 => "ISO/IEC 14443 A",
        0x05..=0x07 => "ISO/IEC 14443 B",
        0x09..=0x0C => "ISO/IEC 15693",
        0x0D..=0x10 => "ISO/IEC 7816-10, a memory card with contacts",
        0x11 => "FeliCa",
        0x40 => "low frequency",
        _ => "unknown",
    }
}

/// The name of a contactless card by its number there: of those that are met most.
const fn card_name(number: [u8; 2]) -> &'static str {
    match u16::from_be_bytes(number) {
        0x0001 => " MIFARE Classic 1K",
        0x0002 => " MIFARE Classic 4K",
        0x0003 => " MIFARE Ultralight",
        0x0026 => " MIFARE Mini",
        0x003A => " MIFARE Ultralight C",
        0x003B => " FeliCa",
        _ => "",
    }
}

impl fmt::Display for Meaning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Category(category @ Category::Proprietary(first)) => {
                write!(f, "{category}{}", Printable(first))
            }
            Self::Category(category) => write!(f, "{category}"),
            Self::Object(tag) => f.write_str(object(tag)),
            Self::Service(services) => write!(f, "{services}"),
            Self::Capability(capabilities, within) => capabilities.describe(within, f),
            Self::Status { value, len, within } => match (value, within) {
                (&[byte, ..], 1) if len != 2 => write!(f, "life cycle status: {}", life_cycle(byte)),
                _ if within < len => f.write_str("SW1"),
                (&[.., 0, 0], _) => f.write_str("SW2: no status given"),
                (&[.., sw1, sw2], _) => write!(f, "SW2: {}", StatusWord::new(sw1, sw2)),
                _ => f.write_str("status"),
            },
            Self::OfReader(bytes, position) => match position {
                1 => f.write_str("a card without an answer to reset, by its reader"),
                2 => f.write_str("12 bytes follow"),
                3..=7 => f.write_str("RID of PC/SC"),
                8 => write!(f, "standard: {}", standard(bytes[8])),
                9 => f.write_str("card name"),
                10 => write!(
                    f,
                    "card name: {:02X}{:02X}{}",
                    bytes[9],
                    bytes[10],
                    card_name([bytes[9], bytes[10]])
                ),
                _ => f.write_str("reserved"),
            },
            Self::Text(text) => f.write_str(text),
            Self::Data(what, byte) => write!(f, "{what}{}", Printable(byte)),
        }
    }
}

/// A letter in quotes, where the byte is one.
struct Printable(u8);

impl fmt::Display for Printable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0x21..=0x7E => write!(f, " '{}'", char::from(self.0)),
            _ => Ok(()),
        }
    }
}
