//! Contexts are released while cards are disconnected, on a real pcscd: what crashes libpcsclite by itself.
// The crash is libpcsclite's: Windows and macOS have other libraries, and no pcscd.
#![cfg(all(target_os = "linux", any(feature = "load", feature = "link")))]

#[path = "conformance/service/mod.rs"]
#[allow(dead_code, unused_macros, reason = "the conformance suite's services")]
mod service;

use crate::service::{Service, client::Library, real::Real};
use pcsc_sim::FnCard;
use pcsc_sys::{self as sys, DWORD, Provider, SCARDCONTEXT, SCARDHANDLE, TooManyPostponed};
use std::ffi::CString;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// What the C calls of a test see of each other.
#[derive(Default)]
struct Seen {
    opened: AtomicUsize,
    disconnecting: AtomicUsize,
    released: AtomicUsize,
    released_beside_a_disconnection: AtomicUsize,
}

/// A context of its own.
struct Context {
    provider: Provider,
    handle: SCARDCONTEXT,
}

impl Context {
    fn establish(provider: Provider) -> Result<Context, TooManyPostponed> {
        let mut handle = 0;
        let code = provider.establish(|| {
            let function = provider.functions().SCardEstablishContext;
            // SAFETY: the reserved pointers are null, and the context lives through the call.
            unsafe { function(sys::SCARD_SCOPE_SYSTEM, ptr::null(), ptr::null(), &mut handle) }
        })?;
        assert_eq!(code, sys::SCARD_S_SUCCESS);
        Ok(Context { provider, handle })
    }

    /// Releases it, now or later.
    fn release(self, seen: &Arc<Seen>) {
        let seen = Arc::clone(seen);
        self.provider.release(move || {
            let disconnecting = seen.disconnecting.load(Ordering::SeqCst);
            seen.released_beside_a_disconnection
                .fetch_add(disconnecting, Ordering::SeqCst);
            // SAFETY: no pointer is passed, and nobody uses the context any more.
            let code = unsafe { (self.provider.functions().SCardReleaseContext)(self.handle) };
            assert_eq!(code, sys::SCARD_S_SUCCESS);
            seen.released.fetch_add(1, Ordering::SeqCst);
        });
    }
}

/// A card that is connected on a context of its own.
struct Connection {
    context: Context,
    card: SCARDHANDLE,
}

impl Connection {
    fn open(provider: Provider, reader: &str) -> Result<Connection, TooManyPostponed> {
        let context = Context::establish(provider)?;
        let (mut card, mut protocol) = (0, 0);
        let reader = CString::new(reader).unwrap();
        // SAFETY: the name and the results live through the call.
        let code = unsafe {
            (provider.functions().SCardConnect)(
                context.handle,
                reader.as_ptr(),
                sys::SCARD_SHARE_SHARED,
                sys::SCARD_PROTOCOL_T1,
                &mut card,
                &mut protocol,
            )
        };
        assert_eq!(code, sys::SCARD_S_SUCCESS, "{reader:?}");
        Ok(Connection { context, card })
    }

    fn begin_transaction(&self) {
        // SAFETY: no pointer is passed.
        let code = unsafe { (self.context.provider.functions().SCardBeginTransaction)(self.card) };
        assert_eq!(code, sys::SCARD_S_SUCCESS);
    }

    fn end_transaction(&self) {
        // SAFETY: no pointer is passed.
        let code = unsafe {
            (self.context.provider.functions().SCardEndTransaction)(self.card, sys::SCARD_LEAVE_CARD)
        };
        assert_eq!(code, sys::SCARD_S_SUCCESS);
    }

    /// Disconnects the card, then releases the context.
    fn close(self, disposition: DWORD, begins: impl FnOnce(), seen: &Arc<Seen>) {
        let provider = self.context.provider;
        let code = provider.disconnect(|| {
            seen.disconnecting.fetch_add(1, Ordering::SeqCst);
            begins();
            // SAFETY: no pointer is passed, and the card is this value's own.
            let code = unsafe { (provider.functions().SCardDisconnect)(self.card, disposition) };
            seen.disconnecting.fetch_sub(1, Ordering::SeqCst);
            code
        });
        assert_eq!(code, sys::SCARD_S_SUCCESS);
        self.context.release(seen);
    }
}

/// Opens and closes, more often than pcscd takes contexts, until there are too many that wait for their release.
fn open_and_close_until_refused(provider: Provider, reader: &str, seen: &Arc<Seen>) -> TooManyPostponed {
    for _ in 0..200 {
        match Connection::open(provider, reader) {
            Ok(connection) => connection.close(sys::SCARD_LEAVE_CARD, || (), seen),
            Err(error) => return error,
        }
        seen.opened.fetch_add(1, Ordering::SeqCst);
    }
    panic!("no context is refused");
}

