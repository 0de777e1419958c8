//! Which causes the code of a function can have.

use super::cause::Cause;
use super::{Error, Platform};
use crate::ffi::Code;

impl Error {
    /// Tells why it may have come, the likeliest first; none where the code has one meaning, which [`Code::meaning`] says,
    /// or where the variant says it.
    ///
    /// One code of a C function can have several causes. Where a context could not be established on a library that was linked
    /// or loaded, one look at the system was made when the error arose, for a second at most, and what it ruled out is left
    /// out: whether the service's socket is there, whether this user may open it, whether the service answers, and with which
    /// version, how many clients it has, whether a sandbox is around the program, whether this process was admitted before. It sent nothing that changes a state. So
    /// with calls on a card whose code can mean that reader or service have gone: the service was asked for its readers; and
    /// with those whose code says too little of the card: it was asked for the reader's state, and whether the card was reset.
    /// Elsewhere, as with a simulated service, all causes are named. Nothing is looked at by this call.
    ///
    /// # Platform notes
    /// What is looked at is pcsc-lite's. On macOS and Windows the causes follow from function and code.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Cause, Session};
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
    /// # simulator.fail("SCardConnect", 1, pcsc_sys::SCARD_F_INTERNAL_ERROR);
    /// let error = Session::options().provider(simulator.provider()).open().unwrap_err();
    /// let is_limit = |cause: &Cause| matches!(cause, Cause::ConnectionsAtLimit { .. });
    /// assert!(error.causes().iter().any(is_limit) || cfg!(any(windows, target_os = "macos")));
    /// ```
    #[must_use]
    #[doc(alias = "diagnosis")]
    pub fn causes(&self) -> Vec<Cause> {
        match self {
            Error::Load { source } if source.is_static_program() => vec![Cause::StaticProgram {}],
            // What it was built without, nothing that is installed gives it.
            Error::Load { source } if source.attempts().is_empty() => Vec::new(),
            Error::Load { .. } => vec![Cause::NoLibrary {}],
            Error::Pcsc {
                causes: Some(found), ..
            } => found.to_vec(),
            Error::Pcsc { function, code, .. } => possible(Platform::CURRENT, function, *code),
            Error::NoReaders {} => without_readers(Platform::CURRENT),
            Error::InvalidReader { available, .. } if available.is_empty() => {
                without_readers(Platform::CURRENT)
            }
            _ => Vec::new(),
        }
    }
}

const ESTABLISH: &str = "SCardEstablishContext";
const CONNECT: &str = "SCardConnect";

/// Returns the causes that this code of this function can have; none where it has one meaning.
fn possible(platform: Platform, function: &str, code: Code) -> Vec<Cause> {
    match function {
        ESTABLISH if platform.has_pcsc_lite() => establishing_pcsc_lite(code),
        CONNECT if platform.has_pcsc_lite() => connecting_pcsc_lite(platform, code),
        ESTABLISH => establishing(platform, code),
        _ => calling(platform, function, code),
    }
}

/// Tells why the service may have no reader.
fn without_readers(platform: Platform) -> Vec<Cause> {
    let mut causes = vec![Cause::NoReaderPluggedIn {}, Cause::NoDriver {}];
    causes.push(match platform {
        Platform::Windows => Cause::RemoteSession {},
        Platform::Linux | Platform::Bsd | Platform::MacOs => Cause::ReaderNotOpened {},
    });
    causes
}

fn establishing_pcsc_lite(code: Code) -> Vec<Cause> {
    let at_its_limit = Cause::ServiceAtItsLimit { clients: None };
    let refused = Cause::PolkitRefused {
        action: Cause::ACCESS_PCSC,
    };
    match code {
        Code::NO_SERVICE => vec![
            Cause::service_not_running(None),
            Cause::SocketNotPermitted {
                socket: None,
                group: None,
                is_named: false,
            },
            Cause::SandboxWithoutService { sandbox: None },
            at_its_limit,
            refused,
            Cause::NoFileDescriptors {},
        ],
        // The service closed the connection.
        Code::SECURITY_VIOLATION => vec![refused, at_its_limit],
        Code::COMM_ERROR => vec![at_its_limit, refused, Cause::ServiceGone {}],
        Code::SERVICE_STOPPED => vec![Cause::VersionsDiffer {
            library: None,
            protocol: None,
        }],
        Code::INTERNAL_ERROR => vec![
            Cause::StubWithoutLibrary {
                library: "libpcsclite_real.so.1".into(),
            },
            Cause::ServiceFailed {},
        ],
        _ => Vec::new(),
    }
}

