//! The READMEs' pictures of the program at a terminal are what it prints there.
//!
//! With PCSC_PICTURES=write in the environment they are drawn anew.

use crate::program::pcsc;
use anstyle_svg::Term;
use std::path::Path;

/// Each picture's name, and the calls that it shows.
const PICTURES: &[(&str, &[&[&str]])] = &[
    (
        "send",
        &[
            &["--sim", "readers"],
            &[
                "--sim",
                "send",
                "00A4040009F0504353432D53494D00",
                "00B0810000",
                "00A4040002F0F0",
            ],
        ],
    ),
    ("atr", &[&["atr", "3B8F8001804F0CA000000306030001000000006A"]]),
];

/// Draws what is seen at a terminal.
fn draw(calls: &[&[&str]]) -> String {
    let mut seen = String::new();
    for arguments in calls {
        let output = pcsc(arguments).env("CLICOLOR_FORCE", "1").output().unwrap();
        assert!(output.stdout.contains(&0x1B), "{arguments:?} prints in colour");
        seen += &format!("\u{1b}[1m$\u{1b}[0m pcsc {}\n", arguments.join(" "));
        seen += &String::from_utf8(output.stdout).unwrap();
        seen += &String::from_utf8(output.stderr).unwrap();
    }
    Term::new().render_svg(&seen)
}

#[test]
fn the_pictures_show_what_is_printed() {
    for (name, calls) in PICTURES {
        let path = format!("{}/pictures/{name}.svg", env!("CARGO_MANIFEST_DIR"));
        let drawn = draw(calls);
        if std::env::var("PCSC_PICTURES").is_ok_and(|wanted| wanted == "write") {
            std::fs::write(&path, &drawn).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap();
        assert!(
            kept == drawn,
            "{path} is another picture: PCSC_PICTURES=write draws it anew"
        );
    }
}

#[test]
fn each_picture_is_in_a_readme() {
    let text = |path: &str| {
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_default()
    };
    let readmes = text("README.md") + &text("../../README.md");
    for (name, _) in PICTURES {
        assert!(readmes.contains(&format!("pictures/{name}.svg)")), "{name}");
    }
}
