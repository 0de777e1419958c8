//! The configuration that the environment names.

use std::error::Error as _;
use std::path::Path;

use pcsc_sim::config::Config;

use crate::first_folder::from_first_folder;

/// The environment variable that names the configuration's file.
const VARIABLE: &str = "PCSC_SIM_CONFIG";

/// Reads the file that the environment names; without one there is the default.
pub(crate) fn configured() -> Result<Config, String> {
    match std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        Some(path) => read(&from_first_folder(Path::new(&path))),
        None => Ok(Config::one_demo_card()),
    }
}

fn read(path: &Path) -> Result<Config, String> {
    Config::read(path).map_err(|error| match error.source() {
        Some(_) => format!("{error}, named by {VARIABLE}"),
        None => error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::message;

    #[test]
    fn a_file_that_cannot_be_read_is_named_with_the_variable() {
        for path in [Path::new("/no/such/file.toml"), &std::env::temp_dir()] {
            let error = read(path).unwrap_err();
            assert!(error.starts_with(&format!("{}: ", path.display())), "{error}");
            assert!(
                error.ends_with("expected a TOML file, named by PCSC_SIM_CONFIG"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_readme_shows_the_example() {
        let example = include_str!("../../sim/examples/simulator.toml");
        assert!(include_str!("../README.md").contains(example));
    }

    #[test]
    fn what_a_file_says_does_not_act_on_the_terminal() {
        let text = "[[reader]]\nname = \"a\"\n\"\\u001b[2J\\u3164\\u202e\" = 1\n";
        let name = format!("f\u{2066}{}.toml", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).unwrap();
        let mistake = read(&path).unwrap_err();
        std::fs::remove_file(&path).unwrap();
        let line = message(&mistake);
        assert!(line.contains("u{3164}") && line.contains("u{202e}"), "{line:?}");
        assert!(
            line.starts_with("libpcsc_sim: ") && line.contains("f\\u{2066}"),
            "{line:?}"
        );
        assert!(line.contains(".toml:3:"), "{line:?}");
        let shown = line.strip_suffix('\n').unwrap();
        assert!(shown.is_ascii() && !shown.contains(char::is_control), "{line:?}");
    }
}
