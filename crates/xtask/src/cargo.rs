//! Calls of Cargo, and what it says of this machine and of what it builds.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command::{BUILD, MINUTE, Words, stdout};
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

/// Returns this machine's target triple, as Cargo names it.
pub(crate) fn host(folder: &Path) -> Result<String> {
    let output = stdout(cargo(folder).words("--version --verbose"), MINUTE)?;
    let host = output.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host
        .context("Cargo does not say what machine this is")?
        .to_owned())
}

/// Returns the folder that Cargo builds into.
pub(crate) fn target_folder(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// Runs a call that builds, and returns the path of what Cargo made of this name: a test program, or a package's
/// build script.
pub(crate) fn built(build: &mut Command, name: &str) -> Result<PathBuf> {
    let messages = stdout(build.arg("--message-format=json-render-diagnostics"), BUILD)?;
    program(&messages, name).with_context(|| format!("Cargo built no program {name}"))
}

fn program(messages: &str, name: &str) -> Option<PathBuf> {
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut paths = messages.filter_map(|message| match &message["target"]["kind"][0] {
        kind if kind == "custom-build" => message["filenames"][0].as_str().map(PathBuf::from),
        _ => message["executable"].as_str().map(PathBuf::from),
    });
    paths.find(|path| path.to_string_lossy().contains(&format!("/{name}-")))
}

#[cfg(test)]
mod tests {
    use super::{host, program};
    use crate::command::{MINUTE, stdout};
    use std::path::Path;
    use std::process::Command;

    #[test]
    fn the_host_is_this_machine() {
        let said = stdout(Command::new("rustc").args(["--print", "host-tuple"]), MINUTE).unwrap();
        assert_eq!(host(Path::new(".")).unwrap(), said.trim());
    }

    #[test]
    fn the_program_is_the_tests() {
        let messages = "{\"executable\":null}\n{\"executable\":\"/t/a-2\"}\n";
        assert_eq!(program(messages, "a").unwrap(), Path::new("/t/a-2"));
        assert!(program(messages, "b").is_none());
    }
}
