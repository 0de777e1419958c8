//! A machine whose files are made up.

use crate::doctor::State::{NotSeen, Ok, Perhaps, Wrong};
use crate::doctor::{Looked, Scene, System};
use pcsc_sim::Simulator;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use tempfile::TempDir;

/// A machine, and the service that its program reaches.
pub(super) struct Machine {
    root: TempDir,
    pub(super) simulator: Simulator,
}

impl Machine {
    /// A Debian with systemd and pcscd, without library, drivers, readers.
    pub(super) fn new() -> Machine {
        let machine = Machine {
            root: tempfile::tempdir().unwrap(),
            simulator: Simulator::new(),
        };
        machine.file("/etc/os-release", "NAME=x\nID=ubuntu\nID_LIKE=\"debian other\"\n");
        machine.file("/usr/sbin/pcscd", "");
        machine.file("/run/systemd/system/x", "");
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

    /// A program that runs, and a file that it holds.
    pub(super) fn process(&self, number: u32, name: &str, holds: Option<&str>) {
        self.file(&format!("/proc/{number}/comm"), &format!("{name}\n"));
        if let Some(file) = holds {
            self.link(&format!("/proc/{number}/fd/7"), file);
        }
    }

    /// A device with one interface, which its kernel's driver has.
    pub(super) fn device(&self, class: &str, driver: Option<&str>) {
        let files = [
            ("1-2/idVendor", "072f"),
            ("1-2/idProduct", "2200"),
            ("1-2/busnum", "1"),
            ("1-2/devnum", "4"),
            ("1-2/manufacturer", "ACS"),
            ("1-2/product", "ACR122U"),
            ("1-2:1.0/bInterfaceClass", class),
        ];
        for (file, text) in files {
            self.file(&format!("/sys/bus/usb/devices/{file}"), &format!("{text}\n"));
        }
        if let Some(driver) = driver {
            let to = format!("../../../../bus/usb/drivers/{driver}");
            self.link("/sys/bus/usb/devices/1-2:1.0/driver", &to);
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
            user: Some("anna".to_owned()),
            ..System::at_root(self.root.path())
        }
    }

    pub(super) fn examine(&self) -> Vec<Looked> {
        Scene::new(Result::Ok(self.system()), Result::Ok(self.simulator.provider())).examine()
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
