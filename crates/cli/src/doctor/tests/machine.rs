//! A machine whose files are made up.

use crate::doctor::State::{NotSeen, Ok, Perhaps, Wrong};
use crate::doctor::unix_socket::UnixSocket;
use crate::doctor::{Looked, Scene, System};
use pcsc_sim::Simulator;
use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use tempfile::TempDir;

/// Where the service has its socket.
pub(super) const SOCKET: &str = "/run/pcscd/pcscd.comm";

/// Its unit, as pcsc-lite has it.
const SERVICE: &str =
    "[Service]\nExecStart=/usr/sbin/pcscd --foreground $PCSCD_ARGS\nEnvironmentFile=-/etc/default/pcscd\n";

/// The user who runs it all.
const ANNA: u32 = 1000;

/// A machine, and the service that its program reaches.
pub(super) struct Machine {
    root: TempDir,
    sockets: RefCell<Vec<UnixSocket>>,
    pub(super) simulator: Simulator,
}

impl Machine {
    /// A Debian with systemd and pcscd, without library, drivers, readers.
    pub(super) fn new() -> Machine {
        let machine = Machine {
            root: tempfile::tempdir().unwrap(),
            sockets: RefCell::default(),
            simulator: Simulator::new(),
        };
        machine.file("/etc/os-release", "NAME=x\nID=ubuntu\nID_LIKE=\"debian other\"\n");
        machine.file("/usr/sbin/pcscd", "");
        machine.file("/run/systemd/system/x", "");
        machine.file("/usr/lib/systemd/system/pcscd.socket", "");
        machine.file("/usr/lib/systemd/system/pcscd.service", SERVICE);
        machine.file("/etc/polkit-1/rules.d/x", "");
        machine.file("/sys/bus/usb/devices/usb1/x", "");
        machine
    }

    fn place(&self, path: &str) -> PathBuf {
        let place = self.root.path().join(path.trim_start_matches('/'));
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        place
    }

    pub(super) fn file(&self, path: &str, text: &str) {
        fs::write(self.place(path), text).unwrap();
    }

    pub(super) fn link(&self, path: &str, to: &str) {
        symlink(to, self.place(path)).unwrap();
    }

    pub(super) fn remove(&self, path: &str) {
        let place = self.place(path);
        fs::remove_file(&place)
            .or_else(|_| fs::remove_dir_all(place))
            .unwrap();
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.place(path)
    }

    /// A program of the user that runs, and a file that it holds.
    pub(super) fn process(&self, number: u32, name: &str, holds: Option<&str>) {
        self.file(&format!("/proc/{number}/comm"), &format!("{name}\n"));
        self.owned_by(number, ANNA);
        if let Some(file) = holds {
            self.link(&format!("/proc/{number}/fd/7"), file);
        }
    }

    /// Gives a program to a user.
    pub(super) fn owned_by(&self, number: u32, user: u32) {
        let status = format!("Name:\tx\nUid:\t{user}\t{user}\t{user}\t{user}\n");
        self.file(&format!("/proc/{number}/status"), &status);
    }

    /// A connection of a program to the service's socket; the ends have this number and the next.
    pub(super) fn connection(&self, number: u64) {
        self.socket(number, number + 1, Some(SOCKET));
        self.socket(number + 1, number, None);
    }

    /// One of a program that has ended.
    pub(super) fn closed_connection(&self, number: u64) {
        self.socket(number, 0, Some(SOCKET));
    }

    fn socket(&self, inode: u64, peer: u64, path: Option<&str>) {
        self.sockets.borrow_mut().push(UnixSocket {
            inode,
            peer: Some(peer),
            path: path.map(PathBuf::from),
            file: None,
            listens: false,
        });
    }

    /// Has a program have an end of a connection.
    pub(super) fn holds_socket(&self, process: u32, socket: u64) {
        self.link(
            &format!("/proc/{process}/fd/{socket}"),
            &format!("socket:[{socket}]"),
        );
    }

    /// A device with one interface, which its kernel's driver has.
    pub(super) fn device(&self, class: &str, driver: Option<&str>) {
        self.interface("1.0", class, driver);
        let files = [
            ("1-2/idVendor", "072f"),
            ("1-2/idProduct", "2200"),
            ("1-2/busnum", "1"),
            ("1-2/devnum", "4"),
            ("1-2/manufacturer", "ACS"),
            ("1-2/product", "ACR122U"),
        ];
        for (file, text) in files {
            self.file(&format!("/sys/bus/usb/devices/{file}"), &format!("{text}\n"));
        }
    }

    /// An interface of the device.
    pub(super) fn interface(&self, number: &str, class: &str, driver: Option<&str>) {
        let folder = format!("/sys/bus/usb/devices/1-2:{number}");
        self.file(&format!("{folder}/bInterfaceClass"), &format!("{class}\n"));
        if let Some(driver) = driver {
            let to = format!("../../../../bus/usb/drivers/{driver}");
            self.link(&format!("{folder}/driver"), &to);
        }
    }

    /// A driver for one reader.
    pub(super) fn driver(&self, product: &str) {
        let list = [
            ("ifdVendorID", "0x072F"),
            ("ifdProductID", product),
            ("ifdFriendlyName", "ACS ACR122U"),
        ];
        let list =
            list.map(|(key, text)| format!("<key>{key}</key>\n<array>\n<string>{text}</string>\n</array>\n"));
        self.file(
            "/usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist",
            &list.concat(),
        );
    }

    pub(super) fn system(&self) -> System {
        System {
            uid: Some(ANNA),
            user: Some("anna".to_owned()),
            program: Some("/usr/bin/pcsc".into()),
            open_files: Some((1024, 4096)),
            sockets: Some(self.sockets.borrow().clone()),
            ..System::at_root(self.root.path())
        }
    }

    pub(super) fn examine(&self) -> Vec<Looked> {
        self.examine_as(self.system())
    }

    /// Looks at it as somebody else, or with another environment.
    pub(super) fn examine_as(&self, system: System) -> Vec<Looked> {
        let scene = Scene::new(Result::Ok(system), Result::Ok(self.simulator.provider()));
        scene.examine().collect()
    }

    /// What is said of something to root.
    pub(super) fn says_to_root(&self, subject: &str) -> String {
        let root = System {
            uid: Some(0),
            ..self.system()
        };
        lines(&self.examine_as(root), subject)
    }

    /// What is said of something where the environment names a socket.
    pub(super) fn says_elsewhere(&self, socket: &str, subject: &str) -> String {
        let elsewhere = System {
            socket: Some(socket.into()),
            ..self.system()
        };
        lines(&self.examine_as(elsewhere), subject)
    }

    /// What is said of something, a line for each: state, text, and command.
    pub(super) fn says(&self, subject: &str) -> String {
        lines(&self.examine(), subject)
    }
}

pub(super) fn lines(looked: &[Looked], subject: &str) -> String {
    let of_it = looked.iter().filter(|looked| looked.subject == subject);
    let lines = of_it.map(|Looked { verdict, .. }| {
        let state = match verdict.state {
            Ok => "ok",
            Wrong => "wrong",
            Perhaps => "perhaps",
            NotSeen => "not seen",
        };
        let command = verdict.command.as_ref().map(|command| format!(" $ {command}"));
        format!("{state}: {}{}", verdict.text, command.unwrap_or_default())
    });
    lines.collect::<Vec<String>>().join("\n")
}
