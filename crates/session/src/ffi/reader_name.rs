//! The name of a reader: text for people, exact units for C.

use super::text::Unit;
use super::wrong_answer::WrongAnswer;
use pcsc_sys::Escaped;
use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::sync::Arc;

/// The name of a reader, exactly as the service gave it. A clone shares it.
///
/// A name that is not valid UTF-8 (on Windows UTF-16) can be listed and opened all the same; only what
/// is shown to people has replacement characters in it, and escapes in place of what is no picture: see [`Escaped`].
///
/// # Examples
/// ```
/// use pcsc_session::ReaderName;
///
/// let name = ReaderName::from("Virtual 0 00 00");
/// assert_eq!(name, "Virtual 0 00 00");
/// assert_eq!(name.to_string(), "Virtual 0 00 00");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReaderName {
    /// The units with a terminating null.
    units: Arc<[Unit]>,
}

impl ReaderName {
    /// Makes a name of the units that C gave, without a terminating null.
    pub(crate) fn from_units(units: &[Unit]) -> ReaderName {
        let mut terminated = Vec::with_capacity(units.len() + 1);
        terminated.extend_from_slice(units);
        terminated.push(0);
        ReaderName {
            units: terminated.into(),
        }
    }

    /// Makes a name of the bytes that the service gave, without a terminating null.
    ///
    /// # Platform notes
    /// Not on Windows, where names are UTF-16.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::ReaderName;
    ///
    /// let name = ReaderName::from_bytes(b"L\xE4ser");
    /// assert_eq!(name.as_bytes(), b"L\xE4ser");
    /// assert_eq!(name.to_string(), "L\u{FFFD}ser");
    /// ```
    #[cfg(not(windows))]
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> ReaderName {
        ReaderName::from_units(bytes)
    }

    /// Returns the name's bytes without a terminating null, exactly as the service gave them.
    ///
    /// # Platform notes
    /// Not on Windows, where names are UTF-16.
    ///
    /// # Examples
    /// ```
    /// let name = pcsc_session::ReaderName::from("Virtual 0 00 00");
    /// assert_eq!(name.as_bytes(), b"Virtual 0 00 00");
    /// ```
    #[cfg(not(windows))]
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.units()
    }

    /// Returns the name as text, where it is valid UTF-8, on Windows UTF-16.
    ///
    /// # Examples
    /// ```
    /// let name = pcsc_session::ReaderName::from("Virtual 0 00 00");
    /// assert_eq!(name.to_str().as_deref(), Some("Virtual 0 00 00"));
    /// ```
    #[must_use]
    pub fn to_str(&self) -> Option<Cow<'_, str>> {
        #[cfg(not(windows))]
        return std::str::from_utf8(self.units()).ok().map(Cow::Borrowed);
        #[cfg(windows)]
        return String::from_utf16(self.units()).ok().map(Cow::Owned);
    }

    /// Returns the name as the platform has its texts, with nothing lost: to be kept in a file or given back as it is.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::ReaderName;
    ///
    /// let name = ReaderName::from("Virtual 0 00 00");
    /// assert_eq!(ReaderName::from(name.to_os_string()), name);
    /// ```
    #[must_use]
    pub fn to_os_string(&self) -> OsString {
        #[cfg(not(windows))]
        return std::os::unix::ffi::OsStringExt::from_vec(self.units().to_vec());
        #[cfg(windows)]
        return std::os::windows::ffi::OsStringExt::from_wide(self.units());
    }

    /// Returns the name as text, with replacement characters where it is not valid.
    ///
    /// # Examples
    /// ```
    /// let name = pcsc_session::ReaderName::from("Virtual 0 00 00");
    /// assert_eq!(name.to_string_lossy(), "Virtual 0 00 00");
    /// ```
    #[must_use]
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        #[cfg(not(windows))]
        return String::from_utf8_lossy(self.units());
        #[cfg(windows)]
        return Cow::Owned(String::from_utf16_lossy(self.units()));
    }

    /// Returns the units without the terminating null.
    pub(crate) fn units(&self) -> &[Unit] {
        &self.units[..self.units.len() - 1]
    }

    /// Returns the null-terminated units for C, or nothing where a null stands inside: no reader has such a name,
    /// and C would take its beginning for the whole.
    pub(crate) fn terminated(&self) -> Option<&[Unit]> {
        (!self.units().contains(&0)).then_some(&*self.units)
    }

    /// Tells whether a reader that is listed so is opened by this name: Windows compares names without regard to case.
    pub(crate) fn names(&self, listed: &ReaderName) -> bool {
        let folded = |name: &ReaderName| name.to_string_lossy().to_lowercase();
        self == listed || cfg!(windows) && folded(self) == folded(listed)
    }

    /// Reads a multi-string: names with a null after each, and an empty one at the end, which a list of one may lack.
    ///
    /// # Errors
    /// A null is missing: the last name may be cut off.
    pub(crate) fn list(units: &[Unit]) -> Result<Vec<ReaderName>, WrongAnswer> {
        let mut names = Vec::new();
        let mut rest = units;
        while !rest.is_empty() {
            let end = rest.iter().position(|&unit| unit == 0);
            let end = end.ok_or(WrongAnswer::CutOff { len: units.len() })?;
            if end == 0 {
                break;
            }
            names.push(ReaderName::from_units(&rest[..end]));
            rest = &rest[end + 1..];
        }
        Ok(names)
    }
}

