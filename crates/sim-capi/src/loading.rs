//! What is done when the library is loaded, before the program's own code runs.

#[cfg(unix)]
use pcsc_sim::Simulator;

use crate::first_folder;
#[cfg(unix)]
use crate::forks;

/// Called by the loader. A library that a program is linked to, or that is preloaded, is loaded before `main`.
#[used]
#[cfg_attr(windows, unsafe(link_section = ".CRT$XCU"))]
#[cfg_attr(not(any(windows, target_os = "macos")), unsafe(link_section = ".init_array"))]
#[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
static LOADED: extern "C" fn() = loaded;

extern "C" fn loaded() {
    first_folder::note();
    // In this order: those that are registered last are called first, and the library's locks come before the simulator's.
    #[cfg(unix)]
    {
        Simulator::prepare_for_forks();
        forks::prepare();
    }
}
