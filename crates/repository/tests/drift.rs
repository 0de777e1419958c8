//! A signature of the list that is not the header's does not compile.
//!
//! A copy of the workspace is changed at every function at once: each must be named by an error. Unchanged it compiles.

use std::fs;
use std::path::Path;
use std::process::Command;

use repository::{attempt, cargo, copy_workspace, headers, read, stdout, target_folder, write};

const LIST: &str = "src/functions.rs";

#[test]
#[ignore = "cargo xtask test drift"]
fn each_changed_signature_is_an_error() {
    let copy = target_folder().join("drift");
    copy_workspace(&copy);
    let names = names(&read(copy.join("src/bindings/pcsclite.rs")));

    // Where the unchanged copy does not compile, the check means nothing.
    stdout(&mut check(&copy, "load"));
    stdout(check(&copy, "load,bindgen").env("PCSC_INCLUDE_DIR", headers()));

    // The list changes, the committed bindings stay.
    let list = copy.join(LIST);
    let text = read(&list);
    write(&list, &change(&text, &names, change_list));
    each_is_named(&mut check(&copy, "load"), &names);
    // Where the list has another pointer than the header, it is as constant as that.
    for (kind, other) in [(" LPCBYTE as", " LPBYTE as"), (" LPBYTE as", " LPCBYTE as")] {
        let changes = replaced_one_at_a_time(&text, kind, other);
        assert!(!changes.is_empty(), "{LIST} has no{kind}");
        for (name, changed) in changes {
            write(&list, &changed);
            each_is_named(&mut check(&copy, "load"), &[name]);
        }
    }
    write(&list, &text);

    // The headers change, the list stays.
    let changed = copy.join("changed-headers");
    for entry in fs::read_dir(headers()).unwrap() {
        let header = entry.unwrap().path();
        write(
            changed.join(header.file_name().unwrap()),
            &change(&read(&header), &names, change_header),
        );
    }
    each_is_named(
        check(&copy, "load,bindgen").env("PCSC_INCLUDE_DIR", &changed),
        &names,
    );
    println!(
        "   {} changed signatures do not compile, in the list and in the headers",
        names.len()
    );
}

/// Returns the functions of the committed bindings.
fn names(bindings: &str) -> Vec<String> {
    let (_, header) = bindings
        .split_once("mod header")
        .expect("there is a `mod header`");
    let names = header.split("pub fn ").skip(1);
    names
        .filter_map(|rest| rest.split('(').next())
        .map(str::to_owned)
        .collect()
}

/// Changes the signature of each function that a text declares.
fn change(text: &str, names: &[String], change_one: fn(&str) -> String) -> String {
    let mut text = text.to_owned();
    for name in names {
        // Documentation and comments may name a function with a parenthesis too, but not like this.
        let declarations = ["fn ", "LONG ", "char *", "char* "].map(|before| format!("{before}{name}("));
        if let Some(at) = declarations
            .iter()
            .find_map(|start| Some(text.find(start)? + start.len()))
        {
            text = format!("{}{}", &text[..at], change_one(&text[at..]));
        }
    }
    text
}

/// Replaces a part of the list wherever it stands, in one place at a time, each with the function around it.
fn replaced_one_at_a_time(list: &str, part: &str, other: &str) -> Vec<(String, String)> {
    list.match_indices(part)
        .filter_map(|(at, _)| {
            let (before, after) = (&list[..at], &list[at + part.len()..]);
            let (_, name) = before.rsplit_once(" fn ")?;
            let name = name.split('(').next()?;
            Some((name.to_owned(), format!("{before}{other}{after}")))
        })
        .collect()
}

/// Gives the first argument, up to its comma or the parenthesis, a type that no function has there.
fn change_list(rest: &str) -> String {
    let colon = rest.find(':').unwrap_or(0);
    let end = rest.find([',', ')']).unwrap_or(0);
    format!("{}: u16{}", &rest[..colon], &rest[end..])
}

/// Puts an argument before the first one.
fn change_header(rest: &str) -> String {
    format!("unsigned short drift, {rest}")
}

fn check(copy: &Path, features: &str) -> Command {
    let mut check = cargo(
        copy,
        "check --lib --package pcsc-sys --no-default-features --features",
    );
    check.arg(features);
    check
}

/// Checks that the package does not compile, with an error for each function.
fn each_is_named(check: &mut Command, names: &[String]) {
    let (is_good, _, output) = attempt(check);
    let mismatches = |name: &String| {
        // rustc names the item: `fn item ... {NAME}`.
        let item = format!("{{header::{name}}}");
        output.split("error[").any(|error| {
            let has = |text: &str| error.contains(text);
            // The second is an assertion's, for a pointer that is not as constant as the header's.
            error.starts_with("E0308") && (has(&item) || has(&format!("{{{name}}}")))
                || error.starts_with("E0080") && has(&format!("{name}: "))
        })
    };
    let unnoticed: Vec<_> = names.iter().filter(|name| !mismatches(name)).collect();
    assert!(
        !is_good && !names.is_empty() && unnoticed.is_empty(),
        "{output}\nno error for a changed signature of: {unnoticed:?}"
    );
}
