//! What can be behind an error whose code has several meanings.

mod text;

#[cfg(test)]
pub(super) use text::On;

use std::path::PathBuf;

/// Why a call failed, where its code alone does not say it: see [`Error::causes`](crate::Error::causes).
///
/// Its text says what is the case and what can be done about it, on this platform.
///
/// # Examples
/// ```
/// use pcsc_session::{Cause, Context};
///
/// let simulator = pcsc_sim::Simulator::new();
/// simulator.fail("SCardEstablishContext", 1, pcsc_sys::SCARD_F_INTERNAL_ERROR);
/// let error = Context::establish_on(simulator.provider()).unwrap_err();
/// for cause in error.causes() {
///     println!("perhaps {cause}");
///     # #[cfg(not(any(windows, target_os = "macos")))]
///     if let Cause::StubWithoutLibrary { library, .. } = cause {
///         assert_eq!(library.to_str(), Some("libpcsclite_real.so.1"));
///     }
/// }
/// # #[cfg(not(any(windows, target_os = "macos")))]
/// assert!(!error.causes().is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// There is no PC/SC library that this program can use.
    #[non_exhaustive]
    NoLibrary {},
    /// The program is linked statically with musl, and cannot load a library.
    #[non_exhaustive]
    StaticProgram {},
    /// The service does not run: nobody listens on its socket, or there is none.
    #[non_exhaustive]
    ServiceNotRunning {
        /// The socket on which nobody listens, where it was looked at.
        socket: Option<PathBuf>,
        /// Whether the variable `PCSCLITE_CSOCK_NAME` names it: then it need not be the system's service.
        is_named: bool,
    },
    /// Another program's transaction did not end in the time to wait.
    #[non_exhaustive]
    TransactionElsewhere {},
    /// This provider's waits for another program's transaction cannot be ended.
    #[non_exhaustive]
    WaitsWithoutEnd {},
    /// The connection to the service, which had been there, was lost: the service was stopped or started anew.
    #[non_exhaustive]
    ServiceGone {},
    /// The service could not be reached, and answers by now.
    #[non_exhaustive]
    ServiceAnswers {},
    /// Windows runs the service only while there is a reader, and there is none.
    #[non_exhaustive]
    NoReaderNoService {},
    /// No reader is plugged in.
    #[non_exhaustive]
    NoReaderPluggedIn {},
    /// The reader has no driver.
    #[non_exhaustive]
    NoDriver {},
    /// The service cannot open the reader: somebody else has it, or the service may not.
    #[non_exhaustive]
    ReaderNotOpened {},
    /// A remote session of Windows, which has the readers of the user's own machine and not of this one.
    #[non_exhaustive]
    RemoteSession {},
    /// This is a child of `fork`, and what it uses is its parent's.
    #[non_exhaustive]
    ForkedProcess {},
    /// The service has as many clients as it takes: each context is one, of all programs together.
    #[non_exhaustive]
    ServiceAtItsLimit {
        /// How many there were, where that could be counted.
        clients: Option<usize>,
    },
    /// The reader has as many connections as the service takes for one, or the context.
    #[non_exhaustive]
    ConnectionsAtLimit {},
    /// This user may not open the service's socket.
    #[non_exhaustive]
    SocketNotPermitted {
        /// The socket, where it was looked at.
        socket: Option<PathBuf>,
        /// The group whose members may, where there is one, and not root's: its name, or else its number.
        group: Option<String>,
        /// Whether the variable `PCSCLITE_CSOCK_NAME` names it: then it need not be the system's service.
        is_named: bool,
    },
    /// polkit does not let this user, or this program, do what it asked the service for.
    #[non_exhaustive]
    PolkitRefused {
        /// The action that was refused.
        action: &'static str,
    },
    /// The program runs apart from the system, and what is around it keeps the service's socket from it.
    #[non_exhaustive]
    SandboxWithoutService {
        /// What is around it, where that could be seen.
        sandbox: Option<Sandbox>,
    },
    /// This process, or the system, has no more file descriptors to give.
    #[non_exhaustive]
    NoFileDescriptors {},
    /// The library and the service are of versions that do not talk to each other.
    #[non_exhaustive]
    VersionsDiffer {
        /// The file of the library, where it could be seen.
        library: Option<PathBuf>,
        /// The version of the service's protocol, major and minor, where the service told it.
        protocol: Option<(i32, i32)>,
    },
    /// The service speaks no version of its protocol that pcsc-sys' client without a library does (feature `native`).
    #[non_exhaustive]
    ProtocolNotSpoken {
        /// The oldest and the newest version that the client speaks, major and minor.
        client: [(i32, i32); 2],
        /// The version of the service, where it told it.
        service: Option<(i32, i32)>,
    },
    /// The library is pcsc-lite's stub, which hands all calls on to another one and could not load that.
    #[non_exhaustive]
    StubWithoutLibrary {
        /// The library that the stub looks for.
        library: PathBuf,
    },
    /// The library or the service failed inside.
    #[non_exhaustive]
    ServiceFailed {},
    /// There is not enough memory.
    #[non_exhaustive]
    NoMemory {},
    /// A value is out of its range, or is none that the reader's driver takes.
    #[non_exhaustive]
    ValueRefused {},
    /// The reader was pulled out, though one of its name may be there again.
    #[non_exhaustive]
    ReaderPulledOut {},
    /// The reader's driver could not do it: the service is there.
    #[non_exhaustive]
    DriverFailed {},
    /// The reader does not answer the service.
    #[non_exhaustive]
    ReaderSilent {},
    /// The card was taken out; perhaps one is there again.
    #[non_exhaustive]
    CardRemoved {},
    /// The card was reset.
    #[non_exhaustive]
    CardReset {},
    /// The service has found that the card does not answer.
    #[non_exhaustive]
    CardMute {},
    /// The service still sees the card, and knows of no reset.
    #[non_exhaustive]
    CardStillSeen {},
}

