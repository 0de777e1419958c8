//! Logical channels, and what is selected on each.

use super::files::Df;
use pcsc_iso7816::class::Class;

/// The most logical channels that a class byte can name. ISO/IEC 7816-4:2013, 5.4.1.
pub(super) const MAX_CHANNELS: u8 = Class::MAX_CHANNEL + 1;

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
    pub(super) fn set(&mut self, channel: u8, selection: Option<Selection>) {
        if let Some(place) = channel
            .checked_sub(1)
            .and_then(|other| self.others.get_mut(usize::from(other)))
        {
            *place = selection;
        }
    }
}
