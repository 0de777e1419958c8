//! Calls of Cargo, and what it says of this machine and of what it builds.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::programs::command::{BUILD, MINUTE, Words, stdout};
use crate::stage::is_ci;

/// Makes a call of the Cargo that runs this program, in a folder.
pub(crate) fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder).env("CARGO_TERM_COLOR", "never");
    if is_ci() {
        // What prepares the next build, and what a debugger reads, cost a third of the first one.
        command
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
    }
    command
}

/// Returns this machine's target triple.
pub(crate) fn host() -> Result<String> {
    let host = stdout(Command::new("rustc").words("--print host-tuple"), MINUTE)?;
    Ok(host.trim().to_owned())
}

/// Returns the folder that Cargo builds into.
pub(crate) fn target_folder(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// Runs a call that builds, and returns the path of what Cargo made of the source whose path ends so: a test program, or a
/// build script.
pub(crate) fn built(build: &mut Command, source: &str) -> Result<PathBuf> {
    let messages = stdout(build.arg("--message-format=json-render-diagnostics"), BUILD)?;
    program(&messages, source).with_context(|| format!("Cargo built no program of {source}"))
}

fn program(messages: &str, source: &str) -> Option<PathBuf> {
    let messages = messages.lines().map(serde_json::from_str::<Value>);
    messages.filter_map(Result::ok).find_map(|message| {
        let target = &message["target"];
        let program = match target["kind"][0] == "custom-build" {
            true => &message["filenames"][0],
            false => &message["executable"],
        };
        let is_its = target["src_path"].as_str()?.ends_with(source);
        program.as_str().filter(|_| is_its).map(PathBuf::from)
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
