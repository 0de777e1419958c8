//! One class byte and its fields.

use super::class_error::ClassError;

/// A class byte, CLA, and what its bits mean.
///
/// ISO/IEC 7816-4:2013, 5.4.1, tables 2 and 3; for 80 to EF the GlobalPlatform Card Specification, 11.1.4, which puts the
/// same fields in the same bits.
///
/// # Examples
/// ```
/// use pcsc_iso7816::class::Class;
///
/// assert_eq!(Class::new(0x00).with_channel(2)?.to_u8(), 0x02);
/// assert_eq!(Class::new(0x00).with_channel(5)?.to_u8(), 0x41);
/// assert_eq!(Class::new(0x41).channel(), Some(5));
/// # Ok::<(), pcsc_iso7816::class::ClassError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Class(u8);

/// Where a class byte keeps its fields.
pub(super) enum Coding {
    /// 00 to 1F and 80 to 9F: channel in bits 1 and 2, secure messaging in 3 and 4.
    First,
    /// 40 to 7F and C0 to FE: channel minus 4 in bits 1 to 4, secure messaging in 6.
    Further,
    /// A0 to BF: proprietary; channel in bits 1 and 2, no further ones.
    FirstOnly,
}

const PROPRIETARY: u8 = 0x80;
pub(super) const FURTHER: u8 = 0x40;
pub(super) const CHAINING: u8 = 0x10;
pub(super) const FIRST_SM: u8 = 0x0C;
const FIRST_SM_PROPRIETARY: u8 = 0x04;
const FIRST_SM_HEADER_NOT_PROCESSED: u8 = 0x08;
pub(super) const FURTHER_SM: u8 = 0x20;

impl Class {
    /// The highest number of a logical channel that a class byte can say.
    pub const MAX_CHANNEL: u8 = 19;

    /// Takes a class byte.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::class::Class;
    ///
    /// const GLOBAL_PLATFORM: Class = Class::new(0x80);
    /// assert_eq!(GLOBAL_PLATFORM.channel(), Some(0));
    /// ```
    #[must_use]
    pub const fn new(cla: u8) -> Self {
        Self(cla)
    }

    /// Gives the class byte.
    #[must_use]
    pub const fn to_u8(self) -> u8 {
        self.0
    }

    pub(super) const fn coding(self) -> Result<Coding, ClassError> {
        match self.0 {
            0xFF => Err(ClassError::Invalid),
            cla @ 0x20..=0x3F => Err(ClassError::Reserved { cla }),
            0xA0..=0xBF => Ok(Coding::FirstOnly),
            cla if cla & FURTHER != 0 => Ok(Coding::Further),
            _ => Ok(Coding::First),
        }
    }

    /// Gives the logical channel, 0 to 19; `None` for FF and for the reserved values 20 to 3F.
    #[must_use]
    pub const fn channel(self) -> Option<u8> {
        match self.coding() {
            Ok(Coding::First | Coding::FirstOnly) => Some(self.0 & 0x03),
            Ok(Coding::Further) => Some((self.0 & 0x0F) + 4),
            Err(_) => None,
        }
    }

    /// Tells whether the standard says what the commands of the class do: 00 to 1F and 40 to 7F.
    ///
    /// ISO/IEC 7816-4:2013, 5.4.1.
    #[must_use]
    pub const fn is_interindustry(self) -> bool {
        self.coding().is_ok() && self.0 & PROPRIETARY == 0
    }

    /// Tells whether the command comes with secure messaging, of whatever kind.
    ///
    /// The classes A0 to BF, in which nobody has said where that would stand, never do. ISO/IEC 7816-4:2013, 5.4.1.
    #[must_use]
    pub const fn is_secured(self) -> bool {
        match self.coding() {
            Ok(Coding::First) => self.0 & FIRST_SM != 0,
            Ok(Coding::Further) => self.0 & FURTHER_SM != 0,
            Ok(Coding::FirstOnly) | Err(_) => false,
        }
    }

    /// Tells whether more commands of a chain follow.
    ///
    /// ISO/IEC 7816-4:2013, 5.3.3.
    #[must_use]
    pub const fn is_chaining(self) -> bool {
        self.coding().is_ok() && self.0 & CHAINING != 0
    }

