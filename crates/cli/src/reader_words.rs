//! What a reader says of itself, in words.

use crate::hexadecimal::{printable, spaced};
use pcsc_session::iso7816::part10::feature as part10;
use pcsc_session::iso7816::part10::property::{Properties, Property};
use pcsc_session::{Attribute, Error, Feature, Protocols, Session};
use pcsc_sys::Escaped;

/// The attributes, in the order in which they are shown.
pub(crate) const ATTRIBUTES: [Attribute; 27] = [
    Attribute::VENDOR_NAME,
    Attribute::VENDOR_IFD_TYPE,
    Attribute::VENDOR_IFD_VERSION,
    Attribute::VENDOR_IFD_SERIAL_NO,
    Attribute::DEVICE_FRIENDLY_NAME,
    Attribute::DEVICE_SYSTEM_NAME,
    Attribute::DEVICE_UNIT,
    Attribute::CHANNEL_ID,
    Attribute::ASYNC_PROTOCOL_TYPES,
    Attribute::DEFAULT_CLK,
    Attribute::MAX_CLK,
    Attribute::DEFAULT_DATA_RATE,
    Attribute::MAX_DATA_RATE,
    Attribute::MAX_IFSD,
    Attribute::MAXINPUT,
    Attribute::POWER_MGMT_SUPPORT,
    Attribute::CHARACTERISTICS,
    Attribute::ICC_PRESENCE,
    Attribute::ICC_INTERFACE_STATUS,
    Attribute::ICC_TYPE_PER_ATR,
    Attribute::ATR_STRING,
    Attribute::CURRENT_PROTOCOL_TYPE,
    Attribute::CURRENT_CLK,
    Attribute::CURRENT_F,
    Attribute::CURRENT_D,
    Attribute::CURRENT_IFSC,
    Attribute::CURRENT_IFSD,
];

/// Asks the reader for an attribute; nothing where it does not have it, which it says by one of many codes.
///
/// # Errors
/// That of a reader or a service that has gone, or of another program's transaction.
pub(crate) fn read(session: &Session, attribute: Attribute) -> Result<Option<Vec<u8>>, Error> {
    match session.get_attribute(attribute) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_service_down() || error.is_reader_gone() || error.is_sharing_violation() => {
            Err(error)
        }
        Err(_) => Ok(None),
    }
}

