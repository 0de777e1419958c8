//! Why no table could be had, and what can be done about it.

use crate::Escaped;
use std::fmt;

/// Why no table could be had: each library that was tried, with what was wrong with it.
///
/// Its text names them all and says what to install.
///
/// # Examples
/// ```
/// # #[cfg(feature = "load")] {
/// // SAFETY: there is no such file, so that nothing is run.
/// let error = unsafe { pcsc_sys::Functions::load("/no/such/library.so") }.unwrap_err();
/// assert!(error.to_string().starts_with("no PC/SC library could be used: /no/such/library.so"));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    attempts: Vec<Attempt>,
    is_static: bool,
}

/// Whether this is a program without a loader: musl's `dlopen` is not in a static one.
#[cfg(any(test, feature = "load", not(feature = "link")))]
const IS_STATIC: bool = cfg!(all(target_env = "musl", target_feature = "crt-static"));

/// A library that was tried, and what was wrong with it.
///
/// # Examples
/// ```
/// # #[cfg(feature = "load")] {
/// // SAFETY: there is no such file, so that nothing is run.
/// let error = unsafe { pcsc_sys::Functions::load("/no/such/library.so") }.unwrap_err();
/// println!("{}", error.attempts()[0]); // the path, and the loader's reason
/// # assert!(error.attempts()[0].to_string().starts_with("/no/such/library.so ("));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    library: String,
    failure: Failure,
}

/// What was wrong with a library.
///
/// # Examples
/// ```
/// # #[cfg(feature = "load")] {
/// // SAFETY: there is no such file, so that nothing is run.
/// let error = unsafe { pcsc_sys::Functions::load("/no/such/library.so") }.unwrap_err();
/// assert!(matches!(error.attempts()[0].failure(), pcsc_sys::Failure::NotOpened(_)));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The loader did not open it, for the reason that it gave.
    NotOpened(String),
    /// It has no such symbol, which every PC/SC library has.
    MissingSymbol(&'static str),
}

impl LoadError {
    #[cfg(any(test, feature = "load", not(feature = "link")))]
    pub(super) fn new(attempts: Vec<Attempt>) -> LoadError {
        LoadError {
            attempts,
            is_static: IS_STATIC,
        }
    }

    /// Returns the libraries that were tried, in order; none where the crate was built without `load` and `link`.
    ///
    /// # Examples
    /// ```
    /// # #[cfg(feature = "load")] {
    /// // SAFETY: there is no such file, so that nothing is run.
    /// let error = unsafe { pcsc_sys::Functions::load("/no/such/library.so") }.unwrap_err();
    /// assert_eq!(error.attempts().len(), 1);
    /// # }
    /// ```
    #[must_use]
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// Returns the first required symbol that a library was refused for.
    ///
    /// # Examples
    /// ```
    /// # #[cfg(feature = "load")] {
    /// // SAFETY: there is no such file, so that nothing is run.
    /// let error = unsafe { pcsc_sys::Functions::load("/no/such/library.so") }.unwrap_err();
    /// assert_eq!(error.missing_symbol(), None); // it was not even opened
    /// # }
    /// ```
    #[must_use]
    pub fn missing_symbol(&self) -> Option<&'static str> {
        self.attempts.iter().find_map(|attempt| match attempt.failure {
            Failure::MissingSymbol(symbol) => Some(symbol),
            Failure::NotOpened(_) => None,
        })
    }

    /// Tells whether nothing that is installed would help: the program is linked statically with musl, and has no loader.
    ///
    /// # Platform notes
    /// That is what Rust's musl targets build by default. What helps is to build with the feature `native`, with
    /// `-C target-feature=-crt-static`, or with the feature `link` and a static libpcsclite.
    #[must_use]
    pub fn is_static_program(&self) -> bool {
        self.is_static
    }
}

impl Attempt {
    #[cfg(any(test, feature = "load"))]
    pub(super) fn new(library: String, failure: Failure) -> Attempt {
        Attempt { library, failure }
    }

    /// Returns the name or path that was given to the loader.
    ///
    /// # Examples
    /// ```
    /// # #[cfg(feature = "load")] {
    /// // SAFETY: there is no such file, so that nothing is run.
    /// let error = unsafe { pcsc_sys::Functions::load("/no/such/library.so") }.unwrap_err();
    /// assert_eq!(error.attempts()[0].library(), "/no/such/library.so");
    /// # }
    /// ```
    #[must_use]
    pub fn library(&self) -> &str {
        &self.library
    }

