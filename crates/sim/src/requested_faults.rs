//! The faults that a test asks a simulator for, and the calls that it counts.

use crate::faults::Fault;
use crate::simulator::Simulator;
use crate::table::function::Function;
use crate::table::interference::Action;
use pcsc_sys::LONG;
use std::sync::Arc;
use std::time::Duration;

impl Simulator {
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
