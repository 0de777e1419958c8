//! The backends, behind one trait: a service with readers, and cards that come and go.

#[cfg(all(
    target_os = "linux",
    any(feature = "load", feature = "link", feature = "native")
))]
pub(crate) mod client;
#[cfg(all(
    target_os = "linux",
    any(feature = "load", feature = "link", feature = "native")
))]
pub(crate) mod real;
#[cfg(all(
    target_os = "linux",
    any(feature = "load", feature = "link", feature = "native")
))]
pub(crate) mod served;
pub(crate) mod simulated;

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

    /// Puts a card into an empty reader; returns when the service has seen it.
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

/// How many clients a service takes.
pub(crate) const CLIENTS: usize = 200;

/// Opens until the service takes no more clients; returns all of them, and what the next one gets.
///
/// Who has gone, as the context of a wait for a card, is a client until a thread of the service has seen its end.
pub(crate) fn fill<T, E: std::fmt::Debug>(open: impl Fn() -> Result<T, E>) -> (Vec<T>, E) {
    let (mut clients, end) = (Vec::new(), Instant::now() + DEADLINE);
    loop {
        match open() {
            Ok(client) => clients.push(client),
            Err(error) if clients.len() == CLIENTS => return (clients, error),
            Err(error) => assert!(Instant::now() < end, "{}: {error:?}", clients.len()),
        }
        assert!(clients.len() <= CLIENTS);
    }
}

/// Waits until a reader's card is there, or is not.
pub(crate) fn wait_for(functions: &sys::Functions, reader: &str, present: bool) {
    wait(functions, reader, if present { has_card } else { is_empty });
}

/// A card that is still being powered is neither mute nor usable: its ATR comes with a later event.
fn has_card(state: &sys::SCARD_READERSTATE) -> bool {
    state.dwEventState & sys::SCARD_STATE_PRESENT != 0 && state.cbAtr > 0
}

fn is_empty(state: &sys::SCARD_READERSTATE) -> bool {
    state.dwEventState & sys::SCARD_STATE_EMPTY != 0
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

/// Waits until a reader's state is such a one, and returns its bits.
fn wait(
    functions: &sys::Functions,
    reader: &str,
    is_awaited: impl Fn(&sys::SCARD_READERSTATE) -> bool,
) -> sys::DWORD {
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
    state.dwEventState
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
