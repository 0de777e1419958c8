//! MANAGE CHANNEL.

use super::card::DemoCard;
use super::channels::Selection;
use super::files::Df;
use super::request::Request;
use super::status::Status;

impl DemoCard {
    /// MANAGE CHANNEL. ISO/IEC 7816-4:2013, 11.1.2.
    pub(super) fn manage_channel(
        &mut self,
        request: &Request<'_>,
        response: &mut Vec<u8>,
    ) -> Result<Status, Status> {
        if self.options.channels == 1 {
            return Err(Status::NO_SUCH_CHANNEL);
        }
        request.no_data()?;
        match request.p1 {
            0x00 => self.open_channel(request, response),
            0x80 => self.close_channel(request),
            _ => Err(Status::WRONG_P1_P2),
        }
    }

    fn open_channel(&mut self, request: &Request<'_>, response: &mut Vec<u8>) -> Result<Status, Status> {
        let channel = match request.p2 {
            0 => {
                // Before anything is opened, since the command comes a second time after 6Cxx.
                let le = request.le()?;
                if self.options.exact_le() && le.ne != 1 {
                    return Err(Status::right_le(1));
                }
                (1..self.options.channels)
                    .find(|&channel| !self.channels.is_open(channel))
                    .ok_or(Status::FUNCTION_NOT_SUPPORTED)?
            }
            channel if channel >= self.options.channels => return Err(Status::NO_SUCH_CHANNEL),
            channel if self.channels.is_open(channel) => return Err(Status::WRONG_P1_P2),
            channel => channel,
        };
        let selection = match request.class.channel {
            0 => Selection::of(Df::Mf),
            opener => Selection::of(self.channels.get(opener).df),
        };
        self.channels.set(channel, Some(selection));
        if request.p2 != 0 {
            return Ok(Status::OK);
        }
        Ok(self
            .rounds
            .answer(&self.options, request, &[channel], Status::OK, response))
    }

    fn close_channel(&mut self, request: &Request<'_>) -> Result<Status, Status> {
        let channel = match (request.p2, request.class.channel) {
            (0, 0) => return Err(Status::WRONG_P1_P2),
            (0, own) => own,
            (channel, own) if own == 0 || own == channel => channel,
            _ => return Err(Status::WRONG_P1_P2),
        };
        if channel >= self.options.channels {
            return Err(Status::NO_SUCH_CHANNEL);
        }
        if !self.channels.is_open(channel) {
            return Err(Status::UNCHANGED);
        }
        self.channels.set(channel, None);
        Ok(Status::OK)
    }
}
