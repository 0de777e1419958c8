//! A command and its fields.

use core::fmt;

use super::form::Form;
use super::secret;
use crate::class::{Class, ClassError};

/// A command to a card: a header, data to send, and the number of bytes expected.
///
/// It borrows its data and is cheap to copy. Building one touches no card and allocates nothing; what the standard does
/// not allow, such as more than 65,535 bytes of data, is refused when it is encoded.
/// ISO/IEC 7816-4:2013, 5.1; ISO/IEC 7816-3:2006, 12.1.
///
/// `Debug` and `Display` show the header and the lengths, never the data: no table of instructions knows all that is secret.
/// `{:X}` shows the data too, but for a [sensitive](Command::is_sensitive) command.
///
/// # Examples
/// ```
/// use pcsc_iso7816::command::{Command, Form};
///
/// let select = Command::select_aid(&[0xA0, 0x00, 0x00, 0x03, 0x08]);
/// assert_eq!(select.encode(Form::Short)?, [0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00]);
///
/// let own = Command::new(0x80, 0x10, 0x01, 0x02).with_data(&[0xAA]).with_ne(4);
/// assert_eq!(own.to_string(), "80 10 01 02 Nc=1 Ne=4");
/// assert_eq!(format!("{own:X}"), "80 10 01 02 Nc=1 AA Ne=4");
/// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Command<'a> {
    header: [u8; 4],
    marked_sensitive: bool,
    ne: usize,
    data: &'a [u8],
}

impl<'a> Command<'a> {
    /// The largest Nc that the standard allows, in bytes.
    pub const MAX_NC: usize = Form::Extended.max_nc();
    /// The largest Ne that the standard allows, in bytes.
    pub const MAX_NE: usize = Form::Extended.max_ne();

    /// Makes a command of its header, with no data and no response data expected.
    ///
    /// Every value is taken, proprietary ones and the class FF of a reader's own commands included.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// assert_eq!(Command::new(0x80, 0x10, 0x01, 0x02).encode(Form::Short)?, [0x80, 0x10, 0x01, 0x02]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[inline]
    #[must_use]
    pub const fn new(cla: u8, ins: u8, p1: u8, p2: u8) -> Self {
        Self {
            header: [cla, ins, p1, p2],
            marked_sensitive: false,
            ne: 0,
            data: &[],
        }
    }

    /// Sets the command data field: 0 to 65,535 bytes, of which Lc gives the number.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::new(0x80, 0x10, 0x01, 0x02).with_data(&[0xAA, 0xBB]);
    /// assert_eq!(command.encode(Form::Short)?, [0x80, 0x10, 0x01, 0x02, 0x02, 0xAA, 0xBB]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[inline]
    #[must_use]
    pub const fn with_data(mut self, data: &'a [u8]) -> Self {
        self.data = data;
        self
    }

    /// Sets Ne, the largest number of bytes expected: 1 to 65,536, or 0 for none, so that Le is absent.
    ///
    /// 256 in short form and 65,536 in extended form ask for all that there is.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::new(0x80, 0x10, 0x01, 0x02);
    /// assert_eq!(command.with_ne(4).encode(Form::Short)?, [0x80, 0x10, 0x01, 0x02, 0x04]);
    /// assert_eq!(command.with_ne(256).encode(Form::Short)?, [0x80, 0x10, 0x01, 0x02, 0x00]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[inline]
    #[must_use]
    pub const fn with_ne(mut self, ne: usize) -> Self {
        self.ne = ne;
        self
    }

    /// Sets the class byte.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::get_challenge(8).with_cla(0x80);
    /// assert_eq!(command.encode(Form::Short)?, [0x80, 0x84, 0x00, 0x00, 0x08]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[inline]
    #[must_use]
    pub const fn with_cla(mut self, cla: u8) -> Self {
        self.header[0] = cla;
        self
    }

