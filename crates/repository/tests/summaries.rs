//! The summary of each public function begins with a verb: CONTRIBUTING.md, "documentation". Clippy does not look at it.

use std::fs;
use std::path::Path;

use repository::{read, root};

#[test]
fn each_summary_of_a_function_begins_with_a_verb() {
    let mut others = Vec::new();
    for folder in ["src", "crates"] {
        look_below(&root().join(folder), &mut others);
    }
    assert!(
        others.is_empty(),
        "{}\nit begins with a verb, such as Returns or Tells",
        others.join("\n")
    );
}

fn look_below(folder: &Path, others: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_left_out = path.ends_with("tests") || path.ends_with("target");
        if path.is_dir() && !is_left_out {
            look_below(&path, others);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = read(&path);
            let found = without_a_verb(&text).into_iter();
            others.extend(found.map(|(line, summary)| format!("{}:{line}: {summary}", path.display())));
        }
    }
}

/// Returns the number and the text of each line that is the summary of a public function and begins with something else.
fn without_a_verb(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut summary = None;
    let (mut is_in_trait, mut open) = (false, 0_i32);
    for (index, line) in text.lines().enumerate() {
        let item = line.trim_start();
        if let Some(text) = item.strip_prefix("///") {
            summary = summary.or(Some((index + 1, text.trim())));
            continue;
        }
        // An attribute may have several lines.
        if item.starts_with('#') || open > 0 {
            let brackets = |bracket| item.matches(bracket).count() as i32;
            open += brackets('[') - brackets(']');
            continue;
        }
        if line.starts_with("pub trait ") {
            is_in_trait = true;
        } else if line == "}" {
            is_in_trait = false;
        }
        let of_item = summary.take();
        if is_function(item, is_in_trait) {
            found.extend(of_item.filter(|(_, summary)| !begins_with_a_verb(summary)));
        }
    }
    found
}

/// Tells whether an item is a public function, as all of a public trait's are.
fn is_function(item: &str, is_in_trait: bool) -> bool {
    let mut words = item.split_whitespace().peekable();
    let is_public = words.next_if_eq(&"pub").is_some() || is_in_trait;
    let is_qualifier =
        |word: &&str| ["const", "async", "unsafe", "extern"].contains(word) || word.starts_with('"');
    is_public && words.find(|word| !is_qualifier(word)) == Some("fn")
}

/// Tells whether a text begins as one does that says what a function does: in the third person.
fn begins_with_a_verb(text: &str) -> bool {
    const OTHERS: [&str; 8] = [
        "Always", "As", "Bytes", "Cards", "Its", "Names", "Readers", "This",
    ];
    let end = text.find(|character: char| !character.is_ascii_alphabetic());
    let word = &text[..end.unwrap_or(text.len())];
    word.starts_with(|first: char| first.is_ascii_uppercase())
        && word.len() > 1
        && word.ends_with('s')
        && !OTHERS.contains(&word)
}

#[test]
fn what_is_no_verb_is_found() {
    for summary in [
        "Returns it.",
        "Tells whether.",
        "Is there.",
        "Says what, and how.",
    ] {
        assert!(begins_with_a_verb(summary), "{summary}");
    }
    for summary in [
        "The name.",
        "Whether it is.",
        "As `a`.",
        "SELECT by name.",
        "`a` is.",
        "",
        "Return it.",
        "S",
    ] {
        assert!(!begins_with_a_verb(summary), "{summary}");
    }
}

#[test]
fn each_public_function_is_looked_at_and_nothing_else() {
    let text = "/// The type.
pub struct A;

impl A {
    /// The first.
    ///
    /// Returns more.
    #[cfg_attr(
        test,
        allow(dead_code)
    )]
    pub const unsafe fn a() {}

    /// The second.
    fn b() {}

    /// The third.
    pub(crate) fn c() {}

    /// Returns the fourth.
    pub fn d() {}
}

/// A trait.
pub trait B {
    /// The fifth.
    fn e(&self);
}

/// The sixth.
fn f() {}
/// The seventh.
pub unsafe extern \"system\" fn g() {}
";
    let found = [(5, "The first."), (26, "The fifth."), (32, "The seventh.")];
    assert_eq!(without_a_verb(text), found);
}
