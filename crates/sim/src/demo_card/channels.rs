//! Logical channels: MANAGE CHANNEL, and what is selected on each.

use super::DemoCard;
use super::files::Df;
use super::request::Request;
use super::status::Status;

/// The most logical channels that a class byte can name. ISO/IEC 7816-4:2013, 5.4.1.
pub(super) const MAX_CHANNELS: u8 = 20;

/// What is selected on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Selection {
    pub(super) df: Df,
    /// The current EF, by its place among the files.
    pub(super) ef: Option<usize>,
    /// The number of the current record; 0 for none.
    pub(super) record: usize,
}

impl Selection {
    pub(super) const fn of(df: Df) -> Self {
        Self {
            df,
            ef: None,
            record: 0,
        }
    }

    pub(super) const fn of_ef(df: Df, place: usize) -> Self {
        Self {
            df,
            ef: Some(place),
            record: 0,
        }
    }

    /// Makes an EF the current one, and keeps the record pointer if it was already.
    pub(super) fn enter(&mut self, place: usize) {
        if self.ef != Some(place) {
            *self = Self::of_ef(self.df, place);
        }
    }
}

/// The channels; `None` are not open, and the basic channel, the first, always is.
#[derive(Clone)]
pub(super) struct Channels {
    basic: Selection,
    others: [Option<Selection>; MAX_CHANNELS as usize - 1],
}

impl Channels {
    pub(super) const AFTER_RESET: Self = Self {
        basic: Selection::of(Df::Mf),
        others: [None; MAX_CHANNELS as usize - 1],
    };

    pub(super) fn is_open(&self, channel: u8) -> bool {
        match channel.checked_sub(1) {
            None => true,
            Some(other) => self.others.get(usize::from(other)).is_some_and(Option::is_some),
        }
    }

    pub(super) fn open_count(&self) -> usize {
        1 + self.others.iter().flatten().count()
    }

    /// The selection of an open channel. A channel that is not open never gets here; it would see the basic one.
    pub(super) fn get_mut(&mut self, channel: u8) -> &mut Selection {
        match channel
            .checked_sub(1)
            .and_then(|other| self.others.get_mut(usize::from(other)))
        {
            Some(Some(selection)) => selection,
            _ => &mut self.basic,
        }
    }

    pub(super) fn get(&self, channel: u8) -> Selection {
        match channel
            .checked_sub(1)
            .and_then(|other| self.others.get(usize::from(other)))
        {
            Some(Some(selection)) => *selection,
            _ => self.basic,
        }
    }

    /// Sets a channel other than the basic one: open with this selection, or closed.
    fn set(&mut self, channel: u8, selection: Option<Selection>) {
        if let Some(place) = channel
            .checked_sub(1)
            .and_then(|other| self.others.get_mut(usize::from(other)))
        {
            *place = selection;
        }
    }
}

impl DemoCard {
    pub(super) fn selection(&self, request: &Request<'_>) -> Selection {
        self.channels.get(request.class.channel)
    }

    pub(super) fn selection_mut(&mut self, request: &Request<'_>) -> &mut Selection {
        self.channels.get_mut(request.class.channel)
    }

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
