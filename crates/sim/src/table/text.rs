//! Text as C functions have it: in bytes, and on Windows in UTF-16 too.

use crate::service::reader_name::Unit;

/// A text as a function's type has it, which is a pointer to its units.
pub(super) trait Text: Copy + 'static {
    type Unit: Unit;
}

impl Text for std::ffi::c_char {
    type Unit = u8;
}

#[cfg(windows)]
impl Text for u16 {
    type Unit = u16;
}

/// Texts with their nulls, and a null after them.
pub(super) fn multi_string<U: Unit>(texts: impl IntoIterator<Item = Vec<U>>) -> Vec<U> {
    let mut list = Vec::new();
    for text in texts {
        list.extend_from_slice(&text);
        list.push(U::default());
    }
    list.push(U::default());
    list
}
