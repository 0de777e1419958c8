//! The socket of pcscd, where a program was told of one.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

/// The environment variable by which pcsc-lite's library is told the socket's path.
const VARIABLE: &str = "PCSCLITE_CSOCK_NAME";

/// The bytes of a socket's path that pcsc-lite uses, as many as `sockaddr_un` has besides the null.
const LONGEST: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// Where pcscd's socket should be, as the environment said at the first call; nowhere in particular without a word of it.
#[derive(Debug)]
pub(crate) struct Socket(Option<OsString>);

/// What is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// A socket, or none was asked for.
    Service,
    /// A file or folder to which no program can connect.
    NoSocket,
    Nothing,
}

impl Socket {
    pub(crate) fn of_environment() -> Self {
        Self::named(std::env::var_os(VARIABLE))
    }

    fn named(name: Option<OsString>) -> Self {
        Self(name.map(|name| {
            let mut bytes = name.into_vec();
            bytes.truncate(LONGEST);
            OsString::from_vec(bytes)
        }))
    }

    /// Looks, as pcsc-lite's library does for each context. Nothing is sent to what is there.
    pub(crate) fn look(&self) -> Found {
        let Some(name) = &self.0 else {
            return Found::Service;
        };
        match fs::metadata(Path::new(name)) {
            Ok(file) if file.file_type().is_socket() => Found::Service,
            Ok(_) => Found::NoSocket,
            Err(_) => Found::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn only_a_socket_stands_for_a_service() {
        let look = |name: &str| Socket::named(Some(name.into())).look();
        assert_eq!(Socket::named(None).look(), Found::Service);
        assert_eq!(look(""), Found::Nothing);
        assert_eq!(look("/no/such/socket"), Found::Nothing);
        assert_eq!(look("/"), Found::NoSocket);
        assert_eq!(look(&"/".repeat(300)), Found::NoSocket);
        let name = Socket::named(Some("x".repeat(300).into()));
        assert_eq!(name.0.unwrap().as_bytes().len(), LONGEST);
    }
}