impl From<&str> for ReaderName {
    fn from(name: &str) -> ReaderName {
        #[cfg(not(windows))]
        return ReaderName::from_units(name.as_bytes());
        #[cfg(windows)]
        return ReaderName::from_units(&name.encode_utf16().collect::<Vec<_>>());
    }
}

impl From<String> for ReaderName {
    fn from(name: String) -> ReaderName {
        ReaderName::from(name.as_str())
    }
}

impl From<&String> for ReaderName {
    fn from(name: &String) -> ReaderName {
        ReaderName::from(name.as_str())
    }
}

/// The name, with nothing lost: as a program's argument gives it, for instance.
impl From<&OsStr> for ReaderName {
    fn from(name: &OsStr) -> ReaderName {
        #[cfg(not(windows))]
        return ReaderName::from_units(std::os::unix::ffi::OsStrExt::as_bytes(name));
        #[cfg(windows)]
        return ReaderName::from_units(
            &std::os::windows::ffi::OsStrExt::encode_wide(name).collect::<Vec<_>>(),
        );
    }
}

/// The name, with nothing lost: as a program's argument gives it, for instance.
impl From<OsString> for ReaderName {
    fn from(name: OsString) -> ReaderName {
        ReaderName::from(name.as_os_str())
    }
}

impl From<&ReaderName> for ReaderName {
    fn from(name: &ReaderName) -> ReaderName {
        name.clone()
    }
}

impl PartialEq<str> for ReaderName {
    fn eq(&self, other: &str) -> bool {
        #[cfg(not(windows))]
        return self.units() == other.as_bytes();
        #[cfg(windows)]
        return self.units().iter().copied().eq(other.encode_utf16());
    }
}

impl PartialEq<&str> for ReaderName {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialEq<String> for ReaderName {
    fn eq(&self, other: &String) -> bool {
        *self == **other
    }
}

impl PartialEq<ReaderName> for String {
    fn eq(&self, other: &ReaderName) -> bool {
        other == self
    }
}

impl PartialEq<ReaderName> for str {
    fn eq(&self, other: &ReaderName) -> bool {
        other == self
    }
}

impl PartialEq<ReaderName> for &str {
    fn eq(&self, other: &ReaderName) -> bool {
        *other == **self
    }
}

/// The name for people: what is no picture is escaped, since a device chose the name.
impl fmt::Display for ReaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Escaped(&self.to_string_lossy()), f)
    }
}

