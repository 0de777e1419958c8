//! What is to be done before the program ends.

use std::sync::{Mutex, MutexGuard, PoisonError};

type Ending = Box<dyn FnOnce() + Send>;

static ENDINGS: Mutex<Vec<Ending>> = Mutex::new(Vec::new());

/// Has this done, too.
pub(super) fn add(ending: impl FnOnce() + Send + 'static) {
    endings().push(Box::new(ending));
}

/// Does at once what is to be done before a signal ends the program.
pub(crate) fn end() {
    let endings = std::mem::take(&mut *endings());
    endings.into_iter().for_each(|ending| ending());
}

fn endings() -> MutexGuard<'static, Vec<Ending>> {
    ENDINGS.lock().unwrap_or_else(PoisonError::into_inner)
}
