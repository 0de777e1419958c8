//! Calls of Cargo, and what it says of this machine and of what it builds.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::left_out::is_ci;
use crate::programs::command::{Words, call, stdout};

/// Makes a call of the Cargo that runs this program, in a folder.
pub fn cargo(folder: &Path, words: &str) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .words(words)
        .current_dir(folder)
        .env("CARGO_TERM_COLOR", "never");
    if is_ci() {
        for_one_build(&mut cargo);
    }
    cargo
}

/// Has Cargo build neither what prepares the next build nor what a debugger reads: a third of the first one.
pub fn for_one_build(cargo: &mut Command) {
    cargo.envs([("CARGO_INCREMENTAL", "0"), ("CARGO_PROFILE_DEV_DEBUG", "0")]);
}

/// Returns this machine's target triple.
pub(crate) fn host() -> Result<String> {
    let host = stdout(&mut call("rustc", "--print host-tuple"))?;
    Ok(host.trim().to_owned())
}

/// Returns the folder that Cargo builds into.
pub fn target_folder(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// Runs a call that builds, and returns the path of the test program that Cargo made of the source whose path ends so.
pub fn built(build: &mut Command, source: &str) -> Result<PathBuf> {
    let messages = stdout(build.arg("--message-format=json-render-diagnostics"))?;
    program(&messages, source).with_context(|| format!("Cargo built no program of {source}"))
}

fn program(messages: &str, source: &str) -> Option<PathBuf> {
    let messages = messages.lines().map(serde_json::from_str::<Value>);
    messages.filter_map(Result::ok).find_map(|message| {
        let is_its = message["target"]["src_path"].as_str()?.ends_with(source);
        message["executable"]
            .as_str()
            .filter(|_| is_its)
            .map(PathBuf::from)
    })
}

#[cfg(test)]
mod tests {
    use super::program;
    use std::path::Path;

    #[test]
    fn the_program_is_the_tests() {
        let message =
            |program| format!("{{\"executable\":{program},\"target\":{{\"src_path\":\"/r/a.rs\"}}}}\n");
        let messages = message("null") + "note\n" + &message("\"/t/a-2\"");
        assert_eq!(program(&messages, "/a.rs").unwrap(), Path::new("/t/a-2"));
        assert!(program(&messages, "/b.rs").is_none());
    }
}