/// As it is displayed, in quotes.
impl fmt::Debug for ReaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Escaped(&self.to_string_lossy()), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str) -> Vec<Unit> {
        ReaderName::from(text).units().to_vec()
    }

    #[test]
    fn a_multi_string_gives_its_names() {
        assert_eq!(
            ReaderName::list(&units("one\0two\0\0")).unwrap(),
            [ReaderName::from("one"), ReaderName::from("two")]
        );
        assert_eq!(
            ReaderName::list(&units("one\0")).unwrap(),
            [ReaderName::from("one")]
        );
        assert_eq!(ReaderName::list(&units("\0")), Ok(Vec::new()));
        assert_eq!(ReaderName::list(&units("")), Ok(Vec::new()));
    }

    #[test]
    fn what_stands_after_the_end_of_a_multi_string_is_not_a_name() {
        assert_eq!(
            ReaderName::list(&units("one\0\0rest")).unwrap(),
            [ReaderName::from("one")]
        );
    }

    /// Field kind F: what C returns is checked.
    #[test]
    fn a_multi_string_that_was_cut_off_is_refused() {
        assert_eq!(
            ReaderName::list(&units("one\0tw")),
            Err(WrongAnswer::CutOff { len: 6 })
        );
        assert_eq!(
            ReaderName::list(&units("one")),
            Err(WrongAnswer::CutOff { len: 3 })
        );
    }

    /// Field case 24.
    #[test]
    fn what_a_device_put_into_its_name_does_not_reach_the_terminal() {
        let name = ReaderName::from("A\u{1b}[2Jb\nc\u{9b}1m\u{202e}d");
        assert_eq!(name.to_string(), "A\\u{1b}[2Jb\\nc\\u{9b}1m\\u{202e}d");
        assert_eq!(
            format!("{name:?}"),
            format!("{:?}", "A\u{1b}[2Jb\nc\u{9b}1m\u{202e}d")
        );
        #[cfg(not(windows))]
        assert_eq!(name.as_bytes(), "A\u{1b}[2Jb\nc\u{9b}1m\u{202e}d".as_bytes());
        assert_eq!(
            ReaderName::from("L\u{e4}ser \u{4e2d} 00").to_string(),
            "L\u{e4}ser \u{4e2d} 00"
        );
    }

    /// Field case 24.
    #[test]
    fn a_name_cannot_hide_what_it_has() {
        for hidden in
            "\u{AD}\u{34F}\u{180E}\u{3164}\u{115F}\u{1160}\u{17B4}\u{2800}\u{FFA0}\u{E0041}\u{FE0F}".chars()
        {
            let name = ReaderName::from(format!("A{hidden}B"));
            let shown = format!("A{}B", hidden.escape_unicode());
            assert_eq!(name.to_string(), shown);
            assert_eq!(format!("{name:?}"), format!("\"{shown}\""));
        }
    }

    #[cfg(not(windows))]
    #[test]
    fn a_name_that_is_not_utf8_keeps_its_bytes() {
        let name = ReaderName::from_bytes(b"L\xE4ser");
        assert_eq!(name.as_bytes(), b"L\xE4ser");
        assert_eq!(name.to_string(), "L\u{FFFD}ser");
        assert_eq!(name.to_str(), None);
        assert_eq!(ReaderName::from(name.to_os_string()), name);
        assert_eq!(ReaderName::from("one").to_str().as_deref(), Some("one"));
        let text = ReaderName::from("one");
        assert!("one" == text && *"one" == text && "two" != text && "one" != name);
        let owned = String::from("one");
        assert_eq!(text, owned);
        assert_ne!(owned, name);
        assert_ne!(name, ReaderName::from("L\u{FFFD}ser"));
    }

    #[cfg(windows)]
    #[test]
    fn a_name_that_is_not_utf16_keeps_its_units() {
        let name = ReaderName::from_units(&[0x4C, 0xD800, 0x72]);
        assert_eq!(name.units(), [0x4C, 0xD800, 0x72]);
        assert_eq!(name.to_string(), "L\u{FFFD}r");
        assert_eq!(name.to_str(), None);
        assert_eq!(ReaderName::from(name.to_os_string()), name);
        assert_ne!(name, ReaderName::from("L\u{FFFD}r"));
    }

    #[test]
    fn a_null_inside_never_reaches_c() {
        assert_eq!(ReaderName::from("one\0two").terminated(), None);
        assert_eq!(ReaderName::from("one").terminated(), Some(&*units("one\0")));
    }

    #[test]
    fn width_applies_to_a_name() {
        assert_eq!(format!("[{:>5}]", ReaderName::from("one")), "[  one]");
    }
}