    /// Tells what was wrong with it.
    ///
    /// # Examples
    /// ```
    /// # #[cfg(feature = "load")] {
    /// // SAFETY: there is no such file, so that nothing is run.
    /// let error = unsafe { pcsc_sys::Functions::load("/no/such/library.so") }.unwrap_err();
    /// match error.attempts()[0].failure() {
    ///     pcsc_sys::Failure::NotOpened(reason) => println!("{reason}"),
    ///     pcsc_sys::Failure::MissingSymbol(symbol) => panic!("it has no {symbol}"),
    ///     other => panic!("{other:?}"),
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn failure(&self) -> &Failure {
        &self.failure
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.attempts.is_empty() {
            return f.write_str(
                "no PC/SC library: pcsc-sys was built with neither of its features `load` and `link`",
            );
        }
        f.write_str("no PC/SC library could be used: ")?;
        for (index, attempt) in self.attempts.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{attempt}")?;
        }
        let advice = if self.is_static { STATIC_ADVICE } else { ADVICE };
        write!(f, ". {advice}")
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let library = Escaped(&self.library);
        match &self.failure {
            // The loader repeats the path in it.
            Failure::NotOpened(reason) => write!(f, "{library} ({})", Escaped(reason)),
            Failure::MissingSymbol(symbol) => write!(f, "{library} (it lacks the symbol {symbol})"),
        }
    }
}

impl std::error::Error for LoadError {}

impl Failure {
    /// Returns the loader's reason, with those that it has it from: some loaders' own text says only which call failed.
    #[cfg(feature = "load")]
    pub(super) fn not_opened(error: &dyn std::error::Error) -> Failure {
        let mut reason = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            let text = error.to_string();
            if !reason.contains(&text) {
                reason = format!("{reason}: {text}");
            }
            source = error.source();
        }
        Failure::NotOpened(reason)
    }
}

const STATIC_ADVICE: &str = "This program is linked statically with musl, and a static program cannot load a library, whatever is installed: build it with the feature `native`, which speaks to pcscd without one, with RUSTFLAGS=\"-C target-feature=-crt-static\", or with the feature `link` and a static libpcsclite";

const ADVICE: &str = if cfg!(windows) {
    "winscard.dll is part of Windows: repair the installation, or add the feature that holds it on a server edition"
} else if cfg!(target_os = "macos") {
    "PCSC.framework is part of macOS: repair the installation"
} else if cfg!(target_os = "freebsd") {
    "Install pcsc-lite: pkg install pcsc-lite"
} else if !cfg!(any(target_os = "linux", target_os = "android")) {
    "Install pcsc-lite by the system's package manager"
} else {
    "Install pcsc-lite: apt install libpcsclite1 pcscd (Debian, Ubuntu), dnf install pcsc-lite (Fedora), pacman -S pcsclite (Arch), apk add pcsc-lite-libs pcsc-lite (Alpine)"
};

#[cfg(test)]
mod tests {
    use super::*;

    fn error(is_static: bool) -> LoadError {
        let failure = Failure::NotOpened("Dynamic loading not supported".to_owned());
        LoadError {
            attempts: vec![Attempt::new("libpcsclite.so.1".to_owned(), failure)],
            is_static,
        }
    }

    /// Field case 17.
    #[test]
    fn a_static_program_is_told_what_works() {
        let text = error(true).to_string();
        for part in [
            "libpcsclite.so.1 (Dynamic loading not supported)",
            "static program cannot load",
            "-C target-feature=-crt-static",
            "feature `link`",
            "feature `native`",
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert!(!text.contains("nstall pcsc-lite"), "{text}");
        assert!(error(true).is_static_program() && !error(false).is_static_program());
        assert!(error(false).to_string().ends_with(ADVICE));
    }

    #[test]
    fn this_program_is_static_where_musl_is() {
        let is_static = LoadError::new(Vec::new()).is_static_program();
        assert_eq!(
            is_static,
            cfg!(target_env = "musl") && cfg!(target_feature = "crt-static")
        );
    }

    #[test]
    fn what_a_file_or_its_loader_says_is_escaped() {
        let failure = Failure::NotOpened("no\u{202e}\u{1b}[2J\u{ad} file".to_owned());
        let text = Attempt::new("/tmp/\u{2066}lib\n.so".to_owned(), failure).to_string();
        assert_eq!(
            text,
            "/tmp/\\u{2066}lib\\n.so (no\\u{202e}\\u{1b}[2J\\u{ad} file)"
        );
        let failure = Failure::MissingSymbol("SCardConnect");
        let text = Attempt::new("lib\u{3164}.so".to_owned(), failure).to_string();
        assert_eq!(text, "lib\\u{3164}.so (it lacks the symbol SCardConnect)");
    }

    #[cfg(feature = "load")]
    #[test]
    fn the_loaders_reason_is_kept_wherever_it_stands() {
        use std::io::Error;
        // As libloading has it on Windows: its text names the call, the reason is below.
        #[derive(Debug)]
        struct CallFailed(Error);
        impl fmt::Display for CallFailed {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("LoadLibraryExW failed")
            }
        }
        impl std::error::Error for CallFailed {
            fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
                Some(&self.0)
            }
        }
        let failure = Failure::not_opened(&CallFailed(Error::other("the module could not be found")));
        let reason = "LoadLibraryExW failed: the module could not be found".to_owned();
        assert_eq!(failure, Failure::NotOpened(reason));
        let failure = Failure::not_opened(&Error::other("no such file"));
        assert_eq!(failure, Failure::NotOpened("no such file".to_owned()));
    }
}
