//! Calls of Cargo, and what it says of this machine and of what it builds.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{MINUTE, stdout};

/// Makes a call of the Cargo that runs this program, in a folder.
pub(crate) fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder).env("CARGO_TERM_COLOR", "never");
    command
}

/// Returns this machine's target triple, as Cargo names it.
///
/// # Errors
/// Cargo does not say it.
pub(crate) fn host(folder: &Path) -> Result<String, String> {
    let output = stdout(cargo(folder).args(["--version", "--verbose"]), MINUTE)?;
    let host = output.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| format!("{output}\nCargo does not say what machine this is"))
}

/// Returns the folder that Cargo builds into.
pub(crate) fn target_folder(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// Returns the path of a test program, as Cargo names it in its messages (`--message-format=json...`).
///
/// # Errors
/// Cargo has built no such program.
pub(crate) fn built_program(messages: &str, name: &str) -> Result<PathBuf, String> {
    let mut executables = messages
        .lines()
        .filter_map(|line| line.split_once("\"executable\":\"")?.1.split('"').next());
    executables
        .find(|path| path.contains(&format!("/{name}-")))
        .map(PathBuf::from)
        .ok_or_else(|| format!("Cargo built no test program {name}"))
}

#[cfg(test)]
mod tests {
    use super::{built_program, host};
    use crate::command::{MINUTE, stdout};
    use std::path::Path;
    use std::process::Command;

    #[test]
    fn the_host_is_this_machine() {
        let mut rustc = Command::new("rustc");
        let said = stdout(rustc.args(["--print", "host-tuple"]), MINUTE).unwrap();
        assert_eq!(host(Path::new(".")).unwrap(), said.trim());
    }

    #[test]
    fn the_program_is_the_tests() {
        let messages = "{\"executable\":null}\n{\"executable\":\"/t/names-1\"}\n{\"executable\":\"/t/pcscd-2\",\"b\":2}\n";
        assert_eq!(built_program(messages, "pcscd").unwrap(), Path::new("/t/pcscd-2"));
        assert!(built_program("{\"executable\":null}\n", "pcscd").is_err());
    }
}
