//! A simulated PC/SC service, as a test holds it.

use crate::faults::Faults;
use crate::limits::Limits;
use crate::reader::Reader;
use crate::service::driver::Driver;
use crate::table::endpoint::Endpoint;
use crate::table::functions::provider;
use crate::table::slot::{SLOTS, Slot};
use pcsc_sys::Provider;
use std::sync::Arc;
use std::time::Duration;

/// A PC/SC service of this process, with readers and cards made of software: a world of its own.
///
/// It does what pcscd and libpcsclite of version 1.9.9 do, on every platform, and its
/// [`provider`](Simulator::provider) is the way in for programs. Clones are handles to
/// the same service. It lives as long as one of them, one of its readers or an open context.
///
/// Faults are asked for with [`fail`](Simulator::fail), [`fail_from`](Simulator::fail_from),
/// [`delay`](Simulator::delay), [`answer`](Simulator::answer), [`before`](Simulator::before) and
/// [`after`](Simulator::after), each for the n-th call of a C function from then on, and with the methods of [`Reader`]
/// at once. Of two codes for one call the one that was asked for last comes, and so with answers. A C function's name
/// is that of `winscard.h`, without Windows' A or W.
///
/// # Platform notes
/// Lengths, types and texts are those of the platform, on Windows both in bytes (UTF-8) and in UTF-16. What the service
/// does is pcsc-lite's everywhere; on Windows too a direct connection is shared, and no group has to exist.
///
/// # Examples
/// ```
/// use pcsc_sim::{FnCard, Simulator};
/// use pcsc_sys::{SCARD_S_SUCCESS, SCARD_SCOPE_SYSTEM};
///
/// let sim = Simulator::new();
/// let reader = sim.add_reader("Simulated Reader 00 00");
/// reader.insert(FnCard::new([0x3B, 0x00], |_command, response| response.extend([0x90, 0x00])));
///
/// // Any program that takes a table of functions runs on it.
/// let functions = sim.provider().functions();
/// let mut context = 0;
/// // SAFETY: the reserved pointers are null, and `context` lives through the call.
/// let code = unsafe {
///     (functions.SCardEstablishContext)(SCARD_SCOPE_SYSTEM, std::ptr::null(), std::ptr::null(), &mut context)
/// };
/// assert_eq!(code, SCARD_S_SUCCESS);
/// assert_eq!(sim.calls("SCardEstablishContext"), 1);
/// ```
#[derive(Debug, Clone)]
pub struct Simulator {
    pub(crate) endpoint: Arc<Endpoint<Faults>>,
}

