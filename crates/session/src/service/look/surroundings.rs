//! What is around the program: the service's socket, a sandbox, polkit, the library's file.

use super::socket::{Knock, knock};
use crate::error::{Cause, Sandbox};
use crate::ffi::Code;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where pcsc-lite has its socket by default, the likeliest first: where the system's packages build it for.
const SOCKETS: [&str; 2] = if cfg!(target_os = "linux") {
    ["/run/pcscd/pcscd.comm", "/var/run/pcscd/pcscd.comm"]
} else if cfg!(any(target_os = "freebsd", target_os = "dragonfly")) {
    ["/var/run/pcscd.comm", "/var/run/pcscd/pcscd.comm"]
} else if cfg!(target_os = "netbsd") {
    ["/var/pcsc-lite/pcscd.comm", "/var/run/pcscd/pcscd.comm"]
} else {
    ["/var/run/pcscd/pcscd.comm", "/run/pcscd/pcscd.comm"]
};

/// How many clients pcsc-lite takes by default.
const MAX_CLIENTS: usize = 200;

/// polkit's files in which pcsc-lite declares its actions, where it was built to ask polkit.
const POLICIES: [&str; 3] = [
    "/usr/share/polkit-1/actions/org.debian.pcsc-lite.policy",
    "/usr/local/share/polkit-1/actions/org.debian.pcsc-lite.policy",
    "/run/current-system/sw/share/polkit-1/actions/org.debian.pcsc-lite.policy",
];

/// What managers of containers leave inside, as systemd-detect-virt looks for it; the last is there where the program's root
/// of the control groups is not the system's.
const CONTAINERS: [&str; 5] = [
    "/run/.containerenv",
    "/.dockerenv",
    "/run/systemd/container",
    "/run/host/container-manager",
    "/sys/fs/cgroup/cgroup.type",
];

/// What managers of containers have in the names of their control groups.
const CONTROL_GROUPS: [&str; 5] = ["/docker", "/kubepods", "/lxc", "/libpod", "/containerd"];

/// A system, and what a program's environment says.
#[derive(Debug)]
pub(super) struct Surroundings {
    /// Where the system's files are.
    root: PathBuf,
    /// The socket that the environment names.
    socket: Option<PathBuf>,
    /// Whether the environment is a snap's.
    is_snap: bool,
    /// The library that the environment names to the stub.
    delegate: Option<PathBuf>,
    /// The oldest and the newest version of the protocol that the client speaks, where it is not a library.
    pub(super) client: Option<[(i32, i32); 2]>,
    /// Whether the service has given this process a context before.
    was_admitted: bool,
    /// How long the service has to answer.
    wait: Duration,
}

impl Surroundings {
    /// Takes the system's and this process'.
    pub(super) fn of_the_system(was_admitted: bool) -> Surroundings {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        Surroundings {
            root: "/".into(),
            socket: variable("PCSCLITE_CSOCK_NAME").map(PathBuf::from),
            is_snap: variable("SNAP").is_some(),
            delegate: variable("LIBPCSCLITE_DELEGATE").map(PathBuf::from),
            client: None,
            was_admitted,
            wait: Duration::from_secs(1),
        }
    }

    /// Returns the causes that are left of those that this code of `SCardEstablishContext` can have, where there was
    /// something to see.
    pub(super) fn causes(&self, code: Code) -> Option<Vec<Cause>> {
        match code {
            Code::NO_SERVICE | Code::SECURITY_VIOLATION | Code::COMM_ERROR => {
                let socket = self.socket();
                self.unreached(code, knock(&self.at(&socket), self.wait), socket)
            }
            Code::SERVICE_STOPPED => {
                let protocol = match knock(&self.at(self.socket()), self.wait) {
                    Knock::Answered { major, minor } => Some((major, minor)),
                    _ => None,
                };
                Some(vec![match self.client {
                    Some(client) => Cause::ProtocolNotSpoken {
                        client,
                        service: protocol,
                    },
                    None => Cause::VersionsDiffer {
                        library: self.library(),
                        protocol,
                    },
                }])
            }
            Code::INTERNAL_ERROR => self.failed_inside(),
            _ => None,
        }
    }

