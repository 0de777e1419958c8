//! Answers and how they leave the card: at once, in rounds of GET RESPONSE, or by 6Cxx.

use super::options::{Options, Protocols};
use super::request::Request;
use pcsc_iso7816::command::Form;
use pcsc_iso7816::status_word::StatusWord;

/// What waits for GET RESPONSE.
#[derive(Clone, Default)]
pub(super) struct Rounds {
    waiting: Vec<u8>,
    sent: usize,
    /// The status that the last round ends with; `None` while nothing waits.
    end: Option<StatusWord>,
    channel: u8,
}

impl Rounds {
    /// Forgets what waits: any other command does that.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.end = None;
    }

    fn keep(&mut self, data: &[u8], end: StatusWord, channel: u8) -> StatusWord {
        self.waiting.clear();
        self.waiting.extend_from_slice(data);
        self.sent = 0;
        self.end = Some(end);
        self.channel = channel;
        StatusWord::of_remaining(data.len())
    }

    /// Answers with `data`; with `early_end` where that is less than what was explicitly asked for.
    ///
    /// ISO/IEC 7816-3:2006, 12.2, for T=0; ISO/IEC 7816-4:2013, 5.3.4 and 5.6.
    pub(super) fn answer(
        &mut self,
        options: &Options,
        request: &Request<'_>,
        data: &[u8],
        early_end: StatusWord,
        response: &mut Vec<u8>,
    ) -> StatusWord {
        let channel = request.channel;
        let case_4_on_t0 = options.protocols == Protocols::T0 && !request.data.is_empty();
        let le = match request.le {
            _ if data.is_empty() => return StatusWord::SUCCESS,
            Some(le) if !case_4_on_t0 => le,
            _ if options.protocols == Protocols::T1 || !options.get_response => return StatusWord::SUCCESS,
            _ => return self.keep(data, StatusWord::SUCCESS, channel),
        };
        if options.exact_le()
            && request.data.is_empty()
            && data.len() != le.ne
            && data.len() <= Form::Short.max_ne().min(options.round)
        {
            return StatusWord::of_correct_le(data.len());
        }
        let end = if data.len() < le.ne && !le.all {
            early_end
        } else {
            StatusWord::SUCCESS
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
    ) -> Result<StatusWord, StatusWord> {
        if !options.get_response {
            return Err(StatusWord::INSTRUCTION_NOT_SUPPORTED);
        }
        if request.p1_p2() != 0 {
            return Err(StatusWord::INCORRECT_P1_P2);
        }
        request.no_data()?;
        let le = request.le()?;
        let end = match self.end {
            Some(end) if self.channel == request.channel => end,
            _ => return Err(StatusWord::CONDITIONS_NOT_SATISFIED),
        };
        let waiting = &self.waiting[self.sent..];
        if options.exact_le() && waiting.len() < le.ne {
            return Err(StatusWord::of_correct_le(waiting.len()));
        }
        let now = waiting.len().min(le.ne).min(options.round);
        response.extend_from_slice(&waiting[..now]);
        self.sent += now;
        match self.waiting.len() - self.sent {
            0 => {
                self.end = None;
                Ok(end)
            }
            left => Ok(StatusWord::of_remaining(left)),
        }
    }
}
