//! Where the functions come from: libraries that are missing, bad or incomplete, and the first call.

use pcsc_sys::*;

/// What each slot of [`Functions::UNSUPPORTED`] answers.
/// macOS has no `SCardFreeMemory`, which stands in the list there.
#[cfg(not(target_os = "macos"))]
mod slots;

/// Shared libraries that the tests compile: by `cc`, and with a file name, a search path and a preloaded library as Linux's
/// loader has them. No loader of Windows can be told where to look for a bare name, and a static program has none.
#[cfg(all(feature = "load", target_os = "linux", not(target_feature = "crt-static")))]
mod compiled;

/// Loads a library that must be refused.
#[cfg(feature = "load")]
#[track_caller]
fn refused(path: &std::path::Path) -> LoadError {
    // SAFETY: what is refused was not opened, or is a library of `compiled`, which does nothing.
    let error = unsafe { Functions::load(path) }.expect_err("the library is refused");
    let attempts = error.attempts();
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0].library(), path.to_str().expect("the path is text"));
    let text = error.to_string();
    assert!(
        text.contains(&attempts[0].library().replace('\0', "\\0")),
        "{text}"
    );
    assert!(!text.contains(char::is_control), "{text:?}");
    #[cfg(target_os = "linux")]
    assert!(
        text.contains("apt install libpcsclite1 pcscd") || error.is_static_program(),
        "{text}"
    );
    #[cfg(windows)]
    assert!(
        text.contains("winscard.dll is part of Windows") && !text.contains("pcsc-lite"),
        "{text}"
    );
    error
}

/// Loads something that the loader cannot open, and returns what the loader said.
#[cfg(feature = "load")]
#[track_caller]
fn not_opened(path: &std::path::Path) -> String {
    let error = refused(path);
    assert_eq!(error.missing_symbol(), None);
    let Failure::NotOpened(reason) = error.attempts()[0].failure() else {
        panic!("{error:?}");
    };
    assert!(
        !reason.is_empty() && error.to_string().contains(reason),
        "{error}"
    );
    reason.clone()
}

#[cfg(feature = "load")]
mod bad {
    use super::not_opened;

    #[test]
    fn a_path_that_is_not_there_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let reason = not_opened(&folder.path().join("libpcsclite.so.1"));
        // Field case L45: on Windows the loader's reason stands below what libloading says.
        let expected = if cfg!(target_feature = "crt-static") {
            "Dynamic loading not supported"
        } else if cfg!(target_os = "linux") {
            "No such file"
        } else if cfg!(windows) {
            "(os error 126)"
        } else {
            ""
        };
        assert!(reason.contains(expected), "{reason}");
    }

    #[test]
    fn a_directory_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        not_opened(folder.path());
    }

    #[test]
    fn an_empty_path_is_refused() {
        // The loader would open this program, which has none of the functions.
        not_opened(std::path::Path::new(""));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_pipe_is_refused_and_not_read() {
        use std::io::Write;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libpcsclite.so.1");
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        // With both ends here, a loader that reads all the same comes back: from an empty pipe it would not.
        let mut pipe = std::fs::File::options()
            .read(true)
            .write(true)
            .open(&path)
            .unwrap();
        pipe.write_all(&[0; 4096]).unwrap();
        assert_eq!(not_opened(&path), "it is no file");
    }

    #[test]
    fn files_that_are_no_libraries_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", "not a library\n", "\x7fELF"] {
            let path = folder.path().join("libpcsclite.so.1");
            std::fs::write(&path, text).unwrap();
            not_opened(&path);
        }
    }

    #[test]
    fn a_path_with_a_null_is_refused() {
        // Windows' loader would open the library that is named before it.
        for path in ["lib\0pcsclite.so.1", "kernel32.dll\0", "\0"] {
            let reason = not_opened(std::path::Path::new(path));
            assert!(reason.contains("nul byte"), "{reason}");
        }
    }
}

#[cfg(all(feature = "load", target_os = "linux", not(target_feature = "crt-static")))]
mod incomplete {
    use super::compiled::{ANSWER, library, names};
    #[cfg(not(target_env = "musl"))]
    use super::not_opened;
    use super::refused;
    use pcsc_sys::*;

