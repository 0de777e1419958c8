//! VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER.

use super::card::DemoCard;
use super::files::Df;
use super::pin::Pin;
use super::request::Request;
use pcsc_iso7816::status_word::StatusWord;

impl DemoCard {
    /// The PIN, which its application alone knows.
    fn referenced_pin(&mut self, request: &Request<'_>) -> Result<&mut Pin, StatusWord> {
        match self.selection(request).df {
            Df::Application if request.p2 == Self::PIN_REFERENCE => Ok(&mut self.pin),
            _ => Err(StatusWord::REFERENCED_DATA_NOT_FOUND),
        }
    }

    pub(super) fn verify(&mut self, request: &Request<'_>) -> Result<StatusWord, StatusWord> {
        self.referenced_pin(request)?.verify(request)
    }

    pub(super) fn change_reference_data(&mut self, request: &Request<'_>) -> Result<StatusWord, StatusWord> {
        self.referenced_pin(request)?.change(request)
    }

    pub(super) fn reset_retry_counter(&mut self, request: &Request<'_>) -> Result<StatusWord, StatusWord> {
        self.referenced_pin(request)?.reset_retry_counter(request)
    }
}
