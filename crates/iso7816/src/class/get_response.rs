//! The class byte of GET RESPONSE.

use super::class_byte::{CHAINING, Class, Coding, FIRST_SM, FURTHER, FURTHER_SM};

/// The rule by which GET RESPONSE gets its class byte from the command whose answer waits.
///
/// The standard does not say which it is after a proprietary command, and cards differ: those of EMV and GlobalPlatform know
/// GET RESPONSE in the interindustry class alone, older SIM cards (A0) in their own alone.
///
/// # Examples
/// ```
/// use pcsc_iso7816::class::{Class, GetResponseClass};
///
/// let command = Class::new(0x81);
/// assert_eq!(command.of_get_response(GetResponseClass::Interindustry), Class::new(0x01));
/// assert_eq!(command.of_get_response(GetResponseClass::AsCommand), Class::new(0x81));
/// assert_eq!(command.of_get_response(GetResponseClass::Fixed(0x80)), Class::new(0x80));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GetResponseClass {
    /// The interindustry class with the command's logical channel: 00 to 03 after 00 to 1F and 80 to 9F, 40 to 4F after 40
    /// to 7F and C0 to FE.
    ///
    /// The classes A0 to BF, in which a SIM knows all its commands, are kept, without chaining; so are 20 to 3F, which are
    /// reserved, and FF.
    #[default]
    Interindustry,
    /// The command's own class with its logical channel, without chaining and secure messaging.
    AsCommand,
    /// This class byte after every command, whatever its logical channel: who sends on other channels than the basic one
    /// adds the number by [`Class::with_channel`].
    Fixed(u8),
}

impl Class {
    /// Gives the class byte of the GET RESPONSE that fetches the answer to a command of this class.
    ///
    /// By [`GetResponseClass::Interindustry`] and [`GetResponseClass::AsCommand`] it is on the command's logical channel, and
    /// neither chained nor secured. ISO/IEC 7816-4:2013, 5.3.4 and 11.7.1.
    #[must_use]
    pub const fn of_get_response(self, rule: GetResponseClass) -> Self {
        let cla = self.to_u8();
        let (own, channel) = match self.coding() {
            Ok(Coding::First) => (cla & !(CHAINING | FIRST_SM), cla & 0x03),
            Ok(Coding::Further) => (cla & !(CHAINING | FURTHER_SM), FURTHER | cla & 0x0F),
            // In these no other bit than that of chaining is known.
            Ok(Coding::FirstOnly) => (cla & !CHAINING, cla & !CHAINING),
            Err(_) if cla == 0xFF => (cla, cla),
            Err(_) => (cla & !CHAINING, cla & !CHAINING),
        };
        Self::new(match rule {
            GetResponseClass::Interindustry => channel,
            GetResponseClass::AsCommand => own,
            GetResponseClass::Fixed(fixed) => fixed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, GetResponseClass};

    /// The class byte of a command, and that of GET RESPONSE by each of the two rules. Field case 9.
    const AFTER: &[(u8, u8, u8)] = &[
        (0x00, 0x00, 0x00),
        (0x03, 0x03, 0x03),
        (0x0C, 0x00, 0x00),
        (0x13, 0x03, 0x03),
        (0x45, 0x45, 0x45),
        (0x75, 0x45, 0x45),
        (0x80, 0x00, 0x80),
        (0x83, 0x03, 0x83),
        (0x84, 0x00, 0x80),
        (0x90, 0x00, 0x80),
        (0x9C, 0x00, 0x80),
        (0xA0, 0xA0, 0xA0),
        (0xB0, 0xA0, 0xA0),
        (0xC1, 0x41, 0xC1),
        (0xE1, 0x41, 0xC1),
        (0xFE, 0x4E, 0xCE),
        (0x30, 0x20, 0x20),
        (0xFF, 0xFF, 0xFF),
    ];

    #[test]
    fn get_response_after_each_kind_of_class_is_field_case_9() {
        for &(cla, interindustry, as_command) in AFTER {
            let class = Class::new(cla);
            let by = |rule| class.of_get_response(rule).to_u8();
            assert_eq!(by(GetResponseClass::default()), interindustry, "{cla:02X}");
            assert_eq!(by(GetResponseClass::Interindustry), interindustry, "{cla:02X}");
            assert_eq!(by(GetResponseClass::AsCommand), as_command, "{cla:02X}");
            assert_eq!(by(GetResponseClass::Fixed(0x5A)), 0x5A, "{cla:02X}");
        }
    }

    #[test]
    fn get_response_stays_on_the_channel_of_its_command() {
        for cla in 0..=u8::MAX {
            let class = Class::new(cla);
            for rule in [GetResponseClass::Interindustry, GetResponseClass::AsCommand] {
                let after = class.of_get_response(rule);
                assert_eq!(after.channel(), class.channel(), "{cla:02X}");
                assert!(!after.is_chaining() && !after.is_secured(), "{cla:02X}");
            }
        }
    }
}
