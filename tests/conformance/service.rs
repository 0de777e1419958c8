//! The backends, behind one trait: a service with readers, and cards that come and go.

use pcsc_session::{Session, SessionOptions};
use pcsc_sim::Card;
use pcsc_sys as sys;
use std::ffi::CString;
use std::time::{Duration, Instant};

/// How long any single thing may take. Nothing waits this long unless it is broken.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// The control code that each reader answers with what it is sent.
pub(crate) const ECHO: u32 = 0x4200_0ABC;

/// A PC/SC service with readers of a test's own.
pub(crate) trait Service: Sized {
    /// A cancel by C ends a wait for another program's transaction, too.
    const CANCELS_TRANSACTIONS: bool = false;

    /// Starts a service with so many readers, all empty.
    fn start(readers: usize) -> Self;
    /// The provider that talks to it.
    fn provider(&self) -> sys::Provider;
    /// The name of a reader.
    fn reader(&self, reader: usize) -> String;
    /// Puts a card into a reader; the service sees it some time.
    fn put(&mut self, reader: usize, card: impl Card + 'static);
    /// Puts a card into a reader that does not answer; returns when the service has seen it.
    fn insert_mute(&mut self, reader: usize);
    /// Takes the card out of a reader; returns when the service has seen it.
    fn remove(&mut self, reader: usize);
    /// Has a reader answer its driver, or not; returns when the service has seen it. There is a card in the reader.
    fn set_available(&mut self, reader: usize, available: bool);
    /// Sets a reader's features: tags, each with its control code.
    fn set_features(&mut self, reader: usize, features: &[(u8, u32)]);
    /// Sets what a reader answers to a control code.
    fn set_control(&mut self, reader: usize, code: u32, answer: &[u8]);
    /// Sets an attribute of a reader.
    fn set_attribute(&mut self, reader: usize, attribute: u32, value: &[u8]);
    /// Ends the service at once.
    fn kill(&mut self);
    /// Starts it again after its end, with the same readers, all empty.
    fn restart(&mut self);

    /// Puts a card into a reader; returns when the service has seen it.
    fn insert(&mut self, reader: usize, card: impl Card + 'static) {
        self.put(reader, card);
        wait_for(self.provider().functions(), &self.reader(reader), true);
    }

    /// Starts from the default options.
    fn options(&self) -> SessionOptions {
        Session::options().provider(self.provider())
    }

    /// A session on a reader, by its name.
    fn open(&self, reader: usize) -> Session {
        self.options().reader(self.reader(reader)).open().unwrap()
    }
}

/// Waits until a reader's card is there, or is not.
pub(crate) fn wait_for(functions: &sys::Functions, reader: &str, present: bool) {
    // A card that is still being powered is neither mute nor usable: its ATR comes with a later event.
    wait(functions, reader, |state| {
        present && state.dwEventState & sys::SCARD_STATE_PRESENT != 0 && state.cbAtr > 0
            || !present && state.dwEventState & sys::SCARD_STATE_EMPTY != 0
    });
}

/// Waits until a reader with a card in it answers its driver, or does not.
pub(crate) fn wait_for_answer(functions: &sys::Functions, reader: &str, available: bool) {
    if available {
        wait_for(functions, reader, true);
    } else {
        wait(functions, reader, |state| {
            state.dwEventState & sys::SCARD_STATE_UNAVAILABLE != 0
        });
    }
}

/// Waits until a reader has a mute card.
fn wait_for_mute(functions: &sys::Functions, reader: &str) {
    wait(functions, reader, |state| {
        state.dwEventState & sys::SCARD_STATE_MUTE != 0
    });
}

/// Waits until a reader's state is such a one.
fn wait(functions: &sys::Functions, reader: &str, is_awaited: impl Fn(&sys::SCARD_READERSTATE) -> bool) {
    let name = CString::new(reader).unwrap();
    let end = Instant::now() + DEADLINE;
    let mut context = establish(functions);
    let mut state = sys::SCARD_READERSTATE {
        szReader: name.as_ptr(),
        pvUserData: std::ptr::null_mut(),
        dwCurrentState: sys::SCARD_STATE_UNAWARE,
        dwEventState: 0,
        cbAtr: 0,
        rgbAtr: [0; sys::ATR_BUFFER_SIZE],
    };
    loop {
        assert!(
            Instant::now() < end,
            "{reader}: the event does not come, state {:X}",
            state.dwEventState
        );
        #[cfg(not(windows))]
        let get_status_change = functions.SCardGetStatusChange;
        #[cfg(windows)]
        let get_status_change = functions.SCardGetStatusChangeA;
        // SAFETY: one state whose name lives through the call.
        let code = unsafe { get_status_change(context, 1000, &mut state, 1) };
        if is_mixed_up(code) {
            // SAFETY: no other thread uses this context.
            unsafe { (functions.SCardReleaseContext)(context) };
            context = establish(functions);
            state.dwCurrentState = sys::SCARD_STATE_UNAWARE;
            continue;
        }
        assert!(
            code == sys::SCARD_S_SUCCESS || code == sys::SCARD_E_TIMEOUT,
            "{code:X}"
        );
        if is_awaited(&state) {
            break;
        }
        state.dwCurrentState = state.dwEventState;
    }
    // SAFETY: no other thread uses this context.
    unsafe { (functions.SCardReleaseContext)(context) };
}

fn establish(functions: &sys::Functions) -> sys::SCARDCONTEXT {
    let mut context = 0;
    // SAFETY: null reserved pointers, and a context that lives through the call.
    let code = unsafe {
        (functions.SCardEstablishContext)(
            sys::SCARD_SCOPE_SYSTEM,
            std::ptr::null(),
            std::ptr::null(),
            &mut context,
        )
    };
    assert_eq!(code, sys::SCARD_S_SUCCESS);
    context
}

/// Tells whether it is a change that pcsc-lite 2.5 has taken for something else.
#[cfg(target_os = "linux")]
fn is_mixed_up(code: sys::LONG) -> bool {
    let codes = [sys::SCARD_E_UNKNOWN_READER, sys::SCARD_E_UNSUPPORTED_FEATURE];
    codes.contains(&code) && private_pcscd::Pcscd::mixes_up_changes().is_ok_and(|mixes| mixes)
}

#[cfg(not(target_os = "linux"))]
fn is_mixed_up(_: sys::LONG) -> bool {
    false
}

/// The simulator.
pub(crate) mod simulated {
    use super::{ECHO, Service, wait_for, wait_for_answer, wait_for_mute};
    use pcsc_sim::{Card, Reader, Simulator};
    use std::collections::HashMap;
    use std::sync::{Arc, Mutex};

