//! Answers and how they leave the card: at once, in rounds of GET RESPONSE, or by 6Cxx.

use super::options::{Options, Protocols};
use super::request::Request;
use super::status::Status;

/// The most bytes of which 6Cxx can tell.
const MAX_SHORT_NE: usize = 256;

/// What waits for GET RESPONSE.
#[derive(Clone, Default)]
pub(super) struct Rounds {
    waiting: Vec<u8>,
    sent: usize,
    /// The status that the last round ends with; `None` while nothing waits.
    end: Option<Status>,
    channel: u8,
}

impl Rounds {
    /// Forgets what waits: any other command does that.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.end = None;
    }

    fn keep(&mut self, data: &[u8], end: Status, channel: u8) -> Status {
        self.waiting.clear();
        self.waiting.extend_from_slice(data);
        self.sent = 0;
        self.end = Some(end);
        self.channel = channel;
        Status::waiting(data.len())
    }

    /// Answers with `data`; with `early_end` where that is less than what was explicitly asked for.
    ///
    /// ISO/IEC 7816-3:2006, 12.2, for T=0; ISO/IEC 7816-4:2013, 5.3.4 and 5.6.
    pub(super) fn answer(
        &mut self,
        options: &Options,
        request: &Request<'_>,
        data: &[u8],
        early_end: Status,
        response: &mut Vec<u8>,
    ) -> Status {
        let channel = request.class.channel;
        let case_4_on_t0 = options.protocols == Protocols::T0 && !request.data.is_empty();
        let le = match request.le {
            _ if data.is_empty() => return Status::OK,
            Some(le) if !case_4_on_t0 => le,
            _ if options.protocols == Protocols::T1 || !options.get_response => return Status::OK,
            _ => return self.keep(data, Status::OK, channel),
        };
        if options.exact_le()
            && request.data.is_empty()
            && data.len() != le.ne
            && data.len() <= MAX_SHORT_NE.min(options.round)
        {
            return Status::right_le(data.len());
        }
        let end = if data.len() < le.ne && !le.all {
            early_end
        } else {
            Status::OK
        };
        let now = data.len().min(le.ne);
        if !options.get_response {
            response.extend_from_slice(&data[..now]);
            return end;
        }
        let (now, later) = data.split_at(now.min(options.round));
        response.extend_from_slice(now);
        if later.is_empty() {
            end
        } else {
            self.keep(later, end, channel)
        }
    }

    /// GET RESPONSE. ISO/IEC 7816-4:2013, 11.7.1.
    pub(super) fn get_response(
        &mut self,
        options: &Options,
        request: &Request<'_>,
        response: &mut Vec<u8>,
    ) -> Result<Status, Status> {
        if !options.get_response {
            return Err(Status::UNKNOWN_INS);
        }
        if request.p1_p2() != 0 {
            return Err(Status::WRONG_P1_P2);
        }
        request.no_data()?;
        let le = request.le()?;
        let end = match self.end {
            Some(end) if self.channel == request.class.channel => end,
            _ => return Err(Status::CONDITIONS_OF_USE),
        };
        let waiting = &self.waiting[self.sent..];
        if options.exact_le() && waiting.len() < le.ne {
            return Err(Status::right_le(waiting.len()));
        }
        let now = waiting.len().min(le.ne).min(options.round);
        response.extend_from_slice(&waiting[..now]);
        self.sent += now;
        match self.waiting.len() - self.sent {
            0 => {
                self.end = None;
                Ok(end)
            }
            left => Ok(Status::waiting(left)),
        }
    }
}
