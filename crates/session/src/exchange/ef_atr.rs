//! What EF.ATR/INFO says of the longest commands and answers.

use crate::error::Error;
use crate::exchange::transmit::Exchange;
use crate::exchange::transparent_file::TransparentFile;
use pcsc_iso7816::command::Command;
use pcsc_iso7816::ef_atr::{EfAtr, ExtendedLengthInformation};
use pcsc_iso7816::status_word::StatusWord;

/// The identifiers of EF.ATR/INFO and of the MF.
const EF_ATR: [u8; 2] = [0x2F, 0x01];
const MF: [u8; 2] = [0x3F, 0x00];

/// P1, P2 and Ne of SELECT, as cards differ: without an answer; of an EF alone, as travel documents want it (ICAO 9303-10);
/// and with file control information, since P2 0C is refused by cards that know it not.
const EF_FORMS: [(u8, u8, usize); 3] = [(0x00, 0x0C, 0), (0x02, 0x0C, 0), (0x00, 0x00, 256)];
const MF_FORMS: [(u8, u8, usize); 2] = [(0x00, 0x0C, 0), (0x00, 0x00, 256)];

impl Exchange<'_> {
    /// See [`CardChannel::read_extended_length_information`](crate::CardChannel::read_extended_length_information).
    pub(crate) fn read_extended_length_information(
        mut self,
    ) -> Result<Option<ExtendedLengthInformation>, Error> {
        let mut status = self.select(&EF_ATR, &EF_FORMS)?;
        if status == StatusWord::FILE_NOT_FOUND {
            self.select(&MF, &MF_FORMS)?;
            status = self.select(&EF_ATR, &EF_FORMS)?;
        }
        if status == StatusWord::FILE_NOT_FOUND {
            return Ok(None);
        }
        if !self.is_selected(status) {
            return Err(self.refused(status));
        }
        // What it says is not known yet: in the short form, which every card takes.
        let options = self.connection.exchange_options();
        self.connection
            .set_exchange_options(options.short_form_only(true));
        let contents = TransparentFile::new(self.reborrow()).read();
        self.connection.set_exchange_options(options);
        let contents = contents?;
        let information = EfAtr::new(&contents).extended_length_information();
        let information = information
            .map_err(|_| self.bad_response("EF.ATR/INFO has data objects, DO 7F66 two numbers"))?;
        self.connection.told.set(information);
        Ok(information)
    }

    /// Selects a file, by the first of these forms that the card does not refuse.
    ///
    /// Returns the status word of the last one that was tried. What is said of the file, that it is not there or may not be
    /// selected, is true of the others too.
    fn select(&mut self, identifier: &[u8; 2], forms: &[(u8, u8, usize)]) -> Result<StatusWord, Error> {
        let mut status = StatusWord::FILE_NOT_FOUND;
        for (p1, p2, ne) in forms {
            let select = Command::select_file(identifier)
                .with_p1(*p1)
                .with_p2(*p2)
                .with_ne(*ne);
            status = self.reborrow().execute(&select)?.status();
            if self.is_selected(status)
                || status == StatusWord::FILE_NOT_FOUND
                || status.to_u16() & 0xFFF0 == 0x6980
            {
                break;
            }
        }
        Ok(status)
    }

    /// Whether a file is selected; what is said of it may wait still.
    fn is_selected(&self, status: StatusWord) -> bool {
        self.connection.is_done(status) || status.remaining().is_some()
    }
}