    /// The answers of readers to control codes.
    type Controls = Arc<Mutex<HashMap<(usize, u32), Vec<u8>>>>;

    pub(crate) struct Simulated {
        pub(super) simulator: Simulator,
        readers: Vec<Reader>,
        controls: Controls,
    }

    fn answer_controls(reader: &Reader, index: usize, controls: Controls) {
        reader.on_control(move |code, input, output| {
            let controls = controls.lock().unwrap();
            match controls.get(&(index, code)) {
                Some(answer) => output.extend(answer),
                None if code == ECHO => output.extend(input),
                None => return Err(pcsc_sys::SCARD_E_UNSUPPORTED_FEATURE),
            }
            Ok(())
        });
    }

    impl Service for Simulated {
        fn start(readers: usize) -> Simulated {
            let simulator = Simulator::new();
            // The virtual reader's names, two slots each.
            let name = |reader: usize| format!("Virtual {} 00 0{}", reader / 2, reader % 2);
            let readers: Vec<Reader> = (0..readers.next_multiple_of(2))
                .map(|reader| simulator.add_reader(name(reader)))
                .collect();
            let controls = Controls::default();
            for (index, reader) in readers.iter().enumerate() {
                answer_controls(reader, index, Arc::clone(&controls));
            }
            Simulated {
                simulator,
                readers,
                controls,
            }
        }

