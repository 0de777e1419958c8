//! GET DATA and PUT DATA.

use super::card::DemoCard;
use super::files::Df;
use super::request::Request;
use pcsc_iso7816::status_word::StatusWord;

impl DemoCard {
    /// GET DATA: the value alone, as INS CA has it. ISO/IEC 7816-4:2013, 11.4.3.
    pub(super) fn get_data(
        &mut self,
        request: &Request<'_>,
        response: &mut Vec<u8>,
    ) -> Result<StatusWord, StatusWord> {
        request.no_data()?;
        self.in_application(request)?;
        let value = self
            .objects
            .get(request.p1_p2())
            .ok_or(StatusWord::REFERENCED_DATA_NOT_FOUND)?;
        Ok(self
            .rounds
            .answer(&self.options, request, value, StatusWord::SUCCESS, response))
    }

    /// PUT DATA: replaces the value. ISO/IEC 7816-4:2013, 11.4.6.
    pub(super) fn put_data(&mut self, request: &Request<'_>) -> Result<StatusWord, StatusWord> {
        let data = request.data()?;
        self.in_application(request)?;
        let value = self
            .objects
            .get_mut(request.p1_p2())
            .ok_or(StatusWord::REFERENCED_DATA_NOT_FOUND)?;
        value.clear();
        value.extend_from_slice(data);
        Ok(StatusWord::SUCCESS)
    }

    /// Data objects belong to the first application.
    fn in_application(&self, request: &Request<'_>) -> Result<(), StatusWord> {
        match self.selection(request).df {
            Df::Application => Ok(()),
            _ => Err(StatusWord::REFERENCED_DATA_NOT_FOUND),
        }
    }
}
