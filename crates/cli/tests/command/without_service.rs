//! Where there is no service: its own code, and a text that says what to do.

use crate::program::{failed, pcsc};

#[cfg(not(any(windows, target_os = "macos")))]
#[test]
fn each_command_says_that_there_is_no_service() {
    for arguments in [
        &["readers"][..],
        &["atr"],
        &["features"],
        &["send", "00A40400"],
        &["script", "/dev/null"],
        &["shell"],
    ] {
        let mut command = pcsc(arguments);
        let (code, text, error) = failed(command.env("PCSCLITE_CSOCK_NAME", "/nowhere/pcscd.comm"));
        assert_eq!((code, &*text), (3, ""), "{arguments:?}: {error}");
        assert!(
            error.starts_with("pcsc: SCardEstablishContext failed: SCARD_E_NO_SERVICE (0x8010001D): "),
            "{error}"
        );
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[cfg(not(any(windows, target_os = "macos")))]
#[test]
fn a_service_can_be_waited_for() {
    let mut command = pcsc(&["send", "--wait", "0.1", "00A40400"]);
    let (code, _, error) = failed(command.env("PCSCLITE_CSOCK_NAME", "/nowhere/pcscd.comm"));
    assert_eq!(code, 7, "{error}");
}

/// As one that was stopped, and not ended.
#[cfg(not(any(windows, target_os = "macos")))]
#[test]
fn a_service_that_says_nothing_is_waited_for_no_longer_than_told() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let mut command = pcsc(&["send", "--wait", "0.1", "00A40400"]);
    let (code, _, error) = failed(command.env("PCSCLITE_CSOCK_NAME", &socket));
    assert_eq!(code, 7, "{error}");
    assert!(
        error.contains("an answer of the service to SCardEstablishContext did not come"),
        "{error}"
    );
}

#[cfg(not(any(windows, target_os = "macos")))]
#[test]
fn watch_waits_for_the_service_as_for_anything_else() {
    let mut command = pcsc(&["watch", "--count", "1"]);
    command.env("PCSCLITE_CSOCK_NAME", "/nowhere/pcscd.comm");
    let output = command.output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("service lost: "), "{text}");
}

#[test]
fn a_file_of_a_simulator_that_is_wrong_is_named() {
    for (sim, problem) in [("--sim=/nowhere", "/nowhere"), ("--sim=/", "/")] {
        let (code, text, error) = failed(&mut pcsc(&[sim, "readers"]));
        assert_eq!((code, &*text), (2, ""));
        assert!(error.starts_with("pcsc: ") && error.contains(problem), "{error}");
    }
}