impl Simulator {
    /// Starts a service without readers.
    ///
    /// # Panics
    /// Where 1,024 of them live at the same time: each needs a C function of its own, and a program has no more. They
    /// are used again when a service has gone.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::Simulator;
    ///
    /// let sim = Simulator::new();
    /// assert!(pcsc_session::Context::establish_on(sim.provider())?.list_readers()?.is_empty());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "starting a service is no default value"
    )]
    pub fn new() -> Self {
        let slot = Slot::take();
        let slot =
            slot.unwrap_or_else(|| panic!("{SLOTS} simulators are alive, which is as many as there can be"));
        Self {
            endpoint: Endpoint::open(slot, Faults::default()),
        }
    }

    /// Plugs in a reader, with an empty slot.
    ///
    /// The name is text, or any bytes for pcsc-lite's functions: up to 127, without a null. Where it is taken, a number
    /// is added to it; [`Reader::name`] tells.
    ///
    /// Where there are as many as the service takes, 16 unless [`set_limits`](Simulator::set_limits) says otherwise, the
    /// reader is none to the service, as one that was [unplugged](Reader::unplug): it is not listed, and takes no card. Nor
    /// is it when another one is unplugged. So it is with pcscd.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::Simulator;
    ///
    /// let sim = Simulator::new();
    /// sim.add_reader("Simulated Reader 00 00");
    /// let context = pcsc_session::Context::establish_on(sim.provider())?;
    /// assert_eq!(context.list_readers()?, ["Simulated Reader 00 00"]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn add_reader(&self, name: impl AsRef<[u8]>) -> Reader {
        Reader::new(
            self.endpoint.clone(),
            self.endpoint.world.add_reader(name.as_ref(), Driver::default()),
        )
    }

    /// Sets how many contexts, connections and readers the service takes; at first, as many as pcscd does.
    ///
    /// What there is already stays.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Limits, Simulator};
    ///
    /// let sim = Simulator::new();
    /// sim.set_limits(Limits::NONE);
    /// for number in 0..100 {
    ///     sim.add_reader(format!("Simulated Reader {number}"));
    /// }
    /// let context = pcsc_session::Context::establish_on(sim.provider())?;
    /// assert_eq!(context.list_readers()?.len(), 100);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn set_limits(&self, limits: Limits) {
        self.endpoint.world.set_limits(limits);
    }

    /// Sets the time after which a card that no program is connected to loses its power; at first, none: it never does.
    ///
    /// With its power it loses what does not survive a reset: verified PINs, the selected application, open channels. The
    /// next connection powers it anew; the state that programs are told does not change. The time is counted from the end
    /// of the last connection, and for a card that nobody has connected to yet from its insertion. A direct connection
    /// (`SCARD_SHARE_DIRECT`) does not use the card, and does not keep its power.
    ///
    /// With pcscd it is 5 seconds where the reader's driver tells of events, as for USB readers of the CCID class, and up
    /// to a second with others. It is none here at first, so that no test depends on the clock;
    /// [`Reader::power_off`] does the same at a time of the test's own, and `Some(Duration::ZERO)` at the end of each last
    /// connection.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Disposition, Session};
    /// use pcsc_sim::{DemoCard, Simulator};
    /// use std::time::Duration;
    ///
    /// let sim = Simulator::new();
    /// sim.add_reader("Simulated Reader 00 00").insert(DemoCard::new());
    /// let options = Session::options().provider(sim.provider()).on_close(Disposition::Leave);
    /// let select = Command::select_aid(&DemoCard::AID);
    /// let read = Command::read_binary_sfi(1, 0, 256).expect("a short EF identifier is 1 to 30");
    ///
    /// options.open()?.execute(&select)?.ok()?;
    /// // The application is still selected, for whoever comes next.
    /// options.open()?.execute(&read)?.ok()?;
    ///
    /// sim.set_power_off_after(Some(Duration::ZERO));
    /// options.open()?.execute(&select)?.ok()?;
    /// assert!(options.open()?.execute(&read)?.ok().is_err());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn set_power_off_after(&self, time: Option<Duration>) {
        self.endpoint.world.grace_period.set(time);
    }

    /// Returns the provider whose C functions reach this service.
    ///
    /// Its table stays for ever. When the service has gone, its `SCardEstablishContext` returns `SCARD_E_NO_SERVICE`,
    /// until another simulator takes its place in the program, at the earliest the 1,024th after it.
    ///
    /// A context and a card belong to the service that they were opened on, whichever simulator's table the call
    /// goes through: numbers are never the same.
    ///
    /// # Platform notes
    /// Each function of pcsc-lite and of macOS is there. On Windows so are those with which programs use readers and cards, in
    /// bytes and in UTF-16, and `SCardAccessStartedEvent`: its event is set while the service runs. What belongs to the
    /// database of cards, readers and groups, to the service's cache and to Plug and Play (`SCardListCards`,
    /// `SCardIntroduceReader`, `SCardLocateCards`, `SCardReadCache`, `SCardGetDeviceTypeId` and their like), `SCardState` and
    /// `SCardGetTransmitCount` return `SCARD_E_UNSUPPORTED_FEATURE` there, and the events that Microsoft does not document
    /// are null.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C])?.status().is_success());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn provider(&self) -> Provider {
        provider(&self.endpoint.slot)
    }

    /// Stops the service, as the end of pcscd does.
    ///
    /// A call that waits, or whose card acts, returns `SCARD_F_COMM_ERROR`; later ones return `SCARD_E_NO_SERVICE`, on
    /// contexts from before also when the service is back. Does nothing where it is stopped.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// sim.stop_service();
    /// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C]).unwrap_err().is_service_down());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn stop_service(&self) {
        self.endpoint.world.stop();
        self.endpoint.note_in_event();
    }

    /// Starts the service again, with the same readers and cards; the cards are powered, and counts of events begin
    /// at 0. Does nothing where it runs.
    ///
    /// A reader that [does not answer](Reader::set_available) is listed too, unlike with pcscd.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// sim.stop_service();
    /// sim.start_service();
    /// assert!(pcsc_session::Session::options().provider(sim.provider()).open().is_ok());
    /// ```
    pub fn start_service(&self) {
        self.endpoint.world.start();
        self.endpoint.note_in_event();
    }
}
