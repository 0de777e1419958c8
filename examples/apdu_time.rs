//! What an APDU costs through the client without a library, beside libpcsclite: on a real pcscd, in pairs.
//!
//! `cargo run --release --features native --example apdu_time` prints microseconds and the medians of the pairs. It needs
//! pcscd and the virtual reader, and root or `unshare --user --map-root-user`.
//!
//! Both sides are called by the same code, through their tables, from the same thread of this program, which has one
//! connection to the same card by each. A pair is a batch by one and a batch by the other, and which is first takes turns.
//! The processor's time is that of the calling thread, by user and system: the card is in this program too, and is in none of
//! the figures; nor is what pcscd takes, though it is in the time.

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    linux::main()
}

#[cfg(target_os = "linux")]
mod linux {
    use pcsc_sim::FnCard;
    use pcsc_sys::*;
    use private_pcscd::{Driver, Pcscd};
    use std::ffi::CString;
    use std::ptr;
    use std::time::{Duration, Instant};

    const PAIRS: usize = 200;
    const BATCH: u32 = 200;

    const COMMAND: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];
    const ANSWER: [u8; 4] = [1, 2, 0x90, 0x00];

    /// A connection to the card by one of the clients.
    struct Client {
        functions: &'static Functions,
        context: SCARDCONTEXT,
        card: SCARDHANDLE,
    }

    /// What a batch took: by the clock, and of the processor.
    #[derive(Clone, Copy)]
    struct Taken {
        time: f64,
        processor: f64,
    }

    impl Client {
        fn open(functions: &'static Functions, reader: &str) -> Client {
            let (reader, mut context) = (CString::new(reader).expect("no null"), 0);
            // SAFETY: null reserved pointers, and a context that lives through the call.
            let code = unsafe {
                (functions.SCardEstablishContext)(SCARD_SCOPE_SYSTEM, ptr::null(), ptr::null(), &mut context)
            };
            assert_eq!(code, SCARD_S_SUCCESS);
            let (mut card, mut protocol) = (0, 0);
            let end = Instant::now() + Duration::from_secs(20);
            loop {
                // SAFETY: the name is a C string, and the results live through the call.
                let code = unsafe {
                    (functions.SCardConnect)(
                        context,
                        reader.as_ptr(),
                        SCARD_SHARE_SHARED,
                        SCARD_PROTOCOL_ANY,
                        &mut card,
                        &mut protocol,
                    )
                };
                match code {
                    SCARD_S_SUCCESS => break,
                    // The service has not seen the card yet.
                    SCARD_E_NO_SMARTCARD | SCARD_W_UNPOWERED_CARD if Instant::now() < end => {}
                    code => panic!("{code:X}"),
                }
            }
            Client {
                functions,
                context,
                card,
            }
        }

        fn transmit(&self) {
            let (mut answer, mut len) = ([0u8; 258], 258);
            // SAFETY: the buffers have the lengths given.
            let code = unsafe {
                (self.functions.SCardTransmit)(
                    self.card,
                    SCARD_PCI_T1,
                    COMMAND.as_ptr(),
                    COMMAND.len() as DWORD,
                    ptr::null_mut(),
                    answer.as_mut_ptr(),
                    &mut len,
                )
            };
            assert!(code == SCARD_S_SUCCESS && answer[..len as usize] == ANSWER);
        }

        /// Microseconds for a command.
        fn batch(&self) -> Taken {
            let (start, processor) = (Instant::now(), processor());
            (0..BATCH).for_each(|_| self.transmit());
            let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(BATCH);
            Taken {
                time: each(start.elapsed()),
                processor: each(self::processor() - processor),
            }
        }
    }

    impl Drop for Client {
        fn drop(&mut self) {
            // SAFETY: the context is this value's alone.
            unsafe { (self.functions.SCardReleaseContext)(self.context) };
        }
    }

    /// What this thread has taken of the processor, by itself and by the system for it.
    fn processor() -> Duration {
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: a structure that lives through the call.
        let code = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
        assert_eq!(code, 0);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    }

    fn median(figures: impl Iterator<Item = f64>) -> f64 {
        let mut figures: Vec<f64> = figures.collect();
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    }

    pub(super) fn main() -> anyhow::Result<()> {
        let pcscd = Pcscd::start_with(1, Driver::Prompt)?;
        let card = FnCard::new([0x3B, 0x80, 0x01, 0x81], |_, response| response.extend(ANSWER));
        let inserted = pcscd.insert(0, card)?;
        let reader = &pcscd.reader_names()[0];
        // SAFETY: the harness copied the system's own libpcsclite there.
        let library = unsafe { Functions::load(pcscd.client_library()) }?;
        let (library, native) = (
            Client::open(library, reader),
            Client::open(Functions::native(), reader),
        );
        let pairs: Vec<(Taken, Taken)> = (0..PAIRS)
            .map(|pair| {
                if pair % 2 == 0 {
                    let first = library.batch();
                    (first, native.batch())
                } else {
                    let first = native.batch();
                    (library.batch(), first)
                }
            })
            .collect();
        for (what, of) in [
            ("time", (|taken| taken.time) as fn(Taken) -> f64),
            ("processor", |taken| taken.processor),
        ] {
            println!(
                "{what:<10}{:7.2} us with libpcsclite {:7.2} us without a library: {:.2} of it",
                median(pairs.iter().map(|(library, _)| of(*library))),
                median(pairs.iter().map(|(_, native)| of(*native))),
                median(pairs.iter().map(|(library, native)| of(*native) / of(*library))),
            );
        }
        drop((library, native));
        drop(inserted);
        Ok(())
    }
}
