//! How much a service takes.

/// How many contexts, connections and readers a simulated service takes.
///
/// A service takes as many as pcscd does by default, [`PCSCD`](Limits::PCSCD), unless
/// [`Simulator::set_limits`](crate::Simulator::set_limits) says otherwise. What pcscd lets its administrator set by
/// options (`--max-thread`, `--max-card-handle-per-thread`, `--max-card-handle-per-reader`) is set here by methods.
///
/// # Examples
/// ```
/// use pcsc_sim::{Limits, Simulator};
///
/// let sim = Simulator::new();
/// sim.set_limits(Limits::PCSCD.contexts(1));
/// let first = pcsc_session::Context::establish_on(sim.provider())?;
/// assert!(pcsc_session::Context::establish_on(sim.provider()).is_err());
/// drop(first);
/// assert!(pcsc_session::Context::establish_on(sim.provider()).is_ok());
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a service takes them by Simulator::set_limits"]
pub struct Limits {
    pub(crate) contexts: usize,
    pub(crate) connections_of_context: usize,
    pub(crate) connections_of_reader: usize,
    pub(crate) readers: usize,
}

impl Limits {
    /// What pcscd takes by default: 200 contexts, 200 connections of a context, 200 connections of a reader, 16 readers.
    pub const PCSCD: Self = Self {
        contexts: 200,
        connections_of_context: 200,
        connections_of_reader: 200,
        readers: 16,
    };

    /// No limits: for a test of a thousand readers or programs.
    ///
    /// There are no more than a quarter of a million contexts and as many connections in a process all the same.
    pub const NONE: Self = Self {
        contexts: usize::MAX,
        connections_of_context: usize::MAX,
        connections_of_reader: usize::MAX,
        readers: usize::MAX,
    };

    /// Sets how many contexts there can be at a time, those of [`OtherProgram`](crate::OtherProgram)s among them.
    ///
    /// Where there are so many, `SCardEstablishContext` returns `SCARD_W_SECURITY_VIOLATION` (0x8010006A): pcscd closes
    /// the connection of a program that is too many, and libpcsclite 1.9.9 makes of that either this code or
    /// `SCARD_E_NO_SERVICE`, as it happens. `SCardCancel` returns the same, and cancels nothing: to the service its caller
    /// is a program more.
    pub const fn contexts(mut self, most: usize) -> Self {
        self.contexts = most;
        self
    }

    /// Sets how many connections a context can have; where it has so many, `SCardConnect` returns `SCARD_E_NO_MEMORY`.
    pub const fn connections_of_context(mut self, most: usize) -> Self {
        self.connections_of_context = most;
        self
    }

    /// Sets how many connections a reader can have; where it has so many, `SCardConnect` returns
    /// `SCARD_F_INTERNAL_ERROR` (0x80100001).
    pub const fn connections_of_reader(mut self, most: usize) -> Self {
        self.connections_of_reader = most;
        self
    }

    /// Sets how many readers there can be: one that is plugged in beside so many is none to the service.
    pub const fn readers(mut self, most: usize) -> Self {
        self.readers = most;
        self
    }
}
