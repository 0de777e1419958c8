//! Readers on USB, and who has them: a driver of pcscd, another program, a module of the kernel, nobody.

use super::Scene;
use super::causes::restart;
use super::driver_lists::{Supported, supported};
use super::packages::Part;
use super::processes::end;
use super::system::System;
use super::verdict::{State, Verdict, word};

const DEVICES: &str = "/sys/bus/usb/devices";

/// The class of readers (CCID), and that of a maker's own, which some have.
const CCID: &str = "0b";
const VENDOR_SPECIFIC: &str = "ff";

/// What a device has for a reader.
#[derive(Debug)]
struct Interface {
    /// As the kernel numbers it: `1-2:1.0`.
    id: String,
    /// The device's name, maker and product.
    name: String,
    vendor: u16,
    product: u16,
    /// Its file, which drivers open.
    file: String,
    /// The kernel's driver: `usbfs` where a program has it.
    driver: Option<String>,
}

impl Interface {
    /// Reads it, where it is a reader's.
    fn read(system: &System, id: String, supported: &[Supported]) -> Option<Interface> {
        let (device, _) = id.split_once(':')?;
        let of_device = |file| system.text(format!("{DEVICES}/{device}/{file}"));
        let number = |file| u16::from_str_radix(&of_device(file)?, 16).ok();
        let (vendor, product) = (number("idVendor")?, number("idProduct")?);
        let class = system.text(format!("{DEVICES}/{id}/bInterfaceClass"))?;
        let is_listed = || of(supported, vendor, product).is_some();
        if class != CCID && !(class == VENDOR_SPECIFIC && is_listed()) {
            return None;
        }
        let names = [of_device("manufacturer"), of_device("product")];
        let names: Vec<String> = names.into_iter().flatten().collect();
        let place = |file| of_device(file)?.parse::<u16>().ok();
        Some(Interface {
            name: format!("{} ({vendor:04x}:{product:04x})", names.join(" "))
                .trim_start()
                .to_owned(),
            vendor,
            product,
            file: format!("/dev/bus/usb/{:03}/{:03}", place("busnum")?, place("devnum")?),
            driver: system.link(format!("{DEVICES}/{id}/driver")),
            id,
        })
    }
}

fn of(supported: &[Supported], vendor: u16, product: u16) -> Option<&Supported> {
    supported
        .iter()
        .find(|reader| (reader.vendor, reader.product) == (vendor, product))
}

/// Returns what readers have on USB; none where that cannot be looked at.
fn interfaces(system: &System, supported: &[Supported]) -> Option<Vec<Interface>> {
    let ids = system.names(DEVICES)?.into_iter();
    Some(
        ids.filter_map(|id| Interface::read(system, id, supported))
            .collect(),
    )
}

/// Counts the readers on USB, where they can be looked at.
pub(super) fn readers(system: &System) -> Option<usize> {
    Some(interfaces(system, &supported(system))?.len())
}

pub(super) fn look(scene: &Scene, system: &System) -> Vec<Verdict> {
    let supported = supported(system);
    let Some(interfaces) = interfaces(system, &supported) else {
        return vec![Verdict::unseen(format!("there is no folder {DEVICES}"))];
    };
    if interfaces.is_empty() {
        return vec![Verdict::ok("no device there is a reader")];
    }
    let each = interfaces
        .iter()
        .map(|interface| match interface.driver.as_deref() {
            None => without_driver(scene, system, interface, &supported),
            Some("usbfs") => with_program(scene, system, interface, &supported),
            Some(driver) => with_module(system, interface, driver),
        });
    each.collect()
}

/// That of a device that nobody has taken.
fn without_driver(scene: &Scene, system: &System, interface: &Interface, supported: &[Supported]) -> Verdict {
    let name = &interface.name;
    if supported.is_empty() {
        let text = format!("{name}: no driver has taken it, and none is installed");
        return Verdict::wrong(text).mended_by(system.install(&[Part::Driver]));
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
    if is_the_services || holders.iter().any(|holder| holder.name == "pcscd") {
        return Verdict::ok(format!("{name}: the service has it"));
    }
    if let [holder, ..] = &*holders {
        let text = format!("{name}: {holder} has it, and keeps the service from it");
        return Verdict::wrong(text).mended_by(let_go(end(holder), &holder.name));
    }
    let processes = system.processes();
    match processes.iter().find(|process| process.name == "scdaemon") {
        Some(scdaemon) => {
            let text = format!("{name}: another program has it; {scdaemon} does so without disable-ccid");
            Verdict::new(State::Perhaps, text).mended_by(let_go(end(scdaemon), &scdaemon.name))
        }
        None => Verdict::unseen(format!(
            "{name}: a program has it, and this user may not see which"
        ))
        .mended_by("sudo pcsc doctor".to_owned()),
    }
}

/// Adds to what ends a program what keeps it from taking readers again.
fn let_go(end: String, name: &str) -> String {
    match name {
        "scdaemon" => format!("echo disable-ccid >> ~/.gnupg/scdaemon.conf && {end}"),
        _ => end,
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
    // The names of modules have no hyphens.
    let command = match modules.find(|module| *module == driver.replace('-', "_")) {
        Some(module) => format!(
            "echo blacklist {module} | sudo tee /etc/modprobe.d/pcsc-{module}.conf && sudo modprobe -r {module}"
        ),
        None => format!(
            "echo {} | sudo tee /sys/bus/usb/drivers/{}/unbind",
            interface.id,
            word(driver)
        ),
    };
    Verdict::wrong(text).mended_by(command)
}