    /// Returns the causes where the library could not talk to the service.
    fn unreached(&self, code: Code, knock: Knock, socket: PathBuf) -> Option<Vec<Cause>> {
        Some(match (code, knock) {
            (_, Knock::Closed) => self.turned_away(&socket),
            (Code::NO_SERVICE, Knock::Missing) => self.absent(socket),
            (Code::NO_SERVICE, Knock::Denied) => self.denied(socket),
            (Code::NO_SERVICE, Knock::Refused) => vec![self.not_running(socket)],
            (Code::NO_SERVICE, Knock::NoFileDescriptors) => vec![Cause::NoFileDescriptors {}],
            // polkit would have refused this connection as well; but a place may have become free.
            (Code::NO_SERVICE, Knock::Answered { .. }) => {
                vec![
                    Cause::ServiceAnswers {},
                    Cause::ServiceAtItsLimit { clients: None },
                ]
            }
            (Code::SECURITY_VIOLATION, Knock::Answered { .. }) => {
                vec![Cause::ServiceAtItsLimit { clients: None }]
            }
            (Code::COMM_ERROR, Knock::Answered { .. }) => {
                vec![Cause::ServiceAtItsLimit { clients: None }, Cause::ServiceGone {}]
            }
            (Code::COMM_ERROR, Knock::Missing | Knock::Refused) => vec![Cause::ServiceGone {}],
            _ => return None,
        })
    }

    /// Returns the causes where the service accepts connections and closes them.
    fn turned_away(&self, socket: &Path) -> Vec<Cause> {
        let clients = self.clients(socket);
        let at_its_limit = Cause::ServiceAtItsLimit { clients };
        let refused = Cause::PolkitRefused {
            action: Cause::ACCESS_PCSC,
        };
        let asks_polkit = POLICIES.iter().any(|policy| self.at(policy).exists());
        match clients {
            Some(clients) if clients >= MAX_CLIENTS && self.was_admitted => vec![at_its_limit],
            Some(clients) if clients >= MAX_CLIENTS => vec![at_its_limit, refused],
            // From inside a sandbox neither all clients nor the system's policies are to be seen. From outside neither is
            // that the service was started with a lower limit, nor that it was built with a policy elsewhere.
            Some(_) if self.sandbox().is_some() => vec![refused, Cause::ServiceAtItsLimit { clients: None }],
            Some(_) if asks_polkit => vec![refused, at_its_limit],
            Some(_) => vec![at_its_limit, refused],
            None => vec![refused, at_its_limit],
        }
    }

    /// Returns the causes where the file is there, and not for this program.
    fn denied(&self, socket: PathBuf) -> Vec<Cause> {
        let file = fs::metadata(self.at(&socket));
        // Nobody listens on what is no socket, whoever may open it.
        if file.is_ok_and(|file| !file.file_type().is_socket()) {
            return vec![self.not_running(socket)];
        }
        let not_permitted = Cause::SocketNotPermitted {
            group: self.group(&socket),
            is_named: self.socket.is_some(),
            socket: Some(socket),
        };
        if self.is_snap {
            vec![sandboxed(Sandbox::Snap), not_permitted]
        } else {
            vec![not_permitted]
        }
    }

    /// Returns the causes where there is no socket.
    fn absent(&self, socket: PathBuf) -> Vec<Cause> {
        if self.socket.is_some() {
            return vec![self.not_running(socket)];
        }
        match self.sandbox() {
            Some(Sandbox::Flatpak) if !self.has_flatpaks_permission() => vec![sandboxed(Sandbox::Flatpak)],
            Some(Sandbox::Container) => vec![sandboxed(Sandbox::Container), self.not_running(socket)],
            Some(Sandbox::Flatpak | Sandbox::Snap) => vec![self.not_running(socket)],
            // Here is the system's own /run: what booted it has left its sign there.
            None if self.at("/run/systemd/system").exists() => vec![self.not_running(socket)],
            None => vec![
                self.not_running(socket),
                Cause::SandboxWithoutService { sandbox: None },
            ],
        }
    }

    fn not_running(&self, socket: PathBuf) -> Cause {
        Cause::ServiceNotRunning {
            socket: Some(socket),
            is_named: self.socket.is_some(),
        }
    }

    /// Returns the causes where the library or the service said that it failed.
    fn failed_inside(&self) -> Option<Vec<Cause>> {
        let library = self.delegate.clone();
        let library = library.unwrap_or_else(|| "libpcsclite_real.so.1".into());
        let name = library.file_name()?;
        // Where it is loaded, the stub has found it.
        if self.mapped().iter().any(|file| file.file_name() == Some(name)) {
            return Some(vec![Cause::ServiceFailed {}]);
        }
        Some(vec![
            Cause::StubWithoutLibrary { library },
            Cause::ServiceFailed {},
        ])
    }

    /// Returns the path of a file of the system.
    fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    fn read(&self, path: &str) -> Option<String> {
        let content = fs::read(self.at(path)).ok()?;
        Some(String::from_utf8_lossy(&content).into_owned())
    }