        fn provider(&self) -> pcsc_sys::Provider {
            self.simulator.provider()
        }

        fn reader(&self, reader: usize) -> String {
            self.readers[reader].name().to_owned()
        }

        fn put(&mut self, reader: usize, card: impl Card + 'static) {
            self.readers[reader].insert(card);
        }

        fn insert_mute(&mut self, reader: usize) {
            self.readers[reader].insert(pcsc_sim::FnCard::new([], |_, _| {}));
            wait_for_mute(self.provider().functions(), &self.reader(reader));
        }

        fn remove(&mut self, reader: usize) {
            self.readers[reader].remove().unwrap();
            wait_for(self.provider().functions(), &self.reader(reader), false);
        }

        fn set_available(&mut self, reader: usize, available: bool) {
            self.readers[reader].set_available(available);
            wait_for_answer(self.provider().functions(), &self.reader(reader), available);
        }

        fn set_features(&mut self, reader: usize, features: &[(u8, u32)]) {
            self.readers[reader].set_features(features);
        }

        fn set_control(&mut self, reader: usize, code: u32, answer: &[u8]) {
            let answer = answer.to_vec();
            self.controls.lock().unwrap().insert((reader, code), answer);
        }

        fn set_attribute(&mut self, reader: usize, attribute: u32, value: &[u8]) {
            self.readers[reader].set_attribute(attribute, value);
        }

        fn kill(&mut self) {
            self.simulator.stop_service();
        }

        fn restart(&mut self) {
            // Before anybody can meet them again.
            self.readers.iter().for_each(|reader| drop(reader.remove()));
            self.simulator.start_service();
        }
    }
}

/// What speaks to pcscd, or to what is as it.
#[cfg(all(
    target_os = "linux",
    any(feature = "load", feature = "link", feature = "native")
))]
pub(crate) mod client {
    use std::path::Path;

    /// A client of pcscd.
    pub(crate) trait Client {
        const CANCELS_TRANSACTIONS: bool = false;

        /// The provider of a test's own; the library is where the harness has copied it to.
        fn provider(library: &Path) -> pcsc_sys::Provider;
    }

    /// The system's own.
    #[cfg(any(feature = "load", feature = "link"))]
    pub(crate) struct Library;

    #[cfg(any(feature = "load", feature = "link"))]
    impl Client for Library {
        #[allow(unused_variables, reason = "in link mode it is the library that is linked")]
        fn provider(library: &Path) -> pcsc_sys::Provider {
            // libpcsclite keeps the readers' states in one table for all contexts of a process. In link mode
            // there is one library for all tests, which run one after the other then.
            #[cfg(feature = "link")]
            return pcsc_sys::Provider::system().unwrap();
            // SAFETY: the harness copied the system's own libpcsclite there.
            #[cfg(not(feature = "link"))]
            unsafe { pcsc_sys::Provider::load(library) }.unwrap()
        }
    }

    /// None but the feature `native`.
    #[cfg(feature = "native")]
    pub(crate) struct Native;

    #[cfg(feature = "native")]
    impl Client for Native {
        const CANCELS_TRANSACTIONS: bool = true;

        fn provider(_: &Path) -> pcsc_sys::Provider {
            // A table of its own for each test: what watches a provider is shared, and is on one service.
            let functions = Box::leak(Box::new(*pcsc_sys::Functions::native()));
            // SAFETY: the functions are those of `Provider::native`.
            unsafe { pcsc_sys::Provider::new(functions) }
        }
    }
}