/// What runs a program apart from the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sandbox {
    /// Flatpak, without its permission for PC/SC.
    Flatpak,
    /// Snap, without its interface for PC/SC.
    Snap,
    /// A container, such as Docker's and Podman's, that the socket is not shared with.
    Container,
}

impl Cause {
    /// What pcsc-lite asks polkit about each client.
    pub(crate) const ACCESS_PCSC: &str = "org.debian.pcsc-lite.access_pcsc";

    /// What it asks about each connection to a card.
    pub(crate) const ACCESS_CARD: &str = "org.debian.pcsc-lite.access_card";

    /// Returns that the system's own service does not run.
    pub(crate) fn service_not_running(socket: Option<PathBuf>) -> Cause {
        Cause::ServiceNotRunning {
            socket,
            is_named: false,
        }
    }

    /// Tells whether it is that the service is not there, not any more, or not for this process: a new context helps.
    pub(crate) fn is_service_down(&self) -> bool {
        matches!(
            self,
            Cause::ServiceNotRunning { .. }
                | Cause::ServiceGone { .. }
                | Cause::ServiceAnswers { .. }
                | Cause::NoReaderNoService { .. }
                | Cause::ForkedProcess { .. }
        )
    }

    /// Tells whether it is that this user or this program may not do it.
    pub(crate) fn is_denial(&self) -> bool {
        matches!(
            self,
            Cause::SocketNotPermitted { .. }
                | Cause::PolkitRefused { .. }
                | Cause::SandboxWithoutService { .. }
        )
    }

    /// Tells whether it is that there are as many as there may be.
    pub(crate) fn is_limit(&self) -> bool {
        matches!(
            self,
            Cause::ServiceAtItsLimit { .. }
                | Cause::ConnectionsAtLimit { .. }
                | Cause::NoFileDescriptors { .. }
        )
    }
}
