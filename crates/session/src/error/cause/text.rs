//! What a cause says to people: what is the case, and what to do.

use super::{Cause, Sandbox};
use crate::error::Platform;
use pcsc_sys::Escaped;
use std::fmt;
use std::path::Path;

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        On(self, Platform::CURRENT).fmt(f)
    }
}

/// A cause as it is told on a platform.
pub(in crate::error) struct On<'a>(pub(in crate::error) &'a Cause, pub(in crate::error) Platform);

impl fmt::Display for On<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let On(cause, platform) = *self;
        match cause {
            Cause::NoLibrary {} => f.write_str(match platform {
                Platform::Linux | Platform::Bsd => "there is no PC/SC library of this program's architecture: install pcsc-lite",
                Platform::MacOs | Platform::Windows => {
                    "there is no PC/SC library that could be used, though it is a part of the system: repair the installation"
                }
            }),
            Cause::StaticProgram {} => f.write_str(
                "this program is linked statically and cannot load a library: build it with -C target-feature=-crt-static, or with the feature `link` and a static libpcsclite",
            ),
            Cause::WaitsWithoutEnd {} => f.write_str(match platform {
                Platform::Linux | Platform::Bsd => {
                    "this PC/SC library waits for another program's transaction until that ends: begin without a time, or open the session on Provider::native() (feature `native` of pcsc-sys)"
                }
                Platform::MacOs | Platform::Windows => {
                    "this system waits for another program's transaction until that ends: begin without a time, in a thread that may wait"
                }
            }),
            Cause::TransactionElsewhere {} => f.write_str(
                "another program's transaction has not ended meanwhile: end that program, or wait for longer",
            ),
            Cause::ServiceNotRunning {
                socket: Some(socket),
                is_named: true,
            } => {
                write!(f, "nobody listens on {}, which the variable PCSCLITE_CSOCK_NAME names: ", Quoted(socket))?;
                f.write_str(match is_too_long(socket) {
                    true => "no socket has so long a name, name another",
                    false => "start what serves there",
                })?;
                f.write_str(", or unset the variable for the system's service")
            }
            Cause::ServiceNotRunning { socket, .. } => {
                f.write_str(match platform {
                    Platform::Windows => "the service \"Smart Card\" (SCardSvr) does not run",
                    Platform::Linux | Platform::Bsd | Platform::MacOs => "the PC/SC service does not run",
                })?;
                if let Some(socket) = socket {
                    write!(f, ", nobody listens on {}", Quoted(socket))?;
                }
                write!(f, ": {}", start(platform))
            }
            Cause::ServiceGone {} => f.write_str(match platform {
                Platform::Windows => {
                    "the service \"Smart Card\" was stopped, as it is when the last reader goes, or started anew: open a new context once a reader is there"
                }
                Platform::Linux | Platform::Bsd | Platform::MacOs => {
                    "the PC/SC service was stopped or started anew: open a new context once it runs"
                }
            }),
            Cause::ServiceAnswers {} => {
                f.write_str("the PC/SC service could not be reached, and answers by now: try again")
            }
            Cause::NoReaderNoService {} => f.write_str(
                "there is no reader, without which Windows does not run the service \"Smart Card\": plug one in",
            ),
            Cause::NoReaderPluggedIn {} => f.write_str("none is plugged in: plug one in"),
            Cause::NoDriver {} => f.write_str(match platform {
                Platform::Linux => {
                    "its driver is not installed (Debian, Ubuntu: libccid for most readers): install it and plug the reader in again"
                }
                Platform::Bsd => {
                    "its driver is not installed (pkg install ccid for most readers): install it and plug the reader in again"
                }
                Platform::MacOs => {
                    "it is none that macOS has a driver for: install its maker's and plug the reader in again"
                }
                Platform::Windows => {
                    "its driver is not installed: look for it in the device manager"
                }
            }),
            Cause::ReaderNotOpened {} => f.write_str(match platform {
                Platform::Linux => {
                    "the service cannot open it, because another program has it (scdaemon without disable-ccid, a virtual machine), the kernel has (the module pn533_usb), or the service may not: its log says so"
                }
                Platform::Bsd => {
                    "the service cannot open it, because another program has it (scdaemon without disable-ccid, a virtual machine), or the service may not: its log says so"
                }
                Platform::MacOs | Platform::Windows => {
                    "another program has it, such as a virtual machine: end that"
                }
            }),
            Cause::RemoteSession {} => f.write_str(
                "this is a remote session, which has the readers of the user's own machine: have its client redirect them",
            ),
            Cause::ForkedProcess {} => f.write_str(
                "this process was forked from the one that opened it, whose it still is: open a context and a session of this process",
            ),
            Cause::ServiceAtItsLimit { clients } => {
                f.write_str("the PC/SC service has as many clients as it takes")?;
                match clients {
                    Some(clients) => write!(f, ", {clients} contexts of all programs together")?,
                    None => f.write_str(", by default 200 contexts of all programs together")?,
                }
                f.write_str(": close sessions and contexts that are not used, share one context, or start pcscd with a larger --max-thread")
            }
            Cause::ConnectionsAtLimit {} => f.write_str(
                "there are as many connections to the reader as the service takes, or on this context, by default 200: close sessions that are not used, or start pcscd with a larger --max-card-handle-per-reader and --max-card-handle-per-thread",
            ),
            Cause::SocketNotPermitted {
                socket: Some(socket),
                is_named: true,
                ..
            } => write!(
                f,
                "this user may not open the socket {}, which the variable PCSCLITE_CSOCK_NAME names: have whoever serves there permit it, or unset the variable for the system's service",
                Quoted(socket)
            ),
            Cause::SocketNotPermitted { socket, group, .. } => {
                f.write_str("this user may not open the socket of the PC/SC service")?;
                if let Some(socket) = socket {
                    write!(f, ", {}", Quoted(socket))?;
                }
                match group {
                    Some(group) => write!(f, ": become a member of the group {:?} and log in again", Escaped(group)),
                    None if platform == Platform::Linux => f.write_str(
                        ": have it permitted, by the socket's group and mode, or by SELinux or AppArmor where one of them forbids it",
                    ),
                    None => f.write_str(": have it permitted, by the socket's group and mode"),
                }
            }
            Cause::PolkitRefused { action } => write!(
                f,
                "polkit does not allow the action {action}, which it does for users at the machine but not over ssh, in a service or in a container: allow it by a rule in {}",
                match platform {
                    Platform::Bsd => "/usr/local/etc/polkit-1/rules.d",
                    _ => "/etc/polkit-1/rules.d",
                }
            ),
            Cause::SandboxWithoutService { sandbox } => f.write_str(sandboxed(*sandbox, platform)),
            Cause::NoFileDescriptors {} => f.write_str(
                "no file descriptor was left to connect with: close what is not used, or raise the limit (ulimit -n)",
            ),
            Cause::VersionsDiffer { library, protocol } => {
                f.write_str("the library and the service are of different versions of pcsc-lite: ")?;
                match library {
                    Some(library) => write!(f, "the library is {}", Quoted(library))?,
                    None => f.write_str("of the library nothing more is known")?,
                }
                match protocol {
                    Some((major, minor)) => {
                        write!(f, ", the service has version {major}:{minor} of the protocol")?;
                        if let Some(releases) = releases(*major, *minor) {
                            write!(f, " ({releases})")?;
                        }
                    }
                    None => f.write_str(", and the service did not tell")?,
                }
                f.write_str("; use the library of the system that the service is of, or install the same version of both")
            }
            Cause::ProtocolNotSpoken { client, service } => {
                let [(major, minor), (newest_major, newest_minor)] = client;
                write!(
                    f,
                    "the client without a library speaks versions {major}:{minor} to {newest_major}:{newest_minor} of the service's protocol"
                )?;
                match service {
                    Some((major, minor)) => write!(f, ", the service {major}:{minor}")?,
                    None => f.write_str(", and the service did not tell its own")?,
                }
                f.write_str("; use the library of the system that the service is of (feature `load`)")
            }
            Cause::StubWithoutLibrary { library } => write!(
                f,
                "the library is pcsc-lite's stub and could not load {}: install the package with that library{}, or name it in LIBPCSCLITE_DELEGATE",
                Quoted(library),
                if platform == Platform::Linux {
                    " (Debian: libpcsclite1)"
                } else {
                    ""
                }
            ),
            Cause::ServiceFailed {} => {
                f.write_str("the PC/SC library or its service failed inside: ")?;
                f.write_str(match platform {
                    Platform::Linux => "restart the service (systemctl restart pcscd, or the program pcscd)",
                    Platform::Bsd => "restart the service (service pcscd restart, or the program pcscd)",
                    Platform::MacOs => "plug the reader in again, or restart the system",
                    Platform::Windows => "restart the service \"Smart Card\" (SCardSvr)",
                })
            }
            Cause::NoMemory {} => f.write_str("there is not enough memory"),
            Cause::ValueRefused {} => {
                f.write_str("a value is out of its range, or the reader's driver refuses it: give another")
            }
            Cause::ReaderPulledOut {} => f.write_str(
                "the reader was pulled out, even if it is there again: recover the session, or open a new session",
            ),
            Cause::DriverFailed {} => f.write_str(
                "the reader's driver failed to communicate, and the service is there: try again, or recover the session",
            ),
            Cause::ReaderSilent {} => f.write_str(match platform {
                // Some of its systems say so of a card that was taken out.
                Platform::Windows => {
                    "the reader does not answer the service, or the card was taken out: look after both, then recover the session"
                }
                Platform::Linux | Platform::Bsd | Platform::MacOs => {
                    "the reader does not answer the service: plug it in again, then recover the session"
                }
            }),
            Cause::CardRemoved {} => {
                f.write_str("the card was taken out: put one in, then recover the session")
            }
            Cause::CardReset {} => f.write_str(
                "the card was reset by another program: recover the session, select the application and verify the PIN again",
            ),
            Cause::CardMute {} => f.write_str(
                "the card is in the reader and does not answer: take it out, check which way round it is, put it back",
            ),
            Cause::CardStillSeen {} => f.write_str(match platform {
                Platform::Linux | Platform::Bsd => {
                    "the service still sees the card, though it looks only about once a second: the command may have acted, reset the card before going on"
                }
                Platform::MacOs | Platform::Windows => {
                    "the service still sees the card: the command may have acted, reset the card before going on"
                }
            }),
        }
    }
}

