//! Stage `lint`: clippy, with its warnings as errors, and what clippy does not look at: how summaries begin.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::cargo::cargo;
use crate::command::{self, BUILD, Words};
use crate::feature_sets::{EVERYTHING, FIRST, OTHERS, SESSION, for_each, only_with};
use crate::files::{read, rust_sources};
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "lint",
    about: "clippy, warnings are errors, with --all in every feature set; functions' summaries begin with a verb",
    needs: &[&["clippy"]],
    run,
    rest: Some(rest),
};

/// Reads the summaries of public functions; and runs clippy on the workspace, and on pcsc-sys with all features. With each
/// other set, and of pcsc-session alone, the library is looked at.
fn run(root: &Path) -> Result<Done> {
    summaries_begin_with_a_verb(root)?;
    clippy(cargo(root).words("clippy --workspace --all-targets"))?;
    let done = sets(root, &[EVERYTHING], "--all-targets")?;
    sessions(root, "--lib")?;
    Ok(done.and(sets(root, &others(), "--lib")?))
}

/// Runs clippy on the workspace with all features, and on all of pcsc-sys and pcsc-session in the other sets.
fn rest(root: &Path) -> Result<Done> {
    let done = for_each(&[EVERYTHING], |_| {
        clippy(cargo(root).words("clippy --workspace --all-features --all-targets"))
    })?;
    sessions(root, "--all-targets")?;
    Ok(done.and(sets(root, &others(), "--all-targets")?))
}

/// Returns the sets but that of all features; the workspace has the default one with `native`, which the command `pcsc` has.
fn others() -> Vec<&'static str> {
    let sets = FIRST.into_iter().chain(OTHERS);
    sets.filter(|set| *set != EVERYTHING).collect()
}

fn sets(root: &Path, sets: &[&str], targets: &str) -> Result<Done> {
    for_each(sets, |set| {
        clippy(only_with(cargo(root).arg("clippy"), set).arg(targets))
    })
}

fn sessions(root: &Path, targets: &str) -> Result<()> {
    SESSION
        .iter()
        .try_for_each(|set| clippy(cargo(root).arg("clippy").words(set).arg(targets)))
}

fn clippy(clippy: &mut Command) -> Result<()> {
    command::run(clippy.words("-- -D warnings"), BUILD).map(drop)
}

/// Checks the summary of each public function of each package: CONTRIBUTING.md, "documentation".
fn summaries_begin_with_a_verb(root: &Path) -> Result<()> {
    let mut others = Vec::new();
    for folder in ["src", "crates"] {
        for file in rust_sources(&root.join(folder))? {
            if file.iter().any(|part| part == "tests" || part == "target") {
                continue;
            }
            let text = read(&file)?;
            let found = without_a_verb(&text).into_iter();
            others.extend(found.map(|(line, summary)| format!("{}:{line}: {summary}", file.display())));
        }
    }
    let others = others.join("\n");
    ensure!(
        others.is_empty(),
        "{others}\nthe summary of a function begins with a verb, such as Returns or Tells"
    );
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::{begins_with_a_verb, without_a_verb};

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
        // In quotes, so that this file is not found.
        let text = [
            "/// The type.",
            "pub struct A;",
            "",
            "impl A {",
            "    /// The first.",
            "    ///",
            "    /// Returns more.",
            "    #[cfg_attr(",
            "        test,",
            "        allow(dead_code)",
            "    )]",
            "    pub const unsafe fn a() {}",
            "",
            "    /// The second.",
            "    fn b() {}",
            "",
            "    /// The third.",
            "    pub(crate) fn c() {}",
            "",
            "    /// Returns the fourth.",
            "    pub fn d() {}",
            "}",
            "",
            "/// A trait.",
            "pub trait B {",
            "    /// The fifth.",
            "    fn e(&self);",
            "}",
            "",
            "/// The sixth.",
            "fn f() {}",
            "/// The seventh.",
            "pub unsafe extern \"system\" fn g() {}",
        ]
        .join("\n");
        assert_eq!(
            without_a_verb(&text),
            [(5, "The first."), (26, "The fifth."), (32, "The seventh.")]
        );
    }
}
