//! Which version both ends speak.

use crate::daemon::{Daemon, Ended};
use crate::program;
use crate::service::Settings;
use pcsc_session::Cause;
use pcsc_sys::*;
use pcsclite_wire::Command;
use pcsclite_wire::message::{Message, Version};

/// The versions that a program asks for when it opens a context, and what comes of it.
fn negotiate(daemon: &Daemon) -> (LONG, Vec<(i32, i32)>) {
    let (code, context) = program::establish();
    if code == 0 {
        let (code, names) = program::list(context);
        assert_eq!((code, names.as_bytes()), (0, crate::service::READER));
        let (code, _) = program::changes(context, &program::reader(), program::KNOWN, 1);
        assert_eq!(code, SCARD_E_TIMEOUT);
        assert_eq!(program::release(context), 0);
    }
    let log = daemon.log();
    let opening = log.iter().take_while(|entry| entry.command == Command::VERSION);
    let asked = opening.map(|entry| Version::decode(&entry.request).unwrap());
    (
        code,
        asked.map(|version| (version.major, version.minor)).collect(),
    )
}

#[test]
fn every_known_version_is_spoken() {
    for minor in [4, 5, 6, 4, 6, 5] {
        let daemon = Daemon::start(Settings::of(minor));
        let (code, asked) = negotiate(&daemon);
        assert_eq!((code, asked.last()), (0, Some(&(4, minor))), "{asked:?}");
        assert!(asked.len() <= 2, "{asked:?}");
        // From then on there is no attempt with another one.
        assert_eq!(negotiate(&daemon), (0, vec![(4, minor)]));
    }
}

#[test]
fn an_unknown_version_is_refused_where_it_does_not_take_a_known_one() {
    for (version, oldest, expected) in [
        ((4, 7), 7, SCARD_E_SERVICE_STOPPED),
        ((5, 0), 0, SCARD_E_SERVICE_STOPPED),
        ((4, 3), 3, SCARD_E_SERVICE_STOPPED),
        ((4, 7), 4, 0),
        ((4, 99), 6, 0),
    ] {
        let daemon = Daemon::start(Settings {
            version,
            oldest,
            ..Settings::of(6)
        });
        let (code, asked) = negotiate(&daemon);
        assert_eq!(code, expected, "{version:?}: {asked:?}");
        assert!(asked.len() <= 2, "{version:?}: {asked:?}");
    }
}

/// A program is told of both versions, and what to do.
#[test]
fn a_session_names_both_versions_where_they_do_not_meet() {
    let daemon = Daemon::start(Settings {
        version: (4, 7),
        oldest: 7,
        ..Settings::of(6)
    });
    let error = pcsc_session::Context::establish_on(Provider::native()).unwrap_err();
    drop(daemon);
    let is_both = |cause: &Cause| {
        matches!(
            cause,
            Cause::ProtocolNotSpoken {
                client: [(4, 4), (4, 6)],
                service: Some((4, 7)),
                ..
            }
        )
    };
    assert!(error.causes().iter().any(is_both), "{error}");
    let text = error.to_string();
    for part in ["4:4 to 4:6", "4:7", "`load`"] {
        assert!(text.contains(part), "{text}");
    }
}

/// What is behind an error is looked for as with a library.
#[test]
fn a_session_without_a_service_is_told_of_the_socket() {
    let _ended = Ended::new();
    let error = pcsc_session::Context::establish_on(Provider::native()).unwrap_err();
    let causes = error.causes();
    let is_named = matches!(causes[..], [Cause::ServiceNotRunning { socket: Some(_), .. }]);
    assert!(is_named, "{error}");
}

/// That of pcsc-lite 2.4.1.
#[test]
fn a_service_that_takes_newer_programs_is_spoken_to_as_what_it_is() {
    // Other tests may have the program try another version first.
    let is_offered_the_newest = |_| {
        assert_eq!(negotiate(&Daemon::start(Settings::of(6))).0, 0);
        let daemon = Daemon::start(Settings {
            oldest: 4,
            takes_newer: true,
            ..Settings::of(5)
        });
        let (code, asked) = negotiate(&daemon);
        assert_eq!(code, 0, "{asked:?}");
        assert_eq!(negotiate(&daemon), (0, vec![(4, 5)]));
        asked.contains(&(4, 6))
    };
    assert!((0..100).any(is_offered_the_newest));
}

/// Services that are as old as they say to be, and do not mind that the program is not.
#[test]
fn a_version_that_is_too_old_is_refused_by_the_client_too() {
    for minor in [2, 3] {
        let daemon = Daemon::start(Settings {
            oldest: i32::MIN,
            takes_newer: true,
            ..Settings::of(minor)
        });
        assert_eq!(program::establish(), (SCARD_E_SERVICE_STOPPED, 0));
        drop(daemon);
    }
}

#[test]
fn without_a_service_there_is_none() {
    // The socket's file is there, and nobody behind it.
    let _ended = Ended::new();
    assert_eq!(program::establish(), (SCARD_E_NO_SERVICE, 0));
    for code in program::run().iter().skip(1).map(|(_, code)| *code) {
        assert_eq!(code, SCARD_E_INVALID_HANDLE);
    }
}
