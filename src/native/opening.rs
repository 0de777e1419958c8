//! How a connection is opened: where the socket is, and which version both ends speak.

use super::connection::{Connection, check};
use super::socket::Socket;
use crate::{LONG, SCARD_E_NO_SERVICE, SCARD_E_SERVICE_STOPPED};
use pcsclite_wire::{Command, Version, message};
use std::env;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI32, Ordering};

/// The oldest version that is spoken here: before it a wait can lose a change.
const OLDEST: Version = Version::WAITS_AT_ONCE;

/// The oldest version that is spoken, and the newest.
pub(super) const VERSIONS: [(i32, i32); 2] = [
    (OLDEST.major, OLDEST.minor),
    (Version::NEWEST.major, Version::NEWEST.minor),
];

/// The minor number of the version that was spoken last in this program, which is tried first.
///
/// A service of another version writes a line into the system's log for each connection that begins with a wrong one.
static SPOKEN: AtomicI32 = AtomicI32::new(Version::NEWEST.minor);

/// Where pcscd's socket is: as libpcsclite finds it, which does not look at variables in programs with foreign rights.
pub(super) fn path() -> PathBuf {
    let named = env::var_os("PCSCLITE_CSOCK_NAME").filter(|_| !is_privileged());
    named.map_or_else(|| PathBuf::from(usual(env::consts::OS)), PathBuf::from)
}

/// Where the socket is by the pcscd that a system has: its packages build both ends for one place, which on none of the BSDs
/// is pcsc-lite's own.
fn usual(system: &str) -> &'static str {
    match system {
        // devel/pcsc-lite of the ports, which DragonFly has too.
        "freebsd" | "dragonfly" => "/var/run/pcscd.comm",
        // security/pcsc-lite of pkgsrc.
        "netbsd" => "/var/pcsc-lite/pcscd.comm",
        // security/pcsc-lite of the ports.
        "openbsd" => "/var/run/pcscd/pcscd.comm",
        _ => "/run/pcscd/pcscd.comm",
    }
}

/// Tells whether this program has rights that its user has not.
pub(super) fn is_privileged() -> bool {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: the function looks into a table that the system has made for the program, and is safe for any number.
    return unsafe { libc::getauxval(libc::AT_SECURE) } != 0;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    // SAFETY: it takes nothing, and asks the system.
    return unsafe { libc::issetugid() } != 0;
}

/// Connects to the service, and agrees on a version.
///
/// # Errors
/// `SCARD_E_NO_SERVICE`, `SCARD_F_COMM_ERROR`, `SCARD_E_SERVICE_STOPPED` where there is no version that both speak, and
/// `SCARD_W_SECURITY_VIOLATION` where the service does not serve this user, or any program more.
pub(super) fn open() -> Result<Connection, LONG> {
    let first = Version {
        minor: SPOKEN.load(Ordering::Relaxed),
        ..Version::NEWEST
    };
    let mut connection = connect(first)?;
    let is_older = |connection: &Connection| {
        connection.version < connection.service && connection.version < Version::NEWEST
    };
    if is_older(&connection) {
        // The service has been replaced by a newer one, which would serve this connection as an old one to its end. It is
        // closed first: there may be no place for two.
        drop(connection);
        connection = connect(Version::NEWEST)?;
    }
    SPOKEN.store(connection.version.minor, Ordering::Relaxed);
    Ok(connection)
}

/// Connects, and asks for this version; then once more for the one that the service says to have, or for the newest where
/// that is an unknown one: it may take clients that are a little older.
fn connect(version: Version) -> Result<Connection, LONG> {
    let socket = Socket::connect(&path()).map_err(|_| SCARD_E_NO_SERVICE)?;
    let mut connection = Connection {
        socket,
        version,
        service: version,
        is_admitted: false,
    };
    let code = match ask(&mut connection)? {
        code if code as LONG == SCARD_E_SERVICE_STOPPED && connection.service >= OLDEST => {
            connection.version = connection.service.min(Version::NEWEST);
            ask(&mut connection)?
        }
        code => code,
    };
    check(code)?;
    if is_spoken(connection.version) {
        connection.is_admitted = true;
        Ok(connection)
    } else {
        Err(SCARD_E_SERVICE_STOPPED)
    }
}

/// Tells the service the connection's version; writes its own down, and returns its code.
fn ask(connection: &mut Connection) -> Result<u32, LONG> {
    let request = message::Version::from(connection.version);
    let answer = connection.ask(Command::VERSION, &request)?;
    connection.service = answer.into();
    // One that is older, and does not mind, is spoken to as what it is.
    connection.version = connection.version.min(connection.service);
    Ok(answer.code)
}

fn is_spoken(version: Version) -> bool {
    version >= OLDEST && version.is_known()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_has_its_own_place_for_the_socket() {
        assert_eq!(usual("linux"), "/run/pcscd/pcscd.comm");
        assert_eq!(usual("freebsd"), "/var/run/pcscd.comm");
        assert_eq!(usual("dragonfly"), "/var/run/pcscd.comm");
        assert_eq!(usual("netbsd"), "/var/pcsc-lite/pcscd.comm");
        assert_eq!(usual("openbsd"), "/var/run/pcscd/pcscd.comm");
    }
}
