//! Whatever a service answers to the client without a library, each of its calls ends, writes no more than there is room for,
//! and asks for nothing twice.
//!
//! The first byte is the service's version, the second the number of calls, and so many bytes say which. What is left says what
//! the service does with its answers, one after the other: it gives the right one, or that with other bytes in some place, or
//! some instead, or before it, or a part of it. At their end all answers are right.
#![no_main]

#[path = "native/calls.rs"]
mod calls;
#[path = "native/script.rs"]
mod script;
#[path = "../../tests/native/service.rs"]
#[allow(dead_code, reason = "the tests have more of it")]
mod service;

use calls::Program;
use libfuzzer_sys::fuzz_target;
use pcsclite_wire::{Command, Header};
use script::Script;
use service::{Conversation, Settings, following};
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// Turns the search for leaks off: after each run it would look at threads that are about to end, or that begin.
// SAFETY: no other item has this name, by which the sanitizer asks.
#[unsafe(no_mangle)]
extern "C" fn __lsan_is_turned_off() -> std::ffi::c_int {
    1
}

/// Longer than the client computes between two requests; where it waits for more of an answer, nobody would speak.
const SILENCE: Duration = Duration::from_millis(100);

/// What the service does in this run, and what it was asked.
pub(crate) struct Run {
    settings: Settings,
    script: Script,
    asked: Vec<Command>,
}

/// The run, behind the service that is started by the first one.
fn run() -> &'static Arc<Mutex<Run>> {
    static RUN: OnceLock<Arc<Mutex<Run>>> = OnceLock::new();
    RUN.get_or_init(|| {
        let run = Arc::new(Mutex::new(Run {
            settings: Settings::of(6),
            script: Script::new(&[]),
            asked: Vec::new(),
        }));
        let path = std::env::temp_dir().join(format!("pcsc-native-fuzz-{}", std::process::id()));
        let listener = UnixListener::bind(&path).unwrap();
        // SAFETY: no other thread runs yet that reads variables.
        unsafe { std::env::set_var("PCSCLITE_CSOCK_NAME", &path) };
        let served = Arc::clone(&run);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // Whatever goes wrong, the connection ends.
                let _ = serve(stream.unwrap(), &served);
            }
        });
        run
    })
}

/// Serves one client to its end, or to that of the script's patience.
fn serve(mut stream: UnixStream, run: &Mutex<Run>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(SILENCE))?;
    let mut conversation = Conversation::default();
    let mut header = [0; Header::LEN];
    loop {
        stream.read_exact(&mut header)?;
        let header = Header::decode(header);
        let mut request = vec![0; header.size as usize];
        stream.read_exact(&mut request)?;
        let mut bytes = vec![0; following(header.command, &request)];
        stream.read_exact(&mut bytes)?;
        request.extend(bytes);
        let mut run = run.lock().unwrap_or_else(PoisonError::into_inner);
        let run = &mut *run;
        run.asked.push(header.command);
        let right = conversation.answer(header.command, &request, &run.settings);
        let (answer, goes_on) = run.script.answer(right);
        stream.write_all(&answer)?;
        if !goes_on {
            return Ok(());
        }
    }
}

/// Waits until the service has read all that it was sent: it takes one connection after the other.
fn wait_for_the_service() {
    let path = std::env::var_os("PCSCLITE_CSOCK_NAME").unwrap();
    let mut stream = UnixStream::connect(path).expect("there is room for it: the client has closed its own");
    stream.shutdown(Shutdown::Write).unwrap();
    // Whatever signals the fuzzer sends itself.
    assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap(), 0);
}

fuzz_target!(|bytes: &[u8]| {
    let [version, count, bytes @ ..] = bytes else {
        return;
    };
    let count = usize::from(*count % 32).min(bytes.len());
    let (calls, script) = bytes.split_at(count);
    let run = run();
    {
        let mut run = run.lock().unwrap();
        // One that is unknown, too, and does not mind the client.
        run.settings = Settings::of(4 + i32::from(version % 3));
        run.settings.oldest = if version & 4 == 0 { run.settings.oldest } else { 4 };
        run.settings.version.1 += if version & 0x18 == 0x18 { 3 } else { 0 };
        run.settings.places = 1 + usize::from(version >> 5) * 5;
        run.script = Script::new(script.get(..4096).unwrap_or(script));
        run.asked.clear();
    }
    let mut program = Program::default();
    program.run(calls);
    wait_for_the_service();
    let run = run.lock().unwrap();
    // A refusal for another program's transaction is the one answer after which it asks again.
    if !run.script.has_refused {
        for (command, calls) in program.acting() {
            let times = run.asked.iter().filter(|asked| **asked == command).count();
            assert!(
                times <= calls,
                "{command:?} is sent {times} times by {calls} calls"
            );
        }
    }
});