    // musl's loader compares neither of the two: there is nobody who could refuse it.
    #[cfg(not(target_env = "musl"))]
    #[test]
    fn a_library_of_another_machine_is_refused() {
        // Offsets in the ELF header: the class, 32 or 64 bits, and the machine.
        const CLASS: usize = 4;
        const MACHINE: usize = 18;
        let folder = tempfile::tempdir().unwrap();
        let path = library(folder.path(), "libwhole.so", &names());
        // SAFETY: it is a library of `compiled`.
        unsafe { Functions::load(&path) }.expect("it is whole on this machine");
        let whole = std::fs::read(path).unwrap();
        for (index, offset) in [CLASS, MACHINE].into_iter().enumerate() {
            let mut other = whole.clone();
            // Another number of either means another machine: 1 and 2 are the classes, and no machine is 0x2A.
            other[offset] = if offset == CLASS { 3 - whole[CLASS] } else { 0x2A };
            let path = folder.path().join(format!("libother{index}.so"));
            std::fs::write(&path, other).unwrap();
            not_opened(&path);
        }
    }

    #[test]
    fn each_required_symbol_that_a_library_lacks_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let required = names().into_iter().filter(|name| !Functions::is_optional(name));
        let mut refusals = 0;
        for missing in required {
            let mut others = names();
            others.retain(|name| *name != missing);
            let path = library(folder.path(), &format!("lib{missing}.so"), &others);
            let error = refused(&path);
            assert_eq!(error.missing_symbol(), Some(missing));
            assert!(error.to_string().contains(missing), "{error}");
            refusals += 1;
        }
        assert!(refusals > 10, "{refusals}");
    }

    #[test]
    fn a_library_without_the_optional_symbols_loads_and_their_calls_are_unsupported() {
        let folder = tempfile::tempdir().unwrap();
        let required: Vec<_> = names()
            .into_iter()
            .filter(|name| !Functions::is_optional(name))
            .collect();
        let path = library(folder.path(), "librequired.so", &required);
        // SAFETY: it is a library of `compiled`.
        let functions = unsafe { Functions::load(&path) }.unwrap();
        let mut missing = 0;
        for (name, answer) in super::slots::answers(functions) {
            if Functions::is_optional(name) {
                super::slots::assert_unsupported(name, answer);
                missing += 1;
            } else {
                assert_eq!(answer, super::slots::Answer::Code(ANSWER), "{name}");
            }
        }
        assert_eq!(missing, names().len() - required.len());
        assert!(missing > 0, "pcsc-lite has optional functions");
    }
}

#[cfg(all(feature = "load", target_os = "linux", not(target_feature = "crt-static")))]
#[test]
fn a_release_waits_for_a_disconnection_of_the_same_library_alone() {
    use compiled::{library, names};
    use std::sync::mpsc;
    let folder = tempfile::tempdir().unwrap();
    let load = |path| {
        // SAFETY: it is a library of `compiled`.
        unsafe { Provider::load(path) }.unwrap()
    };
    let path = library(folder.path(), "libone.so", &names());
    let (one, again) = (load(&path), load(&path));
    let other = load(&library(folder.path(), "libother.so", &names()));
    // Somebody's own table of the library, with one function that is not its own.
    let mut functions = *one.functions();
    functions.SCardReleaseContext = Functions::UNSUPPORTED.SCardReleaseContext;
    // SAFETY: they are functions of `compiled` and one that only says that it is not there.
    let own = unsafe { Provider::new(Box::leak(Box::new(functions))) };
    let (release, released) = mpsc::channel();
    let release_by = |provider: Provider, number| {
        let release = release.clone();
        provider.release(move || release.send(number).unwrap());
    };
    one.disconnect(|| {
        release_by(one, 1);
        release_by(again, 2);
        release_by(own, 3);
        release_by(other, 4);
        assert!(released.try_iter().eq([4]));
    });
    assert!(released.try_iter().eq([1, 2, 3]));
}

#[cfg(not(target_os = "macos"))]
#[test]
fn every_slot_of_the_unsupported_table_answers_so() {
    let answers = slots::answers(&Functions::UNSUPPORTED);
    assert_eq!(
        size_of::<Functions>(),
        answers.len() * size_of::<usize>(),
        "tests/slots lacks a function"
    );
    for (name, answer) in answers {
        slots::assert_unsupported(name, answer);
    }
}

#[test]
fn each_name_stands_in_the_table_once() {
    let mut names = Functions::NAMES.to_vec();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Functions::NAMES.len());
    assert_eq!(size_of::<Functions>(), names.len() * size_of::<usize>());
    assert!(!Functions::is_optional("SCardTransmit") && !Functions::is_optional("NoSuchFunction"));
}

#[cfg(not(any(feature = "load", feature = "link", feature = "native")))]
#[test]
fn without_load_and_link_there_is_no_library_and_the_error_says_so() {
    let error = Functions::system().unwrap_err();
    assert!(error.attempts().is_empty());
    assert_eq!(error.missing_symbol(), None);
    let text = error.to_string();
    assert!(text.contains("`load`") && text.contains("`link`"), "{text}");
    // Nothing that could be installed is behind it.
    assert_eq!(pcsc_session::Error::from(error).causes(), []);
    // SAFETY: there is no library that could look at the number.
    assert_eq!(unsafe { SCardIsValidContext(1) }, SCARD_E_NO_SERVICE);
}

