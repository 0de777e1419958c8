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

/// P2 of SELECT for no answer but the status word.
const NO_DATA: u8 = 0x0C;

impl Exchange<'_> {
    /// See [`CardChannel::read_extended_length_information`](crate::CardChannel::read_extended_length_information).
    pub(crate) fn read_extended_length_information(
        mut self,
    ) -> Result<Option<ExtendedLengthInformation>, Error> {
        let mut status = self.select(&EF_ATR)?;
        if status == StatusWord::FILE_NOT_FOUND {
            self.select(&MF)?;
            status = self.select(&EF_ATR)?;
        }
        if status == StatusWord::FILE_NOT_FOUND {
            return Ok(None);
        }
        if !status.is_success() {
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

    fn select(&mut self, identifier: &[u8; 2]) -> Result<StatusWord, Error> {
        let select = Command::select_file(identifier).with_p2(NO_DATA).with_ne(0);
        Ok(self.reborrow().execute(&select)?.status())
    }
}
