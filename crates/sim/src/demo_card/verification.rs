//! VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER.

use super::card::DemoCard;
use super::files::Df;
use super::pin::Pin;
use super::request::Request;
use super::status::Status;

impl DemoCard {
    /// The PIN, which its application alone knows.
    fn referenced_pin(&mut self, request: &Request<'_>) -> Result<&mut Pin, Status> {
        match self.selection(request).df {
            Df::Application if request.p2 == Self::PIN_REFERENCE => Ok(&mut self.pin),
            _ => Err(Status::REFERENCE_NOT_FOUND),
        }
    }

    pub(super) fn verify(&mut self, request: &Request<'_>) -> Result<Status, Status> {
        self.referenced_pin(request)?.verify(request)
    }

    pub(super) fn change_reference_data(&mut self, request: &Request<'_>) -> Result<Status, Status> {
        self.referenced_pin(request)?.change(request)
    }

    pub(super) fn reset_retry_counter(&mut self, request: &Request<'_>) -> Result<Status, Status> {
        self.referenced_pin(request)?.reset_retry_counter(request)
    }
}