/// With `native` alone; with `load` where no library can be loaded, which a child of this process is told.
#[cfg(all(feature = "native", not(feature = "link"), target_os = "linux"))]
#[test]
fn without_a_library_the_system_is_the_native_table() {
    const CHILD: &str = "PCSC_SYS_WITHOUT_LIBRARY";
    const NAME: &str = "without_a_library_the_system_is_the_native_table";
    let native = Functions::native();
    assert!(!native.is_of_a_library());
    if cfg!(feature = "load") && std::env::var_os(CHILD).is_none() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["libpcsclite.so.1", "libpcsclite.so"] {
            std::fs::write(folder.path().join(name), "no library").unwrap();
        }
        let output = private_pcscd::this_program()
            .unwrap()
            .args(["--exact", NAME])
            .env(CHILD, "1")
            .env("LD_LIBRARY_PATH", folder.path())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
        return;
    }
    // A free function first: it finds the table by itself.
    // SAFETY: the function looks the number up in its own table.
    assert_eq!(unsafe { SCardIsValidContext(1) }, SCARD_E_INVALID_HANDLE);
    assert!(std::ptr::eq(Functions::system().unwrap(), native));
    assert!(std::ptr::eq(Provider::native().functions(), native));
}

#[cfg(feature = "link")]
#[test]
#[ignore = "needs libpcsclite1: run by cargo xtask test"]
fn the_linked_library_is_the_systems() {
    let (linked, system) = (Functions::linked(), Functions::system().unwrap());
    assert!(std::ptr::eq(linked, system));
    assert_eq!(linked.SCardTransmit as *const (), SCardTransmit as *const ());
    // SAFETY: no context has this number, and the library looks for it in its list.
    assert_eq!(unsafe { SCardIsValidContext(1) }, SCARD_E_INVALID_HANDLE);
}

#[cfg(any(target_os = "linux", windows))]
#[test]
#[cfg_attr(not(windows), ignore = "needs libpcsclite1: run by cargo xtask test")]
fn every_required_name_is_exported_by_the_installed_library() {
    let library = if cfg!(windows) {
        "winscard.dll"
    } else {
        "libpcsclite.so.1"
    };
    // SAFETY: the system's library has an initialisation without effect on the program.
    let library = unsafe { libloading::Library::new(library) }.unwrap();
    for name in Functions::NAMES {
        // SAFETY: the symbol is not used, only its presence.
        let found = unsafe { library.get::<*const ()>(name.as_bytes()) }.is_ok();
        assert!(found || Functions::is_optional(name), "{name}");
    }
}

#[cfg(all(
    feature = "load",
    not(feature = "link"),
    target_os = "linux",
    not(target_feature = "crt-static")
))]
#[test]
fn eight_threads_that_call_first_open_the_library_once_and_never_close_it() {
    use compiled::{ANSWER, counter, counting_library, names};
    use std::sync::Barrier;
    const NAME: &str = "eight_threads_that_call_first_open_the_library_once_and_never_close_it";
    const EVENTS: &str = "PCSC_SYS_EVENTS";
    const THREADS: usize = 8;

    if let Some(events) = std::env::var_os(EVENTS) {
        // The child: `libpcsclite.so.1` is the one that counts.
        let barrier = Barrier::new(THREADS);
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    barrier.wait();
                    // SAFETY: the library's function takes nothing.
                    assert_eq!(unsafe { SCardIsValidContext(1) }, ANSWER);
                });
            }
        });
        assert!(std::ptr::eq(
            Functions::system().unwrap(),
            Functions::system().unwrap()
        ));
        assert_eq!(std::fs::read_to_string(events).unwrap(), "opened\ninitialised\n");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let events = folder.path().join("events");
    std::fs::write(&events, "").unwrap();
    counting_library(folder.path(), "libpcsclite.so.1", &names());
    let output = private_pcscd::this_program()
        .unwrap()
        .args(["--exact", NAME, "--nocapture"])
        .env("LD_LIBRARY_PATH", folder.path())
        .env("LD_PRELOAD", counter(folder.path()))
        .env(EVENTS, &events)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("1 passed"),
        "{output:?}"
    );
    // At the process's end, and not before, the loader lets the library finish.
    assert_eq!(
        std::fs::read_to_string(events).unwrap(),
        "opened\ninitialised\nfinished\n"
    );
}
