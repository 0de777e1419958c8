//! Keeping `pthread_cancel` from ending a thread in the middle of Rust's code, which would abort the process.

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::c_int;

    /// The C library's number, in glibc and musl.
    const PTHREAD_CANCEL_DISABLE: c_int = 1;

    unsafe extern "C" {
        /// POSIX; the crate `libc` does not have it.
        fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
    }

    /// A time in which this thread is not cancelled; one that was asked to end does so later.
    pub(crate) struct Uncancelled {
        before: c_int,
    }

    impl Uncancelled {
        pub(crate) fn begin() -> Self {
            let mut before = 0;
            // SAFETY: the state is one of the two that there are, and the pointer that of a local.
            unsafe { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &raw mut before) };
            Self { before }
        }
    }

    impl Drop for Uncancelled {
        fn drop(&mut self) {
            let mut after = 0;
            // SAFETY: as above.
            unsafe { pthread_setcancelstate(self.before, &raw mut after) };
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    /// Nothing: the numbers are each system's own.
    pub(crate) struct Uncancelled;

    impl Uncancelled {
        pub(crate) fn begin() -> Self {
            Self
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::Uncancelled;
#[cfg(target_os = "linux")]
pub(crate) use linux::Uncancelled;