/// The simulator on a socket.
#[cfg(all(
    target_os = "linux",
    any(feature = "load", feature = "link", feature = "native")
))]
pub(crate) mod served {
    use super::client::Client;
    use super::simulated::Simulated;
    use super::{Service, wait_for, wait_for_answer, wait_for_mute};
    use pcsc_sim::{Card, serve};
    use private_pcscd::Vacancy;
    use std::marker::PhantomData;

    pub(crate) struct Served<C> {
        provider: pcsc_sys::Provider,
        _served: serve::Served,
        simulated: Simulated,
        _vacancy: Vacancy,
        client: PhantomData<C>,
    }

    impl<C: Client> Service for Served<C> {
        const CANCELS_TRANSACTIONS: bool = C::CANCELS_TRANSACTIONS;

        fn start(readers: usize) -> Served<C> {
            let vacancy = Vacancy::take().unwrap();
            let simulated = Simulated::start(readers);
            let served = simulated.simulator.serve(Vacancy::SOCKET).unwrap();
            let provider = C::provider(vacancy.client_library());
            Served {
                provider,
                _served: served,
                simulated,
                _vacancy: vacancy,
                client: PhantomData,
            }
        }

        fn provider(&self) -> pcsc_sys::Provider {
            self.provider
        }

        fn reader(&self, reader: usize) -> String {
            self.simulated.reader(reader)
        }

        fn put(&mut self, reader: usize, card: impl Card + 'static) {
            self.simulated.put(reader, card);
        }

        fn insert_mute(&mut self, reader: usize) {
            self.simulated.insert_mute(reader);
            wait_for_mute(self.provider.functions(), &self.reader(reader));
        }

        fn remove(&mut self, reader: usize) {
            self.simulated.remove(reader);
            wait_for(self.provider.functions(), &self.reader(reader), false);
        }

        fn set_available(&mut self, reader: usize, available: bool) {
            self.simulated.set_available(reader, available);
            wait_for_answer(self.provider.functions(), &self.reader(reader), available);
        }

        fn set_features(&mut self, reader: usize, features: &[(u8, u32)]) {
            self.simulated.set_features(reader, features);
        }

        fn set_control(&mut self, reader: usize, code: u32, answer: &[u8]) {
            self.simulated.set_control(reader, code, answer);
        }

        fn set_attribute(&mut self, reader: usize, attribute: u32, value: &[u8]) {
            self.simulated.set_attribute(reader, attribute, value);
        }

        fn kill(&mut self) {
            self.simulated.kill();
        }

        fn restart(&mut self) {
            self.simulated.restart();
        }
    }
}

/// A real, private pcscd.
#[cfg(all(
    target_os = "linux",
    any(feature = "load", feature = "link", feature = "native")
))]
pub(crate) mod real {
    use super::client::Client;
    use super::{ECHO, Service, wait_for, wait_for_answer, wait_for_mute};
    use pcsc_sim::{Card, vpcd::Inserted};
    use private_pcscd::{Driver, Pcscd};

    const _: () = assert!(ECHO == Pcscd::ECHO);

    pub(crate) struct Real<C> {
        provider: pcsc_sys::Provider,
        cards: Vec<Option<Inserted<Box<dyn Card>>>>,
        pcscd: Pcscd,
        client: std::marker::PhantomData<C>,
    }

    #[cfg(any(feature = "load", feature = "link"))]
    impl Real<super::client::Library> {
        /// Has cards in a reader answer no more when they are powered or reset.
        pub(crate) fn set_mute(&self, reader: usize, mute: bool) {
            self.pcscd.set_mute(reader, mute).unwrap();
        }
    }

    impl<C: Client> Service for Real<C> {
        const CANCELS_TRANSACTIONS: bool = C::CANCELS_TRANSACTIONS;

        fn start(readers: usize) -> Real<C> {
            let pcscd = Pcscd::start_with(readers, Driver::Prompt).unwrap();
            let provider = C::provider(pcscd.client_library());
            let cards = pcscd.reader_names().iter().map(|_| None).collect();
            Real {
                provider,
                cards,
                pcscd,
                client: std::marker::PhantomData,
            }
        }