/// What an attribute is called by people, and its value in their units.
pub(crate) fn attribute(attribute: Attribute, value: &[u8]) -> (&'static str, String) {
    let text = || {
        let text = String::from_utf8_lossy(value);
        Escaped(text.trim_end_matches('\0')).to_string()
    };
    let number = || {
        let mut bytes = [0; 4];
        let len = value.len().min(4);
        bytes[..len].copy_from_slice(&value[..len]);
        u32::from_ne_bytes(bytes)
    };
    let with_unit = |unit: &str| format!("{}{unit}", number());
    match attribute {
        Attribute::VENDOR_NAME => ("maker", text()),
        Attribute::VENDOR_IFD_TYPE => ("model", text()),
        Attribute::VENDOR_IFD_VERSION => ("driver version", version(number())),
        Attribute::VENDOR_IFD_SERIAL_NO => ("serial number", text()),
        Attribute::DEVICE_FRIENDLY_NAME => ("name", text()),
        Attribute::DEVICE_SYSTEM_NAME => ("system's name", text()),
        Attribute::DEVICE_UNIT => ("number among its like", with_unit("")),
        Attribute::CHANNEL_ID => ("attached by", channel(number())),
        Attribute::ASYNC_PROTOCOL_TYPES => ("protocols", protocols(number())),
        Attribute::DEFAULT_CLK => ("usual clock rate", with_unit(" kHz")),
        Attribute::MAX_CLK => ("highest clock rate", with_unit(" kHz")),
        Attribute::DEFAULT_DATA_RATE => ("usual data rate", with_unit(" bit/s")),
        Attribute::MAX_DATA_RATE => ("highest data rate", with_unit(" bit/s")),
        Attribute::MAX_IFSD => ("longest block", with_unit(" bytes")),
        Attribute::MAXINPUT => ("longest command", with_unit(" bytes")),
        Attribute::POWER_MGMT_SUPPORT if number() == 0 => ("sleeps with a card", "no".to_owned()),
        Attribute::POWER_MGMT_SUPPORT => ("sleeps with a card", "yes".to_owned()),
        Attribute::CHARACTERISTICS => (
            "mechanics",
            among(
                number(),
                &[(1, "swallows cards"), (2, "ejects cards"), (4, "captures cards")],
            ),
        ),
        Attribute::ICC_PRESENCE => (
            "card",
            match value.first() {
                Some(0) => "none".to_owned(),
                Some(1) => "there, not swallowed".to_owned(),
                Some(2) => "there, swallowed".to_owned(),
                _ => spaced(value),
            },
        ),
        Attribute::ICC_INTERFACE_STATUS if value.first() == Some(&0) => ("contacts", "not closed".to_owned()),
        Attribute::ICC_INTERFACE_STATUS => ("contacts", "closed".to_owned()),
        Attribute::ICC_TYPE_PER_ATR => (
            "kind of card",
            match value.first() {
                Some(1) => "ISO/IEC 7816, asynchronous".to_owned(),
                Some(2) => "ISO/IEC 7816, synchronous".to_owned(),
                _ => format!("unknown ({})", spaced(value)),
            },
        ),
        Attribute::ATR_STRING => ("answer to reset", spaced(value)),
        Attribute::CURRENT_PROTOCOL_TYPE => ("protocol in use", protocols(number())),
        Attribute::CURRENT_CLK => ("clock rate in use", with_unit(" kHz")),
        Attribute::CURRENT_F => ("F in use", with_unit("")),
        Attribute::CURRENT_D => ("D in use", with_unit("")),
        Attribute::CURRENT_IFSC => ("longest block of the card", with_unit(" bytes")),
        Attribute::CURRENT_IFSD => ("longest block in use", with_unit(" bytes")),
        _ => ("attribute", spaced(value)),
    }
}

fn version(number: u32) -> String {
    format!("{}.{}.{}", number >> 24, number >> 16 & 0xFF, number & 0xFFFF)
}

fn channel(number: u32) -> String {
    let number_there = number & 0xFFFF;
    match number >> 16 {
        0x01 => format!("serial port {number_there}"),
        0x02 => format!("parallel port {number_there}"),
        0x04 => "the keyboard's port".to_owned(),
        0x08 => format!("SCSI, {number_there}"),
        0x10 => format!("IDE, {number_there}"),
        0x20 => format!("USB, bus {}, device {}", number_there >> 8, number_there & 0xFF),
        0xF0..=0xFF => format!("its maker's own way {:X}, {number_there}", number >> 16),
        _ => format!("{number:08X}"),
    }
}

fn protocols(bits: u32) -> String {
    let known = [
        (Protocols::T0, "T=0"),
        (Protocols::T1, "T=1"),
        (Protocols::RAW, "raw"),
    ];
    among(bits, &known.map(|(protocol, name)| (protocol.bits(), name)))
}