    /// Gives the class byte that says that more commands of the chain follow.
    ///
    /// ISO/IEC 7816-4:2013, 5.3.3.
    ///
    /// # Errors
    /// [`ClassError::Invalid`] for FF and for EF, which would become FF; [`ClassError::Reserved`].
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::class::Class;
    ///
    /// assert_eq!(Class::new(0x02).with_chaining()?.to_u8(), 0x12);
    /// # Ok::<(), pcsc_iso7816::class::ClassError>(())
    /// ```
    pub const fn with_chaining(self) -> Result<Self, ClassError> {
        match self.coding() {
            Ok(_) if self.0 | CHAINING == 0xFF => Err(ClassError::Invalid),
            Ok(_) => Ok(Self(self.0 | CHAINING)),
            Err(error) => Err(error),
        }
    }

    /// Gives the class byte for a logical channel, 0 to 19, with chaining and secure messaging as they are.
    ///
    /// Channels 0 to 3 and 4 to 19 code secure messaging differently. From the first to the second, none and "command
    /// header not processed" (08) carry over; back, they come out as they were. Of the proprietary classes 80 to 9F and C0
    /// to FE the bits mean the same, as GlobalPlatform has it, and GlobalPlatform's own secure messaging (84) carries over
    /// to channels 4 to 19, where it is not told from the standard's, and so never back. A0 to BF have channels 0 to 3.
    ///
    /// # Errors
    /// [`ClassError`] says which of these the class byte or the channel is outside of.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::class::Class;
    ///
    /// let proprietary = Class::new(0x80);
    /// assert_eq!(proprietary.with_channel(3)?.to_u8(), 0x83);
    /// assert_eq!(proprietary.with_channel(4)?.to_u8(), 0xC0);
    /// # Ok::<(), pcsc_iso7816::class::ClassError>(())
    /// ```
    pub const fn with_channel(self, channel: u8) -> Result<Self, ClassError> {
        let Self(cla) = self;
        let coding = match self.coding() {
            Ok(coding) => coding,
            Err(error) => return Err(error),
        };
        let proprietary = cla & PROPRIETARY != 0;
        let kept = cla & (PROPRIETARY | CHAINING);
        Ok(Self(match (coding, channel) {
            (Coding::First | Coding::FirstOnly, 0..=3) => cla & !0x03 | channel,
            (Coding::Further, 4..=19) if proprietary && cla & 0x30 == 0x30 && channel == 19 => {
                return Err(ClassError::Channel { cla, channel }); // would be FF
            }
            (Coding::Further, 4..=19) => cla & !0x0F | (channel - 4),
            (Coding::First, 4..=19) => {
                let messaging = match cla & FIRST_SM {
                    0 => 0,
                    FIRST_SM_HEADER_NOT_PROCESSED => FURTHER_SM,
                    FIRST_SM_PROPRIETARY if proprietary => FURTHER_SM,
                    _ => return Err(ClassError::SecureMessaging { cla, channel }),
                };
                let further = kept | FURTHER | messaging | (channel - 4);
                if further == 0xFF {
                    return Err(ClassError::Channel { cla, channel });
                }
                further
            }
            (Coding::Further, 0..=3) => match (cla & FURTHER_SM != 0, proprietary) {
                (false, _) => kept | channel,
                (true, false) => kept | FIRST_SM_HEADER_NOT_PROCESSED | channel,
                (true, true) => return Err(ClassError::SecureMessaging { cla, channel }),
            },
            _ => return Err(ClassError::Channel { cla, channel }),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::Class;
    use crate::class::class_error::ClassError;

    fn moved(cla: u8, channel: u8) -> Result<u8, ClassError> {
        Class::new(cla).with_channel(channel).map(Class::to_u8)
    }

    #[test]
    fn channels_of_the_standard() {
        assert_eq!(moved(0x00, 0), Ok(0x00));
        assert_eq!(moved(0x00, 3), Ok(0x03));
        assert_eq!(moved(0x00, 4), Ok(0x40));
        assert_eq!(moved(0x00, 19), Ok(0x4F));
        assert_eq!(moved(0x10, 19), Ok(0x5F));
        assert_eq!(moved(0x0C, 2), Ok(0x0E));
        assert_eq!(moved(0x08, 7), Ok(0x63));
        assert_eq!(moved(0x63, 1), Ok(0x09));
        assert_eq!(
            moved(0x0C, 4),
            Err(ClassError::SecureMessaging {
                cla: 0x0C,
                channel: 4
            })
        );
        assert_eq!(
            moved(0x04, 4),
            Err(ClassError::SecureMessaging {
                cla: 0x04,
                channel: 4
            })
        );
        assert_eq!(
            moved(0x00, 20),
            Err(ClassError::Channel {
                cla: 0x00,
                channel: 20
            })
        );
    }

    #[test]
    fn proprietary_and_impossible_classes() {
        assert_eq!(moved(0x80, 1), Ok(0x81));
        assert_eq!(moved(0x80, 5), Ok(0xC1));
        assert_eq!(moved(0x84, 5), Ok(0xE1));
        assert_eq!(moved(0xC1, 0), Ok(0x80));
        assert_eq!(
            moved(0xE1, 0),
            Err(ClassError::SecureMessaging {
                cla: 0xE1,
                channel: 0
            })
        );
        assert_eq!(moved(0xA0, 1), Ok(0xA1));
        assert_eq!(
            moved(0xA0, 4),
            Err(ClassError::Channel {
                cla: 0xA0,
                channel: 4
            })
        );
        assert_eq!(
            moved(0xF0, 19),
            Err(ClassError::Channel {
                cla: 0xF0,
                channel: 19
            })
        );
        assert_eq!(
            moved(0x98, 19),
            Err(ClassError::Channel {
                cla: 0x98,
                channel: 19
            })
        );
        assert_eq!(moved(0xFF, 0), Err(ClassError::Invalid));
        assert_eq!(moved(0x20, 0), Err(ClassError::Reserved { cla: 0x20 }));
    }

    #[test]
    fn every_class_keeps_what_it_says() {
        for cla in 0..=u8::MAX {
            let class = Class::new(cla);
            for channel in 0..=u8::MAX {
                let Ok(moved) = class.with_channel(channel) else {
                    continue;
                };
                assert_eq!(moved.channel(), Some(channel), "{cla:02X} {channel}");
                assert_eq!(moved.is_chaining(), class.is_chaining(), "{cla:02X} {channel}");
                assert_eq!(moved.to_u8() & 0x80, cla & 0x80, "{cla:02X} {channel}");
            }
            if let Some(channel) = class.channel() {
                assert_eq!(class.with_channel(channel), Ok(class));
                assert!(channel <= Class::MAX_CHANNEL);
            }
        }
    }

    #[test]
    fn who_says_what_a_class_means_and_whether_it_is_secured() {
        for (cla, interindustry, secured) in [
            (0x00, true, false),
            (0x1F, true, true),
            (0x04, true, true),
            (0x20, false, false),
            (0x3F, false, false),
            (0x40, true, false),
            (0x60, true, true),
            (0x80, false, false),
            (0x84, false, true),
            (0xA0, false, false),
            (0xAC, false, false),
            (0xC0, false, false),
            (0xE0, false, true),
            (0xFF, false, false),
        ] {
            let class = Class::new(cla);
            assert_eq!(
                (class.is_interindustry(), class.is_secured()),
                (interindustry, secured),
                "{cla:02X}"
            );
        }
    }

    #[test]
    fn chaining_sets_bit_5_and_never_makes_ff() {
        assert_eq!(Class::new(0x00).with_chaining(), Ok(Class::new(0x10)));
        assert_eq!(Class::new(0x42).with_chaining(), Ok(Class::new(0x52)));
        for cla in [0xEF, 0xFF] {
            assert_eq!(Class::new(cla).with_chaining(), Err(ClassError::Invalid));
        }
        for cla in 0..=u8::MAX {
            let Ok(chained) = Class::new(cla).with_chaining() else {
                continue;
            };
            assert!(chained.is_chaining(), "{cla:02X}");
        }
    }
}