fn connecting_pcsc_lite(platform: Platform, code: Code) -> Vec<Cause> {
    let refused = Cause::PolkitRefused {
        action: Cause::ACCESS_CARD,
    };
    match code {
        // The first of one reader, in all contexts, the second of one context.
        Code::INTERNAL_ERROR => vec![Cause::ConnectionsAtLimit {}, Cause::ServiceFailed {}],
        Code::NO_MEMORY => vec![Cause::ConnectionsAtLimit {}, Cause::NoMemory {}],
        // Up to version 2.0.0 the service closes the connection where polkit refuses.
        Code::SECURITY_VIOLATION => vec![refused, Cause::ServiceGone {}],
        Code::COMM_ERROR => vec![Cause::ServiceGone {}, refused, Cause::DriverFailed {}],
        code => calling(platform, CONNECT, code),
    }
}

fn establishing(platform: Platform, code: Code) -> Vec<Cause> {
    let down = Cause::service_not_running(None);
    match (platform, code) {
        (Platform::Windows, Code::NO_SERVICE | Code::SERVICE_STOPPED) => {
            vec![Cause::NoReaderNoService {}, down]
        }
        (Platform::MacOs, Code::NO_SERVICE) => vec![down, Cause::SandboxWithoutService { sandbox: None }],
        (_, Code::INTERNAL_ERROR) => vec![Cause::ServiceFailed {}],
        _ => Vec::new(),
    }
}

/// Returns the causes of any other function.
fn calling(platform: Platform, function: &str, code: Code) -> Vec<Cause> {
    let on_a_card = is_on_a_card(function);
    match code {
        Code::NO_SERVICE | Code::SERVICE_STOPPED => vec![Cause::ServiceGone {}],
        Code::COMM_ERROR if on_a_card => vec![Cause::ServiceGone {}, Cause::DriverFailed {}],
        Code::COMM_ERROR => vec![Cause::ServiceGone {}],
        // The connection to the service was reset.
        Code::SECURITY_VIOLATION if platform.has_pcsc_lite() => vec![Cause::ServiceGone {}],
        Code::INVALID_VALUE if on_a_card && platform != Platform::Windows => {
            vec![Cause::ValueRefused {}, Cause::ReaderPulledOut {}]
        }
        Code::INTERNAL_ERROR => vec![Cause::ServiceFailed {}],
        Code::NO_MEMORY => vec![Cause::NoMemory {}],
        Code::NO_READERS_AVAILABLE => without_readers(platform),
        // Where the provider can end a wait for a card.
        Code::TIMEOUT if platform.has_pcsc_lite() && (on_a_card || function == CONNECT) => {
            vec![Cause::TransactionElsewhere {}]
        }
        _ => Vec::new(),
    }
}

