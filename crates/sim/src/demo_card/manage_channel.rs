//! MANAGE CHANNEL.

use super::card::DemoCard;
use super::channels::Selection;
use super::files::Df;
use super::request::Request;
use pcsc_iso7816::status_word::StatusWord;

impl DemoCard {
    /// MANAGE CHANNEL. ISO/IEC 7816-4:2013, 11.1.2.
    pub(super) fn manage_channel(
        &mut self,
        request: &Request<'_>,
        response: &mut Vec<u8>,
    ) -> Result<StatusWord, StatusWord> {
        if self.options.channels == 1 {
            return Err(StatusWord::CHANNEL_NOT_SUPPORTED);
        }
        request.no_data()?;
        match request.p1 {
            0x00 => self.open_channel(request, response),
            0x80 => self.close_channel(request),
            _ => Err(StatusWord::INCORRECT_P1_P2),
        }
    }

    fn open_channel(
        &mut self,
        request: &Request<'_>,
        response: &mut Vec<u8>,
    ) -> Result<StatusWord, StatusWord> {
        let channel = match request.p2 {
            0 => {
                // Before anything is opened, since the command comes a second time after 6Cxx.
                let le = request.le()?;
                if self.options.exact_le() && le.ne != 1 {
                    return Err(StatusWord::of_correct_le(1));
                }
                (1..self.options.channels)
                    .find(|&channel| !self.channels.is_open(channel))
                    .ok_or(StatusWord::FUNCTION_NOT_SUPPORTED)?
            }
            channel if channel >= self.options.channels => return Err(StatusWord::CHANNEL_NOT_SUPPORTED),
            channel if self.channels.is_open(channel) => return Err(StatusWord::INCORRECT_P1_P2),
            channel => channel,
        };
        let selection = match request.channel {
            0 => Selection::of(Df::Mf),
            opener => Selection::of(self.channels.get(opener).df),
        };
        self.channels.set(channel, Some(selection));
        if request.p2 != 0 {
            return Ok(StatusWord::SUCCESS);
        }
        Ok(self
            .rounds
            .answer(&self.options, request, &[channel], StatusWord::SUCCESS, response))
    }

    fn close_channel(&mut self, request: &Request<'_>) -> Result<StatusWord, StatusWord> {
        let channel = match (request.p2, request.channel) {
            (0, 0) => return Err(StatusWord::INCORRECT_P1_P2),
            (0, own) => own,
            (channel, own) if own == 0 || own == channel => channel,
            _ => return Err(StatusWord::INCORRECT_P1_P2),
        };
        if channel >= self.options.channels {
            return Err(StatusWord::CHANNEL_NOT_SUPPORTED);
        }
        if !self.channels.is_open(channel) {
            return Err(StatusWord::STATE_UNCHANGED);
        }
        self.channels.set(channel, None);
        Ok(StatusWord::SUCCESS)
    }
}
