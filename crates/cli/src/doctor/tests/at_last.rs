//! What is said in the end.

use std::time::{Duration, Instant};

/// Returns what is said once it is so: the doctor gives a service seconds, and a busy machine may need longer.
pub(crate) fn at_last(mut say: impl FnMut() -> String, is_so: impl Fn(&str) -> bool) -> String {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let said = say();
        if is_so(&said) {
            return said;
        }
        assert!(Instant::now() < end, "{said}");
    }
}
