//! Everything that is wrong with an ATR.

use super::answer::Atr;
use super::coding::{Convention, Tck, d, f_and_f_max, operating_classes};
use super::interface_bytes::{InterfaceByte, Role};
use super::problem::{MAX_STANDARD_LEN, Problem};

impl Atr {
    /// Lists what is wrong with the ATR, from its beginning to its end. Nothing is, where the list is empty.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::{Atr, Problem};
    ///
    /// let atr = Atr::new(&[0x3B, 0xF2, 0x95, 0x12, 0x34, 0x01, 0x36, 0x06]);
    /// assert!(atr.problems().eq([Problem::TckMissing]));
    /// ```
    pub fn problems(&self) -> impl Iterator<Item = Problem> + '_ {
        let len = self.as_bytes().len() + self.dropped();
        let beginning = match self.convention() {
            None => Some(Problem::Empty),
            Some(Convention::Unknown { ts }) => Some(Problem::UnknownTs { ts }),
            Some(_) if self.t0().is_none() => Some(Problem::Truncated { expected: 2, len }),
            Some(_) => None,
        };
        let too_long = (len > MAX_STANDARD_LEN).then_some(Problem::TooLong { len });
        let reserved = self
            .interface_bytes()
            .filter(|byte| self.is_reserved(byte))
            .map(Problem::Reserved);
        let first = self
            .td(1)
            .filter(|td1| td1 & 0x0F == 15)
            .map(|_| Problem::FirstIsT15);
        let named = || self.interface_bytes().filter_map(|byte| byte.offered_protocol());
        let order = named()
            .zip(named().skip(1))
            .filter(|(before, after)| after < before);
        let order = order.map(|(before, after)| Problem::ProtocolOrder { before, after });
        let truncated = self.layout().and_then(|layout| {
            let expected = layout.len();
            (len + usize::from(layout.tck_expected) < expected)
                .then_some(Problem::Truncated { expected, len })
        });
        let historical = self.historical_bytes();
        // Of bytes that are missing no more is said than that.
        let is_whole = historical.as_bytes().len() == historical.announced_len();
        let historical = historical.problem().filter(|_| is_whole);
        let end = self.layout().map(|layout| layout.len());
        let tck = match self.tck() {
            Tck::Wrong { found, expected } => Some(Problem::TckWrong { found, expected }),
            // Not one that came and was not kept.
            Tck::Missing if truncated.is_none() && end > Some(len) => Some(Problem::TckMissing),
            _ => None,
        };
        let count = end.map_or(0, |end| len.saturating_sub(end));
        let trailing = (count > 0).then_some(Problem::TrailingBytes { count });
        let beginning = beginning.into_iter().chain(too_long);
        beginning
            .chain(reserved)
            .chain(first)
            .chain(order)
            .chain(truncated)
            .chain(historical)
            .chain(tck)
            .chain(trailing)
    }

    fn is_reserved(&self, byte: &InterfaceByte) -> bool {
        let value = byte.value();
        match self.role(byte) {
            Role::FD => f_and_f_max(value).is_none() || d(value).is_none(),
            Role::SpecificMode => value & 0x60 != 0,
            Role::WaitingTime => value == 0x00,
            Role::Ifsc => matches!(value, 0x00 | 0xFF),
            Role::BwiCwi => value >> 4 > 9,
            Role::ErrorDetection => value & 0xFE != 0,
            Role::ClockStopAndClasses => !operating_classes(value).is_defined(),
            Role::Protocol => matches!(value & 0x0F, 2..=13),
            Role::Vpp | Role::ExtraGuardTime | Role::C6 | Role::Unknown => false,
        }
    }
}