/// A daemon with so many readers and a card in each, and their names.
fn daemon(readers: usize) -> (Real<Library>, Vec<String>) {
    let mut service = Real::<Library>::start(readers);
    let names = (0..readers)
        .map(|reader| {
            service.insert(
                reader,
                FnCard::new([0x3B, 0x80, 0x01, 0x81], |_: &[u8], _: &mut Vec<u8>| ()),
            );
            service.reader(reader)
        })
        .collect();
    (service, names)
}

/// One of these tests counts what the process holds: they take turns.
static TURN: Mutex<()> = Mutex::new(());

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn threads_that_open_and_close_do_not_crash_the_library() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let (service, readers) = daemon(16);
    let provider = service.provider();
    let seen = Arc::new(Seen::default());
    let begin = Instant::now();
    let is_over = || begin.elapsed() > Duration::from_secs(6) && seen.opened.load(Ordering::SeqCst) > 500;
    thread::scope(|scope| {
        for reader in &readers {
            scope.spawn(|| {
                while !is_over() && begin.elapsed() < service::DEADLINE {
                    // Where the machine has other work, too many may wait for a moment: then one tries again.
                    let Ok(connection) = Connection::open(provider, reader) else {
                        continue;
                    };
                    seen.opened.fetch_add(1, Ordering::SeqCst);
                    connection.close(sys::SCARD_LEAVE_CARD, || (), &seen);
                }
            });
        }
    });
    let opened = seen.opened.load(Ordering::SeqCst);
    assert!(opened > 500, "{opened}");
    assert_eq!(seen.released.load(Ordering::SeqCst), opened);
    assert_eq!(seen.released_beside_a_disconnection.load(Ordering::SeqCst), 0);
}

/// Field case 30.
#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn contexts_wait_for_a_disconnection_that_cannot_end_and_their_owners_do_not() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let (service, readers) = daemon(4);
    let provider = service.provider();
    let seen = Arc::new(Seen::default());
    let holder = Connection::open(provider, &readers[0]).unwrap();
    let waiting = Connection::open(provider, &readers[0]).unwrap();
    let files = open_files();
    holder.begin_transaction();
    thread::scope(|scope| {
        let (begin, begun) = mpsc::channel();
        let blocked = scope.spawn(|| {
            // With a reset the service waits for the end of the transaction.
            let begins = move || begin.send(()).unwrap();
            waiting.close(sys::SCARD_RESET_CARD, begins, &seen);
        });
        begun.recv_timeout(service::DEADLINE).unwrap();
        let others: Vec<_> = readers[1..]
            .iter()
            .map(|reader| scope.spawn(|| open_and_close_until_refused(provider, reader, &seen)))
            .collect();
        // Each thread but one may have had one open when the last of the 128 was postponed.
        let allowed = 128..128 + others.len();
        let refusals: Vec<_> = others.into_iter().map(thread::ScopedJoinHandle::join).collect();
        let is_blocked = !blocked.is_finished();
        let (opened, released) = (
            seen.opened.load(Ordering::SeqCst),
            seen.released.load(Ordering::SeqCst),
        );
        // Whatever is found wrong, the thread that is blocked must end.
        holder.end_transaction();
        blocked.join().unwrap();
        for refusal in refusals {
            let text = refusal.unwrap().to_string();
            assert!(text.contains("waiting to be released"), "{text}");
        }
        assert!(is_blocked);
        assert!(allowed.contains(&opened), "{opened}");
        assert_eq!(released, 0);
        assert_eq!(seen.released.load(Ordering::SeqCst), opened + 1);
    });
    assert_eq!(seen.released_beside_a_disconnection.load(Ordering::SeqCst), 0);
    // One of the two that were open then has been closed.
    assert_eq!(open_files(), files - 1);
    let again = Connection::open(provider, &readers[1]).unwrap();
    again.close(sys::SCARD_LEAVE_CARD, || (), &seen);
    holder.close(sys::SCARD_LEAVE_CARD, || (), &seen);
    assert_eq!(open_files(), files - 2);
}

#[cfg(feature = "load")]
#[test]
#[ignore = "needs libpcsclite1: run by cargo xtask test"]
fn the_systems_library_and_the_same_one_loaded_by_its_name_wait_for_each_other() {
    let system = Provider::system().unwrap();
    // SAFETY: this is the name of the system's own library.
    let loaded = unsafe { Provider::load("libpcsclite.so.1") }.unwrap();
    let (release, released) = mpsc::channel();
    for (one, other) in [(system, loaded), (loaded, system)] {
        one.disconnect(|| {
            let release = release.clone();
            other.release(move || release.send(()).unwrap());
            assert!(released.try_recv().is_err());
        });
        released.try_recv().unwrap();
    }
}
