//! What C functions are given: pointers that may be null, with lengths.
//!
//! Each `unsafe` constructor takes a promise for as long as the C call lasts, and the values made here do not outlive
//! it. C programs do not always align what they point to, so nothing here relies on that.
//!
//! For those who fill a table: `native` here, and the simulated service in its crate. No part of what this crate promises.

use crate::{
    DWORD, LONG, SCARD_AUTOALLOCATE, SCARD_E_INSUFFICIENT_BUFFER, SCARD_E_INVALID_PARAMETER,
    SCARD_E_NO_MEMORY, SCARD_S_SUCCESS,
};
use std::ffi::c_void;

/// Returns a length as the service has it; no buffer is longer than memory.
pub fn length(length: DWORD) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// Returns a length as C has it.
pub fn dword(length: usize) -> DWORD {
    DWORD::try_from(length).unwrap_or(DWORD::MAX)
}

/// A result that the caller may not want.
#[derive(Debug, Clone, Copy)]
pub struct Out<T>(*mut T);

impl<T: Copy> Out<T> {
    /// Takes a place that the caller gives.
    ///
    /// # Safety
    /// `pointer` is null, or points to a `T` that may be written while the C call lasts, and is initialised where
    /// [`get`](Out::get) is called.
    pub unsafe fn new(pointer: *mut T) -> Self {
        Self(pointer)
    }

    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    pub fn set(self, value: T) {
        if !self.is_null() {
            // SAFETY: not null, so that `new`'s caller vouches that it is writable.
            unsafe { self.0.write_unaligned(value) };
        }
    }

    pub fn get(self) -> Option<T> {
        // SAFETY: not null, so that `new`'s caller vouches that it is readable and initialised.
        (!self.is_null()).then(|| unsafe { self.0.read_unaligned() })
    }
}

/// Returns the bytes that C gives; empty where there is no pointer, and `None` for more than `most`.
///
/// Callers state lengths that nothing has, the largest number for instance: no slice is made of them.
///
/// # Safety
/// `pointer` is null, or points to `length` bytes, if that is no more than `most`, that nobody writes while the slice is
/// used.
pub unsafe fn input<'a>(pointer: *const u8, length: DWORD, most: usize) -> Option<&'a [u8]> {
    let length = self::length(length);
    if length > most {
        return None;
    }
    if pointer.is_null() {
        return Some(&[]);
    }
    // SAFETY: not null, `most` is far below what memory can have, and the caller vouches for the bytes.
    Some(unsafe { std::slice::from_raw_parts(pointer, length) })
}

/// Returns the units of a null-terminated text, without the null; `None` for no pointer.
///
/// # Safety
/// `pointer` is null, or points to a null-terminated text that nobody writes while the C call lasts.
pub unsafe fn text<U: Copy + Default + PartialEq>(pointer: *const U) -> Option<Vec<U>> {
    if pointer.is_null() {
        return None;
    }
    let mut units = Vec::new();
    loop {
        // SAFETY: the text has not ended before this unit, so that it is a part of it.
        let place = unsafe { pointer.add(units.len()) };
        // SAFETY: the caller vouches for the text up to its null, which this unit is at the latest.
        let unit = unsafe { place.read_unaligned() };
        if unit == U::default() {
            return Some(units);
        }
        units.push(unit);
    }
}

/// A buffer for text or bytes, or the place of a pointer to one that is to be allocated.
#[derive(Debug)]
pub struct Buffer<T> {
    pointer: *mut T,
    length: DWORD,
    allocate: Allocate,
}

/// Allocates so many bytes, aligned for every type that a buffer can have; null where there is no memory.
pub type Allocate = fn(usize) -> *mut c_void;

impl<T: Copy> Buffer<T> {
    /// Takes a buffer that the caller gives.
    ///
    /// # Safety
    /// `pointer` is null, or points to `length` values that only the C call uses while it lasts; where `length` is
    /// `SCARD_AUTOALLOCATE`, to a pointer. What `allocate` gives has the length that it is asked for, and is nobody else's.
    pub unsafe fn new(pointer: *mut T, length: DWORD, allocate: Allocate) -> Self {
        Self {
            pointer,
            length,
            allocate,
        }
    }

    pub fn is_null(&self) -> bool {
        self.pointer.is_null()
    }

    pub fn is_to_be_allocated(&self) -> bool {
        self.length == SCARD_AUTOALLOCATE
    }

    /// Copies as much as fits; without a pointer nothing. Says whether all of it has fitted.
    pub fn fill(&self, values: &[T]) -> LONG {
        if self.is_to_be_allocated() {
            return self.allocate_for(values);
        }
        if self.is_null() {
            return SCARD_S_SUCCESS;
        }
        let fitting = values.len().min(length(self.length));
        // As bytes, which have no alignment.
        let (to, from) = (self.pointer.cast::<u8>(), values.as_ptr().cast());
        // SAFETY: not null, and `new`'s caller vouches for `length` values, of which these are no more.
        unsafe { to.copy_from(from, fitting * size_of::<T>()) };
        if fitting < values.len() {
            SCARD_E_INSUFFICIENT_BUFFER
        } else {
            SCARD_S_SUCCESS
        }
    }

