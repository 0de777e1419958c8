//! Lists in text.

use core::fmt;

/// Lists what is true, or says that there is none.
pub(super) fn list(f: &mut fmt::Formatter<'_>, says: &[(bool, &str)]) -> fmt::Result {
    let mut true_ones = says.iter().filter_map(|&(is_true, text)| is_true.then_some(text));
    f.write_str(true_ones.next().unwrap_or("none"))?;
    true_ones.try_for_each(|text| write!(f, ", {text}"))
}
