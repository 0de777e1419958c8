//! The programs that are connected to the service.

use super::processes::Process;
use super::socket_list::ServiceSocket;
use super::system::System;
use super::unix_socket::UnixSocket;
use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

/// The service's clients, but for this program.
#[derive(Debug, Default)]
pub(super) struct Clients {
    pub(super) programs: Vec<Process>,
    /// How many connections are of programs that are not seen: of other users, or in a container.
    pub(super) unseen: usize,
    /// Whether one is of a program that has ended, which the service does not notice while it acts or waits for it.
    pub(super) has_ended: bool,
    /// Whether there can be no others. A connection from another network namespace is in that one's list alone, so that only
    /// the sockets of the service itself tell; and these only root and the service's user see.
    pub(super) are_all: bool,
}

/// The other end of a connection whose client has closed it.
const CLOSED: Option<u64> = Some(0);

/// Which processes have which sockets, as far as this user may see that.
type Holders = BTreeMap<u64, BTreeSet<u32>>;

impl System {
    /// Returns who is connected to the service's socket, where connections can be listed.
    pub(super) fn clients(&self) -> Option<Clients> {
        let service = self.service_socket();
        let sockets = self.settled_sockets(&service)?;
        let holders = self.holders_of_sockets();
        let accepted: Vec<&UnixSocket> = sockets
            .iter()
            .filter(|socket| !socket.listens && service.is(socket))
            .collect();
        let mut numbers: BTreeSet<u32> = BTreeSet::new();
        let mut clients = Clients::default();
        for socket in &accepted {
            match socket.peer.and_then(|peer| holders.get(&peer)) {
                Some(holders) => numbers.extend(holders),
                None if socket.peer == CLOSED => clients.has_ended = true,
                None => clients.unseen += 1,
            }
        }
        numbers.remove(&std::process::id());
        let mut programs = self.processes();
        programs.retain(|process| numbers.contains(&process.number));
        clients.are_all = clients.unseen == 0
            && !clients.has_ended
            && programs.len() == numbers.len()
            && self.has_no_other_clients(&sockets, &accepted, &holders);
        clients.programs = programs;
        Some(clients)
    }

    /// Lists the sockets when the service has noticed which clients have gone, as this program's other connections; for a second
    /// at most, since one that keeps the service busy is noticed later.
    fn settled_sockets(&self, service: &ServiceSocket) -> Option<Vec<UnixSocket>> {
        const PAUSE: Duration = Duration::from_millis(20);
        let end = Instant::now() + Duration::from_secs(1);
        loop {
            let sockets = self.unix_sockets()?;
            let mut each = sockets.iter();
            let is_settled = !each.any(|socket| service.is(socket) && socket.peer == CLOSED);
            if is_settled || self.sockets.is_some() || Instant::now() > end {
                return Some(sockets);
            }
            thread::sleep(PAUSE);
        }
    }

    /// Tells whether all sockets of the service are known: those that it has accepted, and what is none of a client.
    fn has_no_other_clients(
        &self,
        sockets: &[UnixSocket],
        accepted: &[&UnixSocket],
        holders: &Holders,
    ) -> bool {
        let servers: BTreeSet<u32> = accepted
            .iter()
            .filter_map(|socket| holders.get(&socket.inode))
            .flatten()
            .copied()
            .collect();
        let known: BTreeSet<u64> = sockets.iter().map(|socket| socket.inode).collect();
        let is_known =
            |server: &u32, socket: u64| known.contains(&socket) || self.is_of_another_kind(*server, socket);
        let mut each = holders
            .iter()
            .flat_map(|(socket, of)| of.iter().map(move |of| (of, *socket)));
        !servers.is_empty() && each.all(|(of, socket)| !servers.contains(of) || is_known(of, socket))
    }

    /// Tells whether a process' socket is one of the kernel's news or of the network.
    fn is_of_another_kind(&self, process: u32, socket: u64) -> bool {
        // The lists, and where in their lines a socket's number is.
        const LISTS: [&str; 5] = ["netlink", "tcp", "tcp6", "udp", "udp6"];
        const FIELD: usize = 9;
        LISTS.iter().any(|list| {
            let list = self
                .text(format!("/proc/{process}/net/{list}"))
                .unwrap_or_default();
            list.lines()
                .any(|line| line.split_ascii_whitespace().nth(FIELD) == Some(&*socket.to_string()))
        })
    }

    /// Returns which processes have sockets, this one too.
    fn holders_of_sockets(&self) -> Holders {
        let mut holders = Holders::new();
        for process in self.numbers_of_processes() {
            for link in self.descriptors(process) {
                let socket = link
                    .strip_prefix("socket:[")
                    .and_then(|link| link.strip_suffix(']'));
                if let Some(socket) = socket.and_then(|socket| socket.parse().ok()) {
                    holders.entry(socket).or_default().insert(process);
                }
            }
        }
        holders
    }

    /// Returns the process that serves on the socket: the one that has it, or else the only pcscd.
    pub(super) fn service_process(&self) -> Option<Process> {
        let service = self.service_socket();
        let sockets = self.unix_sockets().unwrap_or_default();
        let holders = self.holders_of_sockets();
        let listeners = sockets
            .iter()
            .filter(|socket| socket.listens && service.is(socket));
        let numbers: BTreeSet<u32> = listeners
            .filter_map(|socket| holders.get(&socket.inode))
            .flatten()
            .copied()
            .collect();
        let mut processes = self.processes();
        // systemd has it as well, where it starts the service.
        let serves = |process: &&Process| numbers.contains(&process.number) && process.name != "systemd";
        let mut servers = processes.iter().filter(serves).cloned();
        match (servers.next(), servers.next()) {
            (Some(server), None) => Some(server),
            (Some(_), Some(_)) => None,
            (None, _) if self.is_elsewhere() => None,
            (None, _) => {
                processes.retain(|process| process.name == "pcscd");
                (processes.len() == 1).then(|| processes.remove(0))
            }
        }
    }
}
