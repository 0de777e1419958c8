//! What only root may do, and how the tests do it without.

use std::process::Command;

use crate::programs::command::call;

/// Tells whether this process may do what only root may.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Lets a program make mount and network namespaces, as the private pcscd does: without root it gets a user namespace.
pub fn with_namespaces(command: Command) -> Command {
    if is_root() {
        return command;
    }
    under(call("unshare", "--user --map-root-user --kill-child"), &command)
}

/// Has a program that runs others run this one, with its folder and its variables.
pub(crate) fn under(mut outer: Command, command: &Command) -> Command {
    outer.arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer
}