/// A path in quotes, with what is no text in it as its bytes.
struct Quoted<'a>(&'a Path);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&format!("{:?}", self.0)).fmt(f)
    }
}

/// Tells whether a path is longer than the name of a socket can be.
fn is_too_long(path: &Path) -> bool {
    // With the zero byte at its end; the shortest that a system has.
    const LONGEST: usize = if cfg!(target_os = "linux") { 108 } else { 104 };
    path.as_os_str().len() >= LONGEST
}

/// Tells what starts the service.
fn start(platform: Platform) -> &'static str {
    match platform {
        Platform::Windows => "start it, and set its start type back where it is disabled",
        Platform::MacOs => "macOS starts it by itself: plug the reader in again, or restart the system",
        Platform::Linux => "start it (systemctl start pcscd.socket, or the program pcscd)",
        Platform::Bsd => "start it (service pcscd start, or the program pcscd)",
    }
}

fn sandboxed(sandbox: Option<Sandbox>, platform: Platform) -> &'static str {
    match sandbox {
        Some(Sandbox::Flatpak) => {
            "this program runs in Flatpak without access to PC/SC: give it the permission (flatpak override --user --socket=pcsc, and the program's name)"
        }
        Some(Sandbox::Snap) => {
            "this program runs in a snap without access to PC/SC: connect its interface (snap connect, and the snap's name with :pcscd)"
        }
        Some(Sandbox::Container) => {
            "this program runs in a container that has no socket of a PC/SC service: share the folder /run/pcscd of the system with it (docker or podman run with -v /run/pcscd:/run/pcscd)"
        }
        None => match platform {
            Platform::Linux => {
                "this program runs in a sandbox or a container without the socket of the PC/SC service: give it access (Flatpak: --socket=pcsc; snap: the interface pcscd; a container: the folder /run/pcscd)"
            }
            Platform::Bsd => {
                "this program runs in a jail without the socket of the PC/SC service: share the folder /var/run/pcscd with it"
            }
            Platform::MacOs => {
                "this program runs in the App Sandbox without access to smart cards: give it the entitlement com.apple.security.smartcard"
            }
            Platform::Windows => {
                "this program runs in a sandbox without access to smart cards: start it outside"
            }
        },
    }
}

