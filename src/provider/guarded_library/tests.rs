use super::{guard, of};
use crate::{DWORD, Functions, LONG, SCARDCONTEXT, SCARDHANDLE};
use std::ptr;
use std::sync::Barrier;

/// A table with functions of its own: each returns another number, so that no two are made one.
macro_rules! library {
    ($number:literal) => {{
        unsafe extern "system" fn disconnect(_: SCARDHANDLE, _: DWORD) -> LONG {
            $number
        }
        unsafe extern "system" fn release(_: SCARDCONTEXT) -> LONG {
            $number + 1
        }
        let mut library = Functions::UNSUPPORTED;
        library.SCardDisconnect = disconnect;
        library.SCardReleaseContext = release;
        library
    }};
}

#[test]
fn a_library_is_known_by_either_function_and_no_other_is() {
    let library = library!(100);
    let other = library!(200);
    assert!(of(&library).is_none());
    guard(&library);
    guard(&other);
    let known = of(&library).unwrap();

    // Another table of the same library: loaded again, or with a function of somebody else's.
    let mut observed = library;
    observed.SCardReleaseContext = Functions::UNSUPPORTED.SCardReleaseContext;
    assert!(ptr::eq(of(&observed).unwrap(), known));
    guard(&observed);
    observed.SCardReleaseContext = library.SCardReleaseContext;
    observed.SCardDisconnect = Functions::UNSUPPORTED.SCardDisconnect;
    assert!(ptr::eq(of(&observed).unwrap(), known));

    assert!(!ptr::eq(of(&other).unwrap(), known));
    assert!(!ptr::eq(of(&other).unwrap().gate(), known.gate()));
    assert!(of(&library!(300)).is_none());
    assert!(of(&Functions::UNSUPPORTED).is_none());
}

#[test]
fn a_library_that_many_threads_load_has_one_gate() {
    let library = library!(400);
    let start = Barrier::new(8);
    let gates: Vec<_> = std::thread::scope(|scope| {
        let load = || {
            start.wait();
            guard(&library);
            ptr::from_ref(of(&library).unwrap().gate()).addr()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(load)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(gates.iter().all(|gate| *gate == gates[0]));
}
