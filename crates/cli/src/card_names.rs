//! The names of cards, by their answers to reset: the list of pcsc-tools.

use crate::pattern::Pattern;
use pcsc_session::iso7816::atr::Atr;
use std::env;
use std::path::PathBuf;

/// Names the list, where it is another one.
const VARIABLE: &str = "SMARTCARD_LIST";

/// Returns what cards have this answer to reset, by the list that is installed; nothing where none is.
pub(crate) fn of(atr: &Atr) -> Vec<String> {
    let read = lists().into_iter().find_map(|path| std::fs::read(path).ok());
    let list = read.unwrap_or_default();
    named(&String::from_utf8_lossy(&list), atr)
}

/// Where the list may be: as pcsc-tools looks for it.
fn lists() -> Vec<PathBuf> {
    if let Some(path) = env::var_os(VARIABLE) {
        return vec![path.into()];
    }
    let home = env::var_os("HOME").map(PathBuf::from);
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| home.as_ref().map(|home| home.join(".cache")));
    let own = [
        cache.map(|cache| cache.join("smartcard_list.txt")),
        home.map(|home| home.join(".smartcard_list.txt")),
    ];
    let shared = ["/usr/local/pcsc", "/usr/share/pcsc", "/usr/local/share/pcsc"];
    let shared = shared.map(|folder| PathBuf::from(folder).join("smartcard_list.txt"));
    own.into_iter().flatten().chain(shared).collect()
}

/// A pattern stands at the beginning of a line, and the names behind a tab on the lines after it.
fn named(list: &str, atr: &Atr) -> Vec<String> {
    let mut names = Vec::new();
    let mut fits = false;
    for line in list.lines() {
        match line.strip_prefix('\t') {
            // Beside a name there may be where to read about it.
            Some(name) if fits && !name.trim_start().starts_with("http") => {
                names.push(pcsc_sys::Escaped(name.trim()).to_string());
            }
            Some(_) => {}
            // A line that is no pattern, a comment or none, fits no card.
            None => {
                fits = !line.is_empty()
                    && Pattern::parse(line).is_ok_and(|pattern| pattern.matches(atr.as_bytes()));
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_below_their_patterns() {
        let list =
            "# a list\n\n3B 00\n\tno\n\n3B 6. A[FE] .*\n\tone\x1b[2J\n\thttp://two\n\n3B 65 AE 03\n\tthree\n";
        let atr = Atr::new(&[0x3B, 0x65, 0xAE, 0x03]);
        assert_eq!(named(list, &atr), ["one\\u{1b}[2J", "three"]);
        assert_eq!(named(list, &Atr::new(&[0x3B])), [""; 0]);
        assert_eq!(named("", &atr), [""; 0]);
    }
}
