//! Readers on USB, and who has them: a driver of pcscd, another program, a module of the kernel, nobody.

mod interface;

use super::commands::{restart, unset};
use super::driver_lists::{Supported, supported};
use super::packages::Part;
use super::processes::Process;
use super::scene::Scene;
use super::system::System;
use super::verdict::{State, Verdict, Verdicts, word};
use interface::{DEVICES, Interface, interfaces, of};

/// The kernel's drivers of readers, which are for nothing else that one would miss.
const READERS_MODULES: [&str; 1] = ["pn533_usb"];

/// Counts the readers on USB, where they can be looked at.
pub(super) fn readers(system: &System) -> Option<usize> {
    Some(interfaces(system, &supported(system))?.len())
}

pub(super) fn look<'a>(scene: &'a Scene, system: &'a System) -> Verdicts<'a> {
    let supported = supported(system);
    let Some(interfaces) = interfaces(system, &supported) else {
        return Verdict::unseen(format!("there is no folder {DEVICES}")).alone();
    };
    if interfaces.is_empty() {
        return Verdict::ok("no device there is a reader").alone();
    }
    Box::new(
        interfaces
            .into_iter()
            .map(move |interface| match interface.driver.as_deref() {
                None => without_driver(scene, system, &interface, &supported),
                Some("usbfs") => with_program(scene, system, &interface, &supported),
                Some(driver) => with_module(system, &interface, driver),
            }),
    )
}

/// That of a device that nobody has taken.
fn without_driver(scene: &Scene, system: &System, interface: &Interface, supported: &[Supported]) -> Verdict {
    let name = &interface.name;
    if supported.is_empty() {
        // Where drivers are is known of the systems whose packages are.
        return match system.install(&[Part::Driver]) {
            Some(install) => Verdict::wrong(format!("{name}: no driver has taken it, and none is installed"))
                .mended_by(install),
            None => {
                let text = format!("{name}: no driver has taken it, and none is where pcscd usually looks");
                Verdict::new(State::Perhaps, text)
            }
        };
    }
    if of(supported, interface.vendor, interface.product).is_none() {
        let text =
            format!("{name}: no installed driver is for it: it takes a newer libccid, or its maker's driver");
        return Verdict::wrong(text).mended_by(system.install(&[Part::Driver]));
    }
    if scene.service.is_err() {
        return Verdict::unseen(format!(
            "{name}: nobody has taken it, and the service was not reached, which would"
        ));
    }
    if let Some(command) = unset(system) {
        return Verdict::unseen(format!(
            "{name}: nobody has taken it; the service here is another than the system's, which would"
        ))
        .mended_by(command);
    }
    let text = format!("{name}: the service has not taken it, though a driver for it is installed");
    Verdict::wrong(text).mended_by(restart(Some(system)))
}

/// That of a device that a program has.
fn with_program(scene: &Scene, system: &System, interface: &Interface, supported: &[Supported]) -> Verdict {
    let name = &interface.name;
    let listed = of(supported, interface.vendor, interface.product);
    let is_the_services = listed.is_some_and(|listed| {
        let names = scene.readers.iter();
        names
            .map(ToString::to_string)
            .any(|reader| reader.starts_with(&listed.name))
    });
    let holders = system.holders(&interface.file);
    if holders.iter().any(|holder| holder.name == "pcscd") && system.is_elsewhere() {
        return Verdict::ok(format!("{name}: the system's service has it"));
    }
    if is_the_services || holders.iter().any(|holder| holder.name == "pcscd") {
        return Verdict::ok(format!("{name}: the service has it"));
    }
    // Whoever has opened it need not be the one that has taken it, and root alone sees all who have.
    match &*holders {
        [holder] if system.is_root() || holder.name == "scdaemon" => {
            let text = format!("{name}: {holder} has it, and keeps the service from it");
            Verdict::wrong(text).mended_by(ended(system, holder))
        }
        [] => with_somebody(system, name),
        holders => {
            let names: Vec<String> = holders.iter().map(Process::to_string).collect();
            let text = format!(
                "{name}: a program has it, and keeps the service from it: perhaps {}",
                names.join(", ")
            );
            Verdict::wrong(text).mended_by(system.look_as_root())
        }
    }
}

/// That of a device of which it is not seen which program has it.
fn with_somebody(system: &System, name: &str) -> Verdict {
    let processes = system.processes();
    let scdaemon = processes
        .iter()
        .find(|process| process.name == "scdaemon" && system.is_own(process));
    match scdaemon {
        Some(scdaemon) => {
            let text = format!("{name}: another program has it; {scdaemon} does so without disable-ccid");
            Verdict::new(State::Perhaps, text).mended_by(ended(system, scdaemon))
        }
        None => Verdict::unseen(format!(
            "{name}: a program has it, and this user may not see which"
        ))
        .mended_by(system.look_as_root()),
    }
}

/// Returns what ends a program, and keeps it from taking readers again.
fn ended(system: &System, holder: &Process) -> String {
    match system.lets_go(holder) {
        Some(command) => {
            format!("echo disable-ccid >> \"$(gpgconf --list-dirs homedir)/scdaemon.conf\" && {command}")
        }
        None => system.end(holder),
    }
}

/// That of a device that the kernel has.
fn with_module(system: &System, interface: &Interface, driver: &str) -> Verdict {
    let text = format!(
        "{}: the kernel's driver {driver} has it, and keeps the service from it",
        interface.name
    );
    let modules = system.text("/proc/modules").unwrap_or_default();
    let mut modules = modules.lines().filter_map(|line| line.split(' ').next());
    let is_loaded = modules.any(|module| module == driver);
    // A module that other devices use as well is left to them.
    let command = match is_loaded && READERS_MODULES.contains(&driver) {
        true => format!(
            "echo blacklist {driver} | {} && {}",
            system.as_root(&format!("tee /etc/modprobe.d/pcsc-{driver}.conf")),
            system.as_root(&format!("modprobe -r {driver}"))
        ),
        false => format!(
            "echo {} | {}",
            word(&interface.id),
            system.as_root(&format!("tee /sys/bus/usb/drivers/{}/unbind", word(driver)))
        ),
    };
    Verdict::wrong(text).mended_by(command)
}