    /// Sets P1.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::select_path(&[0x50, 0x15]).with_p1(0x09); // from the current DF
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xA4, 0x09, 0x00, 0x02, 0x50, 0x15, 0x00]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[inline]
    #[must_use]
    pub const fn with_p1(mut self, p1: u8) -> Self {
        self.header[2] = p1;
        self
    }

    /// Sets P2, such as 0C of SELECT for no file control information.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::select_file(&[0x3F, 0x00]).with_p2(0x0C).with_ne(0);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[inline]
    #[must_use]
    pub const fn with_p2(mut self, p2: u8) -> Self {
        self.header[3] = p2;
        self
    }

    /// Marks the data as secret, so that it is shown and logged nowhere.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::Command;
    ///
    /// let command = Command::new(0x80, 0x10, 0x01, 0x02).with_data(&[0xAA, 0xBB]);
    /// assert_eq!(format!("{command:X}"), "80 10 01 02 Nc=2 AABB");
    /// assert_eq!(format!("{:X}", command.sensitive()), "80 10 01 02 Nc=2 (hidden)");
    /// ```
    #[inline]
    #[must_use]
    pub const fn sensitive(mut self) -> Self {
        self.marked_sensitive = true;
        self
    }

    /// Sends the command on a logical channel, 0 to 19, by its class byte.
    ///
    /// ISO/IEC 7816-4:2013, 5.4.1.
    ///
    /// # Errors
    /// [`ClassError`] where the class byte cannot say the channel; see [`Class::with_channel`].
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::Command;
    ///
    /// assert_eq!(Command::get_challenge(8).with_channel(3)?.cla(), 0x03);
    /// assert_eq!(Command::get_challenge(8).with_channel(4)?.cla(), 0x40);
    /// assert!(Command::get_challenge(8).with_channel(20).is_err());
    /// # Ok::<(), pcsc_iso7816::class::ClassError>(())
    /// ```
    pub const fn with_channel(self, channel: u8) -> Result<Self, ClassError> {
        match Class::new(self.cla()).with_channel(channel) {
            Ok(class) => Ok(self.with_cla(class.to_u8())),
            Err(error) => Err(error),
        }
    }

    /// Gives the command as T=0 carries it: without Le where there is data.
    ///
    /// On T=0 the card answers such a command with 61xx. ISO/IEC 7816-3:2006, 12.2.5.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::Command;
    ///
    /// assert_eq!(Command::select_aid(&[0xA0]).for_t0().ne(), 0);
    /// assert_eq!(Command::get_challenge(8).for_t0().ne(), 8);
    /// ```
    #[inline]
    #[must_use]
    pub const fn for_t0(self) -> Self {
        if self.data.is_empty() {
            self
        } else {
            self.with_ne(0)
        }
    }

    /// Gives CLA, INS, P1 and P2.
    #[inline]
    #[must_use]
    pub const fn header(&self) -> [u8; 4] {
        self.header
    }

    /// Gives the class byte.
    #[inline]
    #[must_use]
    pub const fn cla(&self) -> u8 {
        self.header[0]
    }

    /// Gives the instruction byte.
    #[inline]
    #[must_use]
    pub const fn ins(&self) -> u8 {
        self.header[1]
    }

    /// Gives P1.
    #[inline]
    #[must_use]
    pub const fn p1(&self) -> u8 {
        self.header[2]
    }

    /// Gives P2.
    #[inline]
    #[must_use]
    pub const fn p2(&self) -> u8 {
        self.header[3]
    }

    /// Gives the command data field.
    #[inline]
    #[must_use]
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }

    /// Gives Nc, the number of bytes in the command data field.
    #[inline]
    #[must_use]
    pub const fn nc(&self) -> usize {
        self.data.len()
    }

    /// Gives Ne, the largest number of bytes expected; 0 for none.
    #[inline]
    #[must_use]
    pub const fn ne(&self) -> usize {
        self.ne
    }

    /// Tells whether the data is secret: marked so, or by its instruction as [`is_sensitive_apdu`](crate::command::is_sensitive_apdu) says.
    #[inline]
    #[must_use]
    pub const fn is_sensitive(&self) -> bool {
        self.marked_sensitive || secret::carries_secret(self.cla(), self.ins())
    }

    /// Tells whether the short form can carry it: at most 255 bytes of data, at most 256 expected.
    ///
    /// ISO/IEC 7816-4:2013, 5.1.
    #[inline]
    #[must_use]
    pub const fn fits_short(&self) -> bool {
        self.data.len() <= Form::Short.max_nc() && self.ne <= Form::Short.max_ne()
    }
}

