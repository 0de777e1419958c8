//! One reader's state, as `SCardGetStatusChange` is told it and tells it.

use super::output::{CallError, written};
use super::reader_name::ReaderName;
use super::wrong_answer::{WrongAnswer, wide};
use pcsc_iso7816::atr::Atr;
use pcsc_sys as sys;
use std::fmt;

#[cfg(not(windows))]
pub(super) type RawState = sys::SCARD_READERSTATE;
#[cfg(windows)]
pub(super) type RawState = sys::SCARD_READERSTATEW;

bitflags::bitflags! {
    /// The state of a reader, as [`Context::get_status_change`](crate::Context::get_status_change) takes and gives it: the
    /// lower 16 bits of `dwCurrentState` and `dwEventState`.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::StateFlags;
    ///
    /// let known = StateFlags::PRESENT | StateFlags::INUSE;
    /// assert!(known.contains(StateFlags::PRESENT));
    /// assert_eq!(StateFlags::UNAWARE, StateFlags::empty());
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct StateFlags: u16 {
        /// The program leaves this reader out.
        const IGNORE = sys::SCARD_STATE_IGNORE as u16;
        /// It is not as the program knew it.
        const CHANGED = sys::SCARD_STATE_CHANGED as u16;
        /// The service does not know such a reader.
        const UNKNOWN = sys::SCARD_STATE_UNKNOWN as u16;
        /// The reader does not answer; on some Windows systems: its card was taken out.
        const UNAVAILABLE = sys::SCARD_STATE_UNAVAILABLE as u16;
        /// There is no card in it.
        const EMPTY = sys::SCARD_STATE_EMPTY as u16;
        /// There is a card in it.
        const PRESENT = sys::SCARD_STATE_PRESENT as u16;
        /// The card's answer to reset is the one that was given.
        const ATRMATCH = sys::SCARD_STATE_ATRMATCH as u16;
        /// A program has the card to itself.
        const EXCLUSIVE = sys::SCARD_STATE_EXCLUSIVE as u16;
        /// Programs share the card.
        const INUSE = sys::SCARD_STATE_INUSE as u16;
        /// The card does not answer.
        const MUTE = sys::SCARD_STATE_MUTE as u16;
        /// The card has no power.
        const UNPOWERED = sys::SCARD_STATE_UNPOWERED as u16;
        /// A bit that this version does not name is handed to C as it is.
        const _ = !0;
    }
}

impl StateFlags {
    /// The program knows nothing of the reader: the call returns at once.
    pub const UNAWARE: StateFlags = StateFlags::empty();
}

/// What a program knows of one reader, and what the service told it: see
/// [`Context::get_status_change`](crate::Context::get_status_change).
///
/// # Examples
/// ```
/// use pcsc_session::{Context, ReaderState, StateFlags};
///
/// # let simulator = pcsc_sim::Simulator::new();
/// # let reader = simulator.add_reader("Simulated Reader 00 00");
/// # reader.insert(pcsc_sim::DemoCard::new());
/// let context = Context::establish_on(simulator.provider())?;
/// let mut readers = [ReaderState::new("Simulated Reader 00 00")];
/// context.get_status_change(None, &mut readers)?; // at once: the program knows nothing yet
/// assert!(readers[0].event_state().contains(StateFlags::PRESENT));
/// readers[0].sync_current_state(); // the next call returns when this is no longer so
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ReaderState {
    name: ReaderName,
    /// Flags, and above them the count of events.
    current: u32,
    event: u32,
    atr: Atr,
}

impl ReaderState {
    /// The name that stands for readers which come and go.
    pub const PNP_NOTIFICATION: &'static str = r"\\?PnP?\Notification";

    /// How many readers any library takes in one call; Windows' takes the fewest.
    pub(crate) const AT_A_TIME: usize = 10;

    /// Makes the state of a reader of which nothing is known.
    #[must_use]
    pub fn new(name: impl Into<ReaderName>) -> ReaderState {
        ReaderState {
            name: name.into(),
            current: 0,
            event: 0,
            atr: Atr::new(&[]),
        }
    }

    /// Sets what is known of the reader: flags, and the count of events, with 0 for none.
    #[must_use]
    pub fn with_current_state(mut self, flags: StateFlags, event_count: u16) -> ReaderState {
        self.current = u32::from(event_count) << 16 | u32::from(flags.bits());
        self
    }

    /// Returns the reader's name.
    #[must_use]
    pub fn name(&self) -> &ReaderName {
        &self.name
    }

    /// Returns what is known of the reader.
    #[must_use]
    pub fn current_state(&self) -> StateFlags {
        StateFlags::from_bits_retain((self.current & 0xFFFF) as u16)
    }

    /// Returns what the service told last.
    #[must_use]
    pub fn event_state(&self) -> StateFlags {
        StateFlags::from_bits_retain((self.event & 0xFFFF) as u16)
    }

    /// Returns how many cards were put in and taken out, as the service told it last: a count that wraps at 65,536, and
    /// is 0 where the service does not count.
    #[must_use]
    pub fn event_count(&self) -> u16 {
        (self.event >> 16) as u16
    }

    /// Returns the card's answer to reset, as the service told it last; empty without a card, and of a mute one.
    #[must_use]
    pub fn atr(&self) -> &Atr {
        &self.atr
    }

    /// Takes what the service told for known: the next call waits for something else.
    pub fn sync_current_state(&mut self) {
        self.current = self.event & !u32::from(StateFlags::CHANGED.bits());
    }

    /// Has it tell this, as after a call.
    #[cfg(test)]
    pub(crate) fn telling(mut self, flags: StateFlags, atr: Atr) -> ReaderState {
        self.event = u32::from(flags.bits());
        self.atr = atr;
        self
    }

    /// Makes C's structure, which borrows the name; `None` of a name that no reader has.
    pub(super) fn to_c(&self) -> Option<RawState> {
        Some(RawState {
            szReader: self.name.terminated()?.as_ptr().cast(),
            pvUserData: std::ptr::null_mut(),
            dwCurrentState: sys::DWORD::from(self.current),
            dwEventState: 0,
            cbAtr: 0,
            rgbAtr: [0; sys::ATR_BUFFER_SIZE],
        })
    }

    /// Takes what C has written.
    pub(super) fn take(&mut self, raw: &RawState) -> Result<(), CallError> {
        // By value: macOS packs the structure.
        let (event, len, bytes) = (raw.dwEventState, raw.cbAtr, raw.rgbAtr);
        let given = wide(event);
        self.event = u32::try_from(given).map_err(|_| WrongAnswer::State { given })?;
        self.atr = Atr::new(&bytes[..written(len, &bytes)?]);
        Ok(())
    }
}

impl fmt::Debug for ReaderState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReaderState")
            .field("name", &self.name)
            .field("current_state", &self.current_state())
            .field("event_state", &self.event_state())
            .field("event_count", &self.event_count())
            .field("atr", &self.atr)
            .finish()
    }
}