    /// Returns the path of the service's socket.
    fn socket(&self) -> PathBuf {
        let default = || {
            let found = SOCKETS.into_iter().find(|socket| self.at(socket).exists());
            found.unwrap_or(SOCKETS[0]).into()
        };
        self.socket.clone().unwrap_or_else(default)
    }

    fn sandbox(&self) -> Option<Sandbox> {
        let is_there = |path: &str| self.at(path).exists();
        if is_there("/.flatpak-info") {
            Some(Sandbox::Flatpak)
        } else if self.is_snap {
            Some(Sandbox::Snap)
        } else if CONTAINERS.iter().any(|path| is_there(path)) || self.is_first_process_of_a_container() {
            Some(Sandbox::Container)
        } else {
            None
        }
    }

    /// Tells whether the first process says that it is a container's, by its environment where that may be read, or by the
    /// control group that it was put into.
    fn is_first_process_of_a_container(&self) -> bool {
        let environment = self.read("/proc/1/environ").unwrap_or_default();
        let mut variables = environment.split('\0');
        let groups = self.read("/proc/1/cgroup").unwrap_or_default();
        variables.any(|variable| {
            variable
                .strip_prefix("container=")
                .is_some_and(|name| !name.is_empty())
        }) || CONTROL_GROUPS.iter().any(|name| groups.contains(name))
    }

    fn has_flatpaks_permission(&self) -> bool {
        self.read("/.flatpak-info").is_some_and(|info| {
            let has = |list: &str, is: fn(&str) -> bool| {
                let mut lists = info.lines().filter_map(|line| line.strip_prefix(list));
                lists.any(|entries| entries.split(';').any(is))
            };
            has("sockets=", |socket| socket == "pcsc")
                || has("filesystems=", |folder| folder.starts_with("/run/pcscd"))
        })
    }

    /// Returns the group whose members may open a socket that others may not, where people can join it.
    fn group(&self, socket: &Path) -> Option<String> {
        let file = fs::metadata(self.at(socket)).ok()?;
        let number = joinable(file.mode(), file.gid())?.to_string();
        let groups = self.read("/etc/group").unwrap_or_default();
        let name = groups.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)? == number).then(|| name.to_owned())
        });
        Some(name.unwrap_or(number))
    }

    /// Counts how many connections the service has, as far as this network namespace goes.
    fn clients(&self, socket: &Path) -> Option<usize> {
        const CONNECTED: &str = "03";
        let sockets = self.read("/proc/thread-self/net/unix")?;
        let is_of_the_service = |line: &&str| {
            let mut fields = line.split_ascii_whitespace();
            let state = fields.nth(5);
            // After the number of the file.
            let path = fields.nth(1).map(Path::new);
            state == Some(CONNECTED)
                && path.is_some_and(|path| {
                    path == socket || SOCKETS.iter().any(|known| path == Path::new(known))
                })
        };
        Some(sockets.lines().filter(is_of_the_service).count())
    }

    /// Returns the file of pcsc-lite's library, where there is one: the real one where there is a stub in front of it.
    fn library(&self) -> Option<PathBuf> {
        let named = |part: &str| {
            let mut files = self.mapped();
            files.retain(|file| {
                let name = file.file_name().map(OsStr::to_string_lossy);
                name.is_some_and(|name| name.contains(part))
            });
            files
        };
        let mut files = named("libpcsclite_real");
        if files.is_empty() {
            files = named("libpcsclite");
        }
        (files.len() == 1).then(|| files.remove(0))
    }

    /// Returns the files that are mapped into this process, each once.
    fn mapped(&self) -> Vec<PathBuf> {
        let maps = self.read("/proc/self/maps").unwrap_or_default();
        let files = maps
            .lines()
            .filter_map(|line| line.find('/').map(|at| &line[at..]));
        let mut files: Vec<PathBuf> = files
            .map(|file| file.strip_suffix(" (deleted)").unwrap_or(file).into())
            .collect();
        files.sort();
        files.dedup();
        files
    }
}

/// Returns the group of a file with this mode, where its members may write to it, others may not, and it is not root's, whose
/// members may do much else.
fn joinable(mode: u32, group: u32) -> Option<u32> {
    const GROUP: u32 = 0o020;
    const OTHERS: u32 = 0o002;
    (mode & (GROUP | OTHERS) == GROUP && group != 0).then_some(group)
}

fn sandboxed(sandbox: Sandbox) -> Cause {
    Cause::SandboxWithoutService {
        sandbox: Some(sandbox),
    }
}

#[cfg(test)]
mod tests;
