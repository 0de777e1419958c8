//! The system's library on Windows, which must be the one under test.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use pcsc_sys::Provider;

pub(crate) const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");

/// What was built beside the tests.
pub(crate) fn built(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let path = own.ancestors().nth(2).unwrap().join(name);
    assert!(
        path.exists(),
        "{} is missing: see stage `windows`",
        path.display()
    );
    path
}

/// The system's library, which must be the one under test, with the readers of `winscard.toml`.
pub(crate) fn system() -> Provider {
    static SYSTEM: LazyLock<Provider> = LazyLock::new(|| {
        let loaded = system32().join("winscard.dll");
        assert!(
            fs::read(&loaded).unwrap() == fs::read(built("pcsc_sim.dll")).unwrap(),
            "{} is not this simulator",
            loaded.display()
        );
        // SAFETY: on Windows other threads may read variables meanwhile.
        unsafe { std::env::set_var("PCSC_SIM_CONFIG", format!("{TESTS}/winscard.toml")) };
        Provider::system().unwrap()
    });
    *SYSTEM
}

pub(crate) fn system32() -> PathBuf {
    Path::new(&std::env::var_os("SystemRoot").unwrap()).join("System32")
}
