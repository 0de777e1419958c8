//! What only root may do, and how the tests do it without.

use std::process::Command;

/// Whether this process may do what only root may.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Lets a program make mount and network namespaces, as the private pcscd does: without root it gets a user namespace.
pub(crate) fn with_namespaces(command: Command) -> Command {
    if is_root() {
        return command;
    }
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--kill-child"]);
    unshare.arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        unshare.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => unshare.env(name, value),
            None => unshare.env_remove(name),
        };
    }
    unshare
}
