use super::Provider;
use crate::Functions;

fn simulator() -> Provider {
    static TABLE: Functions = Functions::UNSUPPORTED;
    // SAFETY: the functions only say that they are not there.
    unsafe { Provider::new(&TABLE) }
}

/// Nothing is kept from it: not its own releases, and nothing for the sake of another provider's. Field cases 28 and 29.
#[test]
fn a_simulator_waits_for_nothing() {
    let simulator = simulator();
    assert!(simulator.library.is_none());
    let (release, released) = std::sync::mpsc::channel();
    let value = simulator.disconnect(|| {
        simulator.release(move || release.send(()).unwrap());
        released.try_recv().unwrap();
        simulator.establish(|| 7)
    });
    assert_eq!(value, Ok(7));
}

/// `safe_code` writes the same outside of this crate, where it must not compile.
#[test]
fn a_provider_has_these_fields() {
    let provider = simulator();
    let other = Provider {
        functions: provider.functions,
        ..provider
    };
    assert!(std::ptr::eq(other.functions(), provider.functions()));
}