    /// Copies all of it, or nothing where it does not fit.
    pub fn fill_whole(&self, values: &[T]) -> LONG {
        if !self.is_null() && !self.is_to_be_allocated() && values.len() > length(self.length) {
            return SCARD_E_INSUFFICIENT_BUFFER;
        }
        self.fill(values)
    }

    /// Allocates so many values, which the program is told of at once: it has to free them whatever the call returns.
    ///
    /// Returns them as a buffer; this one where it is not to be allocated. There must be a pointer.
    pub fn allocated(self, length: DWORD) -> Result<Self, LONG> {
        if !self.is_to_be_allocated() {
            return Ok(self);
        }
        let memory = (self.allocate)(self::length(length) * size_of::<T>());
        if memory.is_null() {
            return Err(SCARD_E_NO_MEMORY);
        }
        // SAFETY: for this length `new`'s caller vouches that it points to a pointer.
        unsafe { self.pointer.cast::<*mut c_void>().write_unaligned(memory) };
        Ok(Self {
            pointer: memory.cast(),
            length,
            allocate: self.allocate,
        })
    }

    fn allocate_for(&self, values: &[T]) -> LONG {
        if self.is_null() {
            return SCARD_E_INVALID_PARAMETER;
        }
        let memory = (self.allocate)(size_of_val(values));
        if memory.is_null() {
            return SCARD_E_NO_MEMORY;
        }
        // SAFETY: the memory was allocated for as many bytes as these values have, and nobody knows of it yet.
        unsafe { memory.cast::<T>().copy_from(values.as_ptr(), values.len()) };
        // SAFETY: for this length `new`'s caller vouches that it points to a pointer.
        unsafe { self.pointer.cast::<*mut c_void>().write_unaligned(memory) };
        SCARD_S_SUCCESS
    }
}

/// A program's buffer for an answer, which is written at the end, all at once.
///
/// No slice: the buffer may be uninitialised, or the one that the call's input is in.
#[derive(Debug)]
pub struct Room<'a> {
    pointer: *mut u8,
    length: usize,
    _borrow: std::marker::PhantomData<&'a mut [u8]>,
}

impl<'a> From<&'a mut [u8]> for Room<'a> {
    fn from(buffer: &'a mut [u8]) -> Self {
        // SAFETY: so many bytes, which nobody else uses while they are borrowed.
        unsafe { Self::new(buffer.as_mut_ptr(), buffer.len()) }
    }
}

impl Room<'_> {
    /// Takes a buffer that the caller gives.
    ///
    /// # Safety
    /// `pointer` is null, or points to `length` bytes that may be written while the value exists. Callers state lengths
    /// that their buffers do not have: what must be there is as much of it as [`fill`](Room::fill) is given.
    pub unsafe fn new(pointer: *mut u8, length: usize) -> Self {
        Self {
            pointer,
            length: if pointer.is_null() { 0 } else { length },
            _borrow: std::marker::PhantomData,
        }
    }

    /// Returns where it begins; null where there is none.
    pub fn pointer(&self) -> *mut u8 {
        self.pointer
    }

    /// Returns its length in bytes; 0 where there is none.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Copies the bytes; false where there is no room for all of them, and then none.
    #[inline]
    pub fn fill(&self, bytes: &[u8]) -> bool {
        let fits = bytes.len() <= self.length;
        if fits && !self.pointer.is_null() {
            // SAFETY: not null, and `new`'s caller vouches for this part of it. The answer is the service's own memory.
            unsafe { self.pointer.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_for_text_of_16_bits_needs_no_alignment() {
        let mut units = [0u16; 4];
        let odd = units.as_mut_ptr().cast::<u8>().wrapping_add(1).cast::<u16>();
        // SAFETY: so many units are there, of which nobody has a reference, and nothing is allocated.
        let buffer = unsafe { Buffer::new(odd, 2, |_| std::ptr::null_mut()) };
        assert_eq!(buffer.fill(&[0x4142, 0x4344, 0]), SCARD_E_INSUFFICIENT_BUFFER);
        assert_eq!(buffer.fill_whole(&[0x4142, 0x4344]), SCARD_S_SUCCESS);
        let bytes = units.map(u16::to_ne_bytes).concat();
        assert_eq!(bytes[1..5], [0x4142u16, 0x4344].map(u16::to_ne_bytes).concat());
        assert_eq!((bytes[0], bytes[5]), (0, 0));
    }
}