        fn provider(&self) -> pcsc_sys::Provider {
            self.provider
        }

        fn reader(&self, reader: usize) -> String {
            self.pcscd.reader_names()[reader].clone()
        }

        fn put(&mut self, reader: usize, card: impl Card + 'static) {
            let card: Box<dyn Card> = Box::new(card);
            self.cards[reader] = Some(self.pcscd.insert(reader, card).unwrap());
        }

        fn insert_mute(&mut self, reader: usize) {
            self.pcscd.set_mute(reader, true).unwrap();
            let card: Box<dyn Card> = Box::new(pcsc_sim::FnCard::new([0x3B, 0x00], |_, _| {}));
            self.cards[reader] = Some(self.pcscd.insert(reader, card).unwrap());
            wait_for_mute(self.provider.functions(), &self.reader(reader));
            self.pcscd.set_mute(reader, false).unwrap();
        }

        fn remove(&mut self, reader: usize) {
            self.cards[reader].take().unwrap().remove().unwrap();
            self.pcscd.notify(reader).unwrap();
            wait_for(self.provider.functions(), &self.reader(reader), false);
        }

        fn set_available(&mut self, reader: usize, available: bool) {
            self.pcscd.set_available(reader, available).unwrap();
            wait_for_answer(self.provider.functions(), &self.reader(reader), available);
        }

        fn set_features(&mut self, reader: usize, features: &[(u8, u32)]) {
            self.pcscd.set_features(reader, features).unwrap();
        }

        fn set_control(&mut self, reader: usize, code: u32, answer: &[u8]) {
            self.pcscd.set_control(reader, code, answer).unwrap();
        }

        fn set_attribute(&mut self, reader: usize, attribute: u32, value: &[u8]) {
            self.pcscd.set_attribute(reader, attribute, value).unwrap();
        }

        fn kill(&mut self) {
            self.pcscd.kill().unwrap();
        }

        fn restart(&mut self) {
            self.cards.iter_mut().for_each(|card| *card = None);
            self.pcscd.restart().unwrap();
        }
    }
}

/// Makes each case a test on each backend.
macro_rules! conformance {
    ($($(#[$attribute:meta])* fn $name:ident<$service:ident>() $body:block)*) => {
        $( $(#[$attribute])* fn $name<$service: $crate::service::Service>() $body )*

        mod on_the_simulator {
            $(
                #[test]
                fn $name() {
                    super::$name::<$crate::service::simulated::Simulated>();
                }
            )*
        }

        #[cfg(all(target_os = "linux", any(feature = "load", feature = "link")))]
        mod on_a_served_simulator {
            $(
                #[test]
                #[ignore = "needs libpcsclite and namespaces: run by cargo xtask test"]
                fn $name() {
                    super::$name::<$crate::service::served::Served<$crate::service::client::Library>>();
                }
            )*
        }

        #[cfg(all(target_os = "linux", any(feature = "load", feature = "link")))]
        mod on_pcscd {
            $(
                #[test]
                #[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
                fn $name() {
                    super::$name::<$crate::service::real::Real<$crate::service::client::Library>>();
                }
            )*
        }

        #[cfg(all(target_os = "linux", feature = "native"))]
        mod on_native_and_a_served_simulator {
            $(
                #[test]
                #[ignore = "needs namespaces: run by cargo xtask test"]
                fn $name() {
                    super::$name::<$crate::service::served::Served<$crate::service::client::Native>>();
                }
            )*
        }

        #[cfg(all(target_os = "linux", feature = "native"))]
        mod on_native {
            $(
                #[test]
                #[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
                fn $name() {
                    super::$name::<$crate::service::real::Real<$crate::service::client::Native>>();
                }
            )*
        }
    };
}