impl Command<'_> {
    fn show(&self, f: &mut fmt::Formatter<'_>, with_data: bool) -> fmt::Result {
        let [cla, ins, p1, p2] = self.header;
        write!(f, "{cla:02X} {ins:02X} {p1:02X} {p2:02X}")?;
        if !self.data.is_empty() {
            write!(f, " Nc={}", self.data.len())?;
            match with_data {
                true if self.is_sensitive() => f.write_str(" (hidden)")?,
                true => {
                    f.write_str(" ")?;
                    self.data.iter().try_for_each(|byte| write!(f, "{byte:02X}"))?;
                }
                false => {}
            }
        }
        if self.ne > 0 {
            write!(f, " Ne={}", self.ne)?;
        }
        Ok(())
    }
}

/// Shows header and lengths.
impl fmt::Display for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.show(f, false)
    }
}

/// Shows the data too, but for a sensitive command.
impl fmt::UpperHex for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.show(f, true)
    }
}

impl fmt::Debug for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Command({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::Command;

    #[test]
    fn secret_data_is_never_shown() {
        let commands = [
            Command::verify(0x80, b"SECRET").expect("not empty"),
            Command::change_reference_data(0x80, b"SECRET").expect("not empty"),
            Command::reset_retry_counter(0x80, b"SECRET").expect("not empty"),
            Command::new(0x80, 0xD8, 0, 0x81).with_data(b"SECRET"),
            Command::new(0x80, 0xE2, 0x80, 0).with_data(b"SECRET"),
            Command::new(0x00, 0x2A, 0x80, 0x86).with_data(b"SECRET"),
            Command::new(0x90, 0x21, 0, 0).with_data(b"SECRET"),
            Command::put_data(0x0101, b"SECRET"),
            Command::new(0x00, 0xD6, 0, 0).with_data(b"SECRET").sensitive(),
        ];
        for command in commands {
            for text in [
                format!("{command}"),
                format!("{command:?}"),
                format!("{command:#?}"),
                format!("{command:X}"),
            ] {
                assert!(text.contains("Nc=6"), "{text}");
                assert!(
                    !text.contains("534543") && !text.contains("SECRET") && !text.contains("83, 69"),
                    "{text}"
                );
            }
        }
        // Of what nobody marked the data is shown where that is asked for, and only there.
        let unmarked = Command::new(0x80, 0x10, 0, 0).with_data(b"UNKNOWN");
        assert!(format!("{unmarked:X}").contains("554E4B4E4F574E"));
        for text in [
            format!("{unmarked}"),
            format!("{unmarked:?}"),
            format!("{unmarked:#?}"),
        ] {
            assert!(
                text.contains("80 10 00 00 Nc=7") && !text.contains("554E"),
                "{text}"
            );
        }
    }

    #[test]
    fn builders_change_their_own_field() {
        let command = Command::new(1, 2, 3, 4)
            .with_cla(5)
            .with_p1(6)
            .with_p2(7)
            .with_data(&[8])
            .with_ne(9);
        assert_eq!(
            (command.cla(), command.ins(), command.p1(), command.p2()),
            (5, 2, 6, 7)
        );
        assert_eq!((command.data(), command.nc(), command.ne()), (&[8][..], 1, 9));
        assert_eq!(command.for_t0().ne(), 0);
        assert!(command.fits_short());
        assert!(!command.with_ne(257).fits_short());
        assert!(command.with_data(&[0; 255]).fits_short());
        assert!(!command.with_data(&[0; 256]).fits_short());
    }
}
