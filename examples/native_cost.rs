//! What the client without a library costs, beside libpcsclite: on a real pcscd, with a virtual reader.
//!
//! `cargo run --release --features native --example native_cost` prints microseconds. It needs pcscd and the virtual reader,
//! and root or `unshare --user --map-root-user`. With `calls` it has strace count system calls instead, for
//! `cargo xtask test cost`.
//!
//! Both clients are called by the same code, through their tables, and from the same thread. A pair is a batch of commands by
//! one and a batch by the other, on new connections each, so that pcscd's threads are new too, and run on any processor;
//! which is first takes turns. What counts is the median of the pairs. The processor's time is that of the calling thread, by
//! user and system: the card is in this program too and is in the time alone, as is what pcscd does.

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    linux::main()
}

#[cfg(target_os = "linux")]
mod linux {
    use anyhow::{Context as _, bail};
    use pcsc_sim::FnCard;
    use pcsc_sys::*;
    use private_pcscd::{Driver, Pcscd};
    use std::ffi::CString;
    use std::process::Command;
    use std::ptr;
    use std::time::{Duration, Instant};

    const PAIRS: usize = 400;
    const BATCH: u32 = 100;

    const COMMAND: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];
    const ANSWER: [u8; 4] = [1, 2, 0x90, 0x00];

    /// The argument that stands for the client without a library, in the place of a library's path.
    const NATIVE: &str = "native";

    pub(super) fn main() -> anyhow::Result<()> {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match arguments[..] {
            [] => measure(),
            ["calls"] => count(),
            ["client", which, reader, commands] => {
                let client = Client::open(table(which)?, reader);
                client.list();
                (0..commands.parse()?).for_each(|_| client.transmit());
                client.close();
                Ok(())
            }
            _ => bail!("usage: native_cost [calls]"),
        }
    }

    fn table(which: &str) -> anyhow::Result<&'static Functions> {
        if which == NATIVE {
            return Ok(Functions::native());
        }
        // SAFETY: the harness copied the system's own libpcsclite there.
        Ok(unsafe { Functions::load(which) }?)
    }

    /// Runs something with a daemon that has a card in its first reader.
    fn with_card<T>(run: impl FnOnce(&Pcscd, &str) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let pcscd = Pcscd::start_with(1, Driver::Prompt)?;
        let card = FnCard::new([0x3B, 0x80, 0x01, 0x81], |_, response| response.extend(ANSWER));
        let inserted = pcscd.insert(0, card)?;
        let reader = &pcscd.reader_names()[0];
        // Somebody is connected all the time: the card keeps its power.
        let holder = Client::open(Functions::native(), reader);
        let result = run(&pcscd, reader);
        holder.close();
        drop(inserted);
        result
    }

    /// Prints what commands take by both.
    fn measure() -> anyhow::Result<()> {
        let pairs = with_card(|pcscd, reader| {
            let library = table(pcscd.client_library().to_str().context("no text")?)?;
            let batch = |functions| Client::open(functions, reader).batch();
            let pair = |pair| {
                if pair % 2 == 0 {
                    let library = batch(library);
                    (library, batch(Functions::native()))
                } else {
                    let native = batch(Functions::native());
                    (batch(library), native)
                }
            };
            Ok((0..PAIRS).map(pair).collect::<Vec<(Taken, Taken)>>())
        })?;
        println!("a command, {PAIRS} pairs of {BATCH}, medians, in microseconds:");
        for (what, of) in [
            ("time", (|taken| taken.time) as fn(&Taken) -> f64),
            ("processor", |taken| taken.processor),
        ] {
            println!(
                "{what:<10}{:7.2} by libpcsclite {:7.2} without a library, {:.2} of it in the median of the pairs",
                median(pairs.iter().map(|(library, _)| of(library))),
                median(pairs.iter().map(|(_, native)| of(native))),
                median(pairs.iter().map(|(library, native)| of(native) / of(library))),
            );
        }
        Ok(())
    }

    /// Prints how many system calls a command takes, and how many of them write where there is one command alone.
    fn count() -> anyhow::Result<()> {
        const MORE: usize = 200;
        with_card(|pcscd, reader| {
            for which in [pcscd.client_library().to_str().context("no text")?, NATIVE] {
                let one = system_calls(which, reader, 1)?;
                let many = system_calls(which, reader, 1 + MORE)?;
                let each = (many.len() as f64 - one.len() as f64) / MORE as f64;
                let is_write = |call: &&String| {
                    ["write(", "writev(", "sendto(", "sendmsg("]
                        .iter()
                        .any(|name| call.starts_with(name))
                };
                let writes = one.iter().filter(is_write).count();
                let which = if which == NATIVE { which } else { "libpcsclite" };
                println!("{which} {each:.2} system calls for a command, {writes} writes for a card with one");
            }
            Ok(())
        })
    }

    /// The system calls of a program that opens, lists, connects, sends so many commands, and closes.
    fn system_calls(which: &str, reader: &str, commands: usize) -> anyhow::Result<Vec<String>> {
        let folder = tempfile::tempdir()?;
        let trace = folder.path().join("trace");
        let commands = commands.to_string();
        let output = Command::new("strace")
            .args(["-qq", "-o"])
            .arg(&trace)
            .arg(std::env::current_exe()?)
            .args(["client", which, reader, &commands])
            .output()
            .context("strace")?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr));
        }
        let trace = std::fs::read_to_string(trace)?;
        Ok(trace.lines().map(str::to_owned).collect())
    }

    /// A connection to the card by one of the clients.
    struct Client {
        functions: &'static Functions,
        context: SCARDCONTEXT,
        card: SCARDHANDLE,
    }

    /// What a command of a batch took, in microseconds: by the clock, and of the processor.
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
                    code => panic!("SCardConnect: {code:X}"),
                }
            }
            Client {
                functions,
                context,
                card,
            }
        }

        fn list(&self) {
            let (mut names, mut len) = ([0u8; 2049], 2049);
            // SAFETY: no group, and a buffer of the length given.
            let code = unsafe {
                (self.functions.SCardListReaders)(
                    self.context,
                    ptr::null(),
                    names.as_mut_ptr().cast(),
                    &mut len,
                )
            };
            assert_eq!(code, SCARD_S_SUCCESS);
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

        fn batch(self) -> Taken {
            // The first finds nothing where it looks for it.
            self.transmit();
            let (start, processor) = (Instant::now(), processor());
            (0..BATCH).for_each(|_| self.transmit());
            let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(BATCH);
            let taken = Taken {
                time: each(start.elapsed()),
                processor: each(self::processor() - processor),
            };
            self.close();
            taken
        }

        fn close(self) {
            // SAFETY: the function looks the number up.
            let code = unsafe { (self.functions.SCardDisconnect)(self.card, SCARD_LEAVE_CARD) };
            assert_eq!(code, SCARD_S_SUCCESS);
            // SAFETY: the context is this value's alone.
            let code = unsafe { (self.functions.SCardReleaseContext)(self.context) };
            assert_eq!(code, SCARD_S_SUCCESS);
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
}
