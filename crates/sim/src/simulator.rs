//! A simulated PC/SC service, as a test holds it.

use crate::faults::{Fault, Faults};
use crate::reader::Reader;
use crate::table::endpoint::Endpoint;
use crate::table::function::Function;
use crate::table::functions::provider;
use crate::table::interference::Action;
use crate::table::slot::{SLOTS, Slot};
use pcsc_sys::{LONG, Provider};
use std::sync::Arc;
use std::time::Duration;

/// A PC/SC service of this process, with readers and cards made of software: a world of its own.
///
/// It does what pcscd and libpcsclite of version 1.9.9 do, on every platform, and its
/// [`provider`](Simulator::provider) has the table of C functions that programs reach it with. Clones are handles to
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
    endpoint: Arc<Endpoint<Faults>>,
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
            self.endpoint.world.add_reader(name.as_ref()),
        )
    }

    /// The provider whose C functions reach this service.
    ///
    /// Its table stays for ever. When the service has gone, its `SCardEstablishContext` returns `SCARD_E_NO_SERVICE`,
    /// until another simulator takes its place in the program, at the earliest the 1,024th after it.
    ///
    /// A context and a card belong to the service that they were opened on, whichever simulator's table the call
    /// goes through: numbers are never the same.
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
    }

    /// Lets the n-th call from now return `code`, and do nothing. The next call is the first.
    ///
    /// # Panics
    /// For a name that is no function of the service, and where `nth` is 0.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// sim.fail("SCardTransmit", 2, pcsc_sys::SCARD_F_COMM_ERROR);
    /// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C]).is_ok());
    /// let error = session.transmit(&[0x00, 0xA4, 0x00, 0x0C]).unwrap_err();
    /// assert_eq!(error.code(), Some(pcsc_session::Code::COMM_ERROR));
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[track_caller]
    pub fn fail(&self, function: &str, nth: usize, code: LONG) {
        self.plan(function, nth, Fault::Code(code));
    }

    /// Lets the n-th call from now and each one after it return `code`, and do nothing, until
    /// [`clear_faults`](Simulator::clear_faults).
    ///
    /// # Panics
    /// For a name that is no function of the service, and where `nth` is 0.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// sim.fail_from("SCardTransmit", 2, pcsc_sys::SCARD_E_NOT_TRANSACTED);
    /// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C]).is_ok());
    /// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C]).is_err());
    /// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C]).is_err());
    /// sim.clear_faults();
    /// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C]).is_ok());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[track_caller]
    pub fn fail_from(&self, function: &str, nth: usize, code: LONG) {
        self.plan(function, nth, Fault::CodeFromNow(code));
    }

    /// Takes all faults back that were asked for by call and have not come yet, and those that stay.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// sim.fail("SCardTransmit", 1, pcsc_sys::SCARD_F_COMM_ERROR);
    /// sim.clear_faults();
    /// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C]).is_ok());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn clear_faults(&self) {
        self.endpoint.interference.clear();
    }

    /// Lets the n-th call from now begin only after this time.
    ///
    /// # Panics
    /// For a name that is no function of the service, and where `nth` is 0.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// use std::time::{Duration, Instant};
    ///
    /// sim.delay("SCardTransmit", 1, Duration::from_millis(20));
    /// let begun = Instant::now();
    /// session.transmit(&[0x00, 0xA4, 0x00, 0x0C])?;
    /// assert!(begun.elapsed() >= Duration::from_millis(20));
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[track_caller]
    pub fn delay(&self, function: &str, nth: usize, delay: Duration) {
        self.plan(function, nth, Fault::Delay(delay));
    }

    /// Lets the n-th call from now get these bytes, of any length, for what the card or the driver has answered.
    ///
    /// For `SCardTransmit`, `SCardControl` and `SCardGetAttrib`: the card executes the command all the same.
    ///
    /// # Panics
    /// For any other name, and where `nth` is 0.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// sim.answer("SCardTransmit", 1, [0x6F, 0x00]);
    /// assert_eq!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C])?.status(), 0x6F00);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[track_caller]
    pub fn answer(&self, function: &str, nth: usize, answer: impl Into<Vec<u8>>) {
        self.plan(function, nth, Fault::Answer(answer.into()));
    }

    /// Runs this just before the n-th call from now.
    ///
    /// # Panics
    /// For a name that is no function of the service, and where `nth` is 0. A panic of `action` makes the call return
    /// `SCARD_F_INTERNAL_ERROR`.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// sim.before("SCardTransmit", 1, move |_sim| drop(reader.remove()));
    /// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C]).unwrap_err().is_card_removed());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[track_caller]
    pub fn before(&self, function: &str, nth: usize, action: impl FnOnce(&Simulator) + Send + 'static) {
        self.plan(function, nth, Fault::Before(self.action(action)));
    }

    /// Runs this when the n-th call from now has been done, before it returns.
    ///
    /// With it a list grows between the call that asks for its length and the one that reads it:
    /// `sim.after("SCardListReaders", 1, |sim| drop(sim.add_reader("late")))`.
    ///
    /// # Panics
    /// For a name that is no function of the service, and where `nth` is 0. A panic of `action` makes the call return
    /// `SCARD_F_INTERNAL_ERROR`.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// sim.after("SCardTransmit", 1, move |_sim| drop(reader.remove()));
    /// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C])?.status().is_success());
    /// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C]).unwrap_err().is_card_removed());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[track_caller]
    pub fn after(&self, function: &str, nth: usize, action: impl FnOnce(&Simulator) + Send + 'static) {
        self.plan(function, nth, Fault::After(self.action(action)));
    }

    /// Returns how often a C function was called on this service, with whatever result.
    ///
    /// Calls with handles that are not open belong to no service, and are not counted.
    ///
    /// # Panics
    /// For a name that is no function of the service.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// session.transmit(&[0x00, 0xA4, 0x00, 0x0C])?;
    /// assert_eq!(sim.calls("SCardTransmit"), 1);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    #[track_caller]
    pub fn calls(&self, function: &str) -> u64 {
        self.endpoint.interference.calls(Function::named(function))
    }

    #[track_caller]
    fn plan(&self, function: &str, nth: usize, fault: Fault) {
        self.endpoint
            .interference
            .plan(Function::named(function), nth, fault);
    }

    /// Something done at a call, on this simulator: by then it is known to be alive, as the call is one of its own.
    fn action(&self, action: impl FnOnce(&Simulator) + Send + 'static) -> Action {
        let endpoint = Arc::downgrade(&self.endpoint);
        Box::new(move || {
            // The plans belong to the endpoint: an action that kept it would keep itself.
            if let Some(endpoint) = endpoint.upgrade() {
                action(&Simulator { endpoint });
            }
        })
    }
}