/// Lists what the bits say.
fn among(bits: u32, names: &[(u32, &str)]) -> String {
    let names = names.iter().filter(|(bit, _)| bits & bit != 0);
    let names: Vec<&str> = names.map(|(_, name)| *name).collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

/// What a feature of PC/SC part 10 is good for.
pub(crate) fn feature(feature: &Feature) -> String {
    let words = match feature.tag {
        part10::FEATURE_VERIFY_PIN_START => "PIN verification, begun",
        part10::FEATURE_VERIFY_PIN_FINISH => "PIN verification, ended",
        part10::FEATURE_MODIFY_PIN_START => "PIN change, begun",
        part10::FEATURE_MODIFY_PIN_FINISH => "PIN change, ended",
        part10::FEATURE_GET_KEY_PRESSED => "whether a key was pressed",
        part10::FEATURE_VERIFY_PIN_DIRECT => "PIN verification at the reader",
        part10::FEATURE_MODIFY_PIN_DIRECT => "PIN change at the reader",
        part10::FEATURE_MCT_READER_DIRECT => "commands of MKT readers",
        part10::FEATURE_MCT_UNIVERSAL => "commands of MKT readers' units",
        part10::FEATURE_IFD_PIN_PROPERTIES => "properties of PIN entry",
        part10::FEATURE_ABORT => "end of a PIN entry",
        part10::FEATURE_SET_SPE_MESSAGE => "message during a PIN entry",
        part10::FEATURE_VERIFY_PIN_DIRECT_APP_ID => "PIN verification for an application",
        part10::FEATURE_MODIFY_PIN_DIRECT_APP_ID => "PIN change for an application",
        part10::FEATURE_WRITE_DISPLAY => "text on the display",
        part10::FEATURE_GET_KEY => "a key of the keypad",
        part10::FEATURE_IFD_DISPLAY_PROPERTIES => "properties of the display",
        part10::FEATURE_GET_TLV_PROPERTIES => "properties",
        part10::FEATURE_CCID_ESC_COMMAND => "escape commands of CCID",
        part10::FEATURE_EXECUTE_PACE => "PACE at the reader",
        tag => return format!("unknown feature {tag:02X}"),
    };
    words.to_owned()
}

/// Asks the reader for its properties, where it has them: what each is called, and its value.
pub(crate) fn properties(session: &Session, features: &[Feature]) -> Result<Vec<(String, String)>, Error> {
    let found = features
        .iter()
        .find(|feature| feature.tag == part10::FEATURE_GET_TLV_PROPERTIES);
    let Some(feature) = found else {
        return Ok(Vec::new());
    };
    let list = session.control(feature.control_code, &[])?;
    let properties = Properties::new(&list).map(|property| match property {
        Ok(property) => self::property(&property),
        Err(error) => ("what is wrong".to_owned(), error.to_string()),
    });
    Ok(properties.collect())
}

fn property(property: &Property<'_>) -> (String, String) {
    let (name, value) = match *property {
        Property::LcdLayout(0) => ("display", "none".to_owned()),
        Property::LcdLayout(layout) => (
            "display",
            format!("{} lines of {} characters", layout >> 8, layout & 0xFF),
        ),
        Property::EntryValidationCondition(condition) => (
            "a PIN entry ends by",
            among(
                condition.bits().into(),
                &[(1, "the longest PIN"), (2, "a key"), (4, "time")],
            ),
        ),
        Property::TimeOut2(seconds) => ("time between two keys", format!("{seconds} s")),
        Property::LcdMaxCharacters(number) => ("characters in a line", number.to_string()),
        Property::LcdMaxLines(number) => ("lines of the display", number.to_string()),
        Property::MinPinSize(digits) => ("shortest PIN", format!("{digits} digits")),
        Property::MaxPinSize(digits) => ("longest PIN", format!("{digits} digits")),
        Property::FirmwareId(text) => ("firmware", printable(text)),
        Property::PpduSupport(bits) => (
            "commands to the reader",
            among(bits.into(), &[(1, "by control"), (2, "by transmission")]),
        ),
        Property::MaxApduDataSize(bytes) => ("most data of a command", format!("{bytes} bytes")),
        Property::IdVendor(number) => ("USB vendor", format!("{number:04X}")),
        Property::IdProduct(number) => ("USB product", format!("{number:04X}")),
        Property::Other { tag, value } => return (format!("property {tag:02X}"), spaced(value)),
        _ => ("property", format!("{property:?}")),
    };
    (name.to_owned(), value)
}
