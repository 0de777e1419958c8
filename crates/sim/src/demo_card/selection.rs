//! What the channel of a command has selected.

use super::card::DemoCard;
use super::channels::Selection;
use super::request::Request;
use pcsc_iso7816::status_word::StatusWord;

impl DemoCard {
    pub(super) fn selection(&self, request: &Request<'_>) -> Selection {
        self.channels.get(request.channel)
    }

    pub(super) fn selection_mut(&mut self, request: &Request<'_>) -> &mut Selection {
        self.channels.get_mut(request.channel)
    }

    pub(super) fn current_ef(&self, request: &Request<'_>) -> Result<usize, StatusWord> {
        self.selection(request).ef.ok_or(StatusWord::NO_CURRENT_EF)
    }

    /// A file of the current DF, which becomes the current EF.
    pub(super) fn enter_by_short_id(
        &mut self,
        request: &Request<'_>,
        short_id: u8,
    ) -> Result<usize, StatusWord> {
        let place = self.files.by_short_id(self.selection(request).df, short_id)?;
        self.selection_mut(request).enter(place);
        Ok(place)
    }
}