/// Returns the releases of pcsc-lite whose protocol has this version.
fn releases(major: i32, minor: i32) -> Option<&'static str> {
    Some(match (major, minor) {
        (4, 3) => "pcsc-lite 1.8.9 to 1.8.23",
        (4, 4) => "pcsc-lite 1.8.24 to 2.2",
        (4, 5) => "pcsc-lite 2.3 and 2.4",
        (4, 6) => "pcsc-lite 2.5",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_do_is_what_can_be_done_on_the_platform() {
        let down = Cause::service_not_running(None);
        let gone = Cause::ServiceGone {};
        let sandbox = Cause::SandboxWithoutService { sandbox: None };
        for (cause, platform, part) in [
            (&down, Platform::Windows, "SCardSvr"),
            (&down, Platform::Linux, "systemctl start pcscd"),
            (&down, Platform::Bsd, "service pcscd start"),
            (&down, Platform::MacOs, "macOS starts it by itself"),
            (&gone, Platform::Windows, "last reader"),
            (&sandbox, Platform::Linux, "Flatpak"),
            (&sandbox, Platform::Bsd, "jail"),
            (&sandbox, Platform::MacOs, "com.apple.security.smartcard"),
        ] {
            let text = On(cause, platform).to_string();
            assert!(text.contains(part), "{platform:?}: {text}");
            let is_foreign = text.contains("pcscd") && !platform.has_pcsc_lite();
            assert!(!is_foreign, "{platform:?}: {text}");
        }
    }

    #[test]
    fn a_path_and_a_group_are_escaped() {
        let path = || "/run/\u{1b}[2J\u{34f}\u{3164}\u{202e}".into();
        let text = || "group\u{1b}\u{34f}\u{3164}\u{202e}".to_owned();
        for (cause, times) in [
            (Cause::service_not_running(Some(path())), 1),
            (
                Cause::ServiceNotRunning {
                    socket: Some(path()),
                    is_named: true,
                },
                1,
            ),
            (
                Cause::SocketNotPermitted {
                    socket: Some(path()),
                    group: Some(text()),
                    is_named: false,
                },
                2,
            ),
            (
                Cause::SocketNotPermitted {
                    socket: Some(path()),
                    group: Some(text()),
                    is_named: true,
                },
                1,
            ),
            (
                Cause::VersionsDiffer {
                    library: Some(path()),
                    protocol: None,
                },
                1,
            ),
            (Cause::StubWithoutLibrary { library: path() }, 1),
        ] {
            let text = cause.to_string();
            assert!(text.is_ascii() && !text.contains(char::is_control), "{text}");
            assert_eq!(
                text.matches("\\u{34f}\\u{3164}\\u{202e}").count(),
                times,
                "{text}"
            );
        }
    }
}
