//! Each finding, on machines whose files are made up, with a simulated service.

mod cards;
mod commands;
mod library;
mod machine;
mod readme;
mod service;
mod silence;
mod usb;

use std::time::{Duration, Instant};

/// Returns what is said once it is so: the service is given seconds, and a busy machine may need longer.
fn at_last(say: impl Fn() -> String, is_so: impl Fn(&str) -> bool) -> String {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let said = say();
        if is_so(&said) {
            return said;
        }
        assert!(Instant::now() < end, "{said}");
    }
}