fn is_on_a_card(function: &str) -> bool {
    matches!(
        function,
        "SCardReconnect"
            | "SCardDisconnect"
            | "SCardBeginTransaction"
            | "SCardEndTransaction"
            | "SCardStatus"
            | "SCardTransmit"
            | "SCardControl"
            | "SCardGetAttrib"
            | "SCardSetAttrib"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::cause::On;

    #[test]
    fn on_windows_a_service_that_does_not_run_may_want_a_reader() {
        for code in [Code::NO_SERVICE, Code::SERVICE_STOPPED] {
            assert_eq!(
                possible(Platform::Windows, ESTABLISH, code),
                [Cause::NoReaderNoService {}, Cause::service_not_running(None)]
            );
            assert_eq!(
                possible(Platform::Windows, "SCardTransmit", code),
                [Cause::ServiceGone {}]
            );
        }
        // Codes that only pcsc-lite uses so.
        for (function, code) in [
            (CONNECT, Code::SECURITY_VIOLATION),
            ("SCardTransmit", Code::SECURITY_VIOLATION),
            ("SCardSetAttrib", Code::INVALID_VALUE),
        ] {
            assert_eq!(possible(Platform::Windows, function, code), []);
        }
    }

    #[test]
    fn on_macos_a_program_may_lack_the_entitlement() {
        let causes = possible(Platform::MacOs, ESTABLISH, Code::NO_SERVICE);
        assert!(causes.contains(&Cause::SandboxWithoutService { sandbox: None }));
        let causes = possible(Platform::MacOs, "SCardSetAttrib", Code::INVALID_VALUE);
        assert_eq!(causes, [Cause::ValueRefused {}, Cause::ReaderPulledOut {}]);
    }

    #[test]
    fn a_wait_for_a_card_that_ran_out_waited_for_another_program() {
        for function in [CONNECT, "SCardReconnect", "SCardBeginTransaction"] {
            assert_eq!(
                possible(Platform::Linux, function, Code::TIMEOUT),
                [Cause::TransactionElsewhere {}]
            );
        }
        assert_eq!(
            possible(Platform::Linux, "SCardGetStatusChange", Code::TIMEOUT),
            []
        );
        assert_eq!(possible(Platform::Windows, CONNECT, Code::TIMEOUT), []);
    }

    #[test]
    fn a_driver_fails_on_a_card_and_not_on_a_context() {
        for platform in Platform::ALL {
            let on = |function| possible(platform, function, Code::COMM_ERROR);
            assert_eq!(
                on("SCardControl"),
                [Cause::ServiceGone {}, Cause::DriverFailed {}]
            );
            assert_eq!(on("SCardListReaders"), [Cause::ServiceGone {}]);
        }
    }

    #[test]
    fn a_code_with_one_meaning_has_no_causes() {
        for code in [
            Code::RESET_CARD,
            Code::NO_SMARTCARD,
            Code::INVALID_HANDLE,
            Code::SHARING_VIOLATION,
        ] {
            for function in [ESTABLISH, CONNECT, "SCardTransmit"] {
                assert_eq!(possible(Platform::Linux, function, code), []);
            }
        }
    }

    /// What only one system has, and what must not be advised on the others.
    const OF: [(&[Platform], &[&str]); 7] = [
        (
            &[Platform::Linux, Platform::Bsd],
            &["pcscd", "pcsc-lite", "polkit", "CSOCK", "/run"],
        ),
        (
            &[Platform::Linux, Platform::Bsd, Platform::MacOs],
            &["ulimit", "/etc", "socket", "scdaemon"],
        ),
        (
            &[Platform::Linux],
            &["systemctl", "Debian", "Flatpak", "snap", "SELinux", "pn533"],
        ),
        (&[Platform::Bsd], &["pkg install", "/usr/local", "service pcscd"]),
        (
            &[Platform::Linux, Platform::Bsd, Platform::Windows],
            &["restart the service"],
        ),
        (&[Platform::MacOs], &["macOS", "com.apple"]),
        (
            &[Platform::Windows],
            &["Windows", "SCardSvr", "Smart Card\"", "device manager"],
        ),
    ];

    /// Returns all causes that an error can have on a platform.
    fn all_causes(platform: Platform) -> Vec<Cause> {
        let numbers = (0x8010_0001..=0x8010_0072)
            .chain(0..0x0800)
            .chain([0x8007_0005, 0x8007_0006]);
        let codes: Vec<Code> = numbers.map(Code).collect();
        let mut causes = without_readers(platform);
        causes.extend([Cause::NoLibrary {}, Cause::ForkedProcess {}]);
        causes.extend([Cause::ReaderSilent {}, Cause::CardRemoved {}, Cause::CardReset {}]);
        causes.extend([Cause::CardMute {}, Cause::CardStillSeen {}]);
        for function in [
            ESTABLISH,
            CONNECT,
            "SCardListReaders",
            "SCardStatus",
            "SCardSetAttrib",
        ] {
            let found = codes.iter().map(|code| possible(platform, function, *code));
            causes.extend(found.flatten());
        }
        causes
    }

    #[test]
    fn what_to_do_is_nothing_that_another_platform_has() {
        for platform in Platform::ALL {
            let causes = all_causes(platform);
            assert!(causes.len() > 10, "{platform:?}");
            for cause in causes {
                let text = On(&cause, platform).to_string();
                for word in OF
                    .iter()
                    .filter(|(platforms, _)| !platforms.contains(&platform))
                    .flat_map(|of| of.1)
                {
                    assert!(!text.contains(word), "{platform:?}: {word:?} in: {text}");
                }
            }
        }
    }

    #[test]
    fn the_meaning_of_a_code_is_nothing_that_another_platform_has() {
        for number in 0x8010_0001..=0x8010_0072 {
            let text = Code(number).to_string();
            for word in OF
                .iter()
                .filter(|(platforms, _)| !platforms.contains(&Platform::CURRENT))
                .flat_map(|of| of.1)
            {
                assert!(!text.contains(word), "{word:?} in: {text}");
            }
        }
    }

    #[test]
    fn no_reader_has_its_causes_named() {
        let nameless = |causes: Vec<Cause>| causes.iter().map(ToString::to_string).collect::<Vec<_>>();
        let errors = [
            Error::NoReaders {},
            Error::InvalidReader {
                name: "one".into(),
                available: Vec::new(),
            },
            Error::pcsc("SCardListReaders", Code::NO_READERS_AVAILABLE, None),
        ];
        for error in errors {
            assert_eq!(error.causes(), without_readers(Platform::CURRENT));
            let text = error.to_string();
            for cause in nameless(error.causes()) {
                assert!(text.contains(&cause), "{text}");
            }
            assert!(!error.is_service_down());
        }
        let error = Error::InvalidReader {
            name: "one".into(),
            available: vec!["two".into()],
        };
        assert_eq!(error.causes(), []);
        for platform in [Platform::Linux, Platform::Bsd, Platform::MacOs] {
            let causes = without_readers(platform);
            assert_eq!(
                causes,
                [
                    Cause::NoReaderPluggedIn {},
                    Cause::NoDriver {},
                    Cause::ReaderNotOpened {}
                ]
            );
        }
        assert!(without_readers(Platform::Windows).contains(&Cause::RemoteSession {}));
    }

    #[test]
    fn an_error_stays_small() {
        assert!(size_of::<Error>() <= 64, "{}", size_of::<Error>());
    }
}
