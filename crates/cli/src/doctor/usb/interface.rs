//! The interfaces of USB devices that are readers.

use crate::doctor::driver_lists::Supported;
use crate::doctor::system::System;

/// Where the kernel lists devices, and their interfaces.
pub(super) const DEVICES: &str = "/sys/bus/usb/devices";

/// The class of readers (CCID), and that of a maker's own, which some have.
const CCID: &str = "0b";
const VENDOR_SPECIFIC: &str = "ff";

/// What a device has for a reader.
#[derive(Debug)]
pub(super) struct Interface {
    /// As the kernel numbers it: `1-2:1.0`.
    pub(super) id: String,
    /// The device's name, maker and product.
    pub(super) name: String,
    pub(super) vendor: u16,
    pub(super) product: u16,
    /// Its file, which drivers open.
    pub(super) file: String,
    /// The kernel's driver: `usbfs` where a program has it.
    pub(super) driver: Option<String>,
}

impl Interface {
    /// Reads it, where it is a reader's.
    fn read(system: &System, id: String, supported: &[Supported]) -> Option<Interface> {
        let (device, _) = id.split_once(':')?;
        let of_device = |file| system.text(format!("{DEVICES}/{device}/{file}"));
        let number = |file| u16::from_str_radix(&of_device(file)?, 16).ok();
        let (vendor, product) = (number("idVendor")?, number("idProduct")?);
        let is_listed = || of(supported, vendor, product).is_some();
        let is_a_readers = match &*class(system, &id)? {
            CCID => true,
            VENDOR_SPECIFIC => is_listed() && is_like_ccid(system, &id),
            _ => false,
        };
        if !is_a_readers {
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

/// Returns the reader that a driver is for.
pub(super) fn of(supported: &[Supported], vendor: u16, product: u16) -> Option<&Supported> {
    supported
        .iter()
        .find(|reader| (reader.vendor, reader.product) == (vendor, product))
}

/// Returns what readers have on USB; none where that cannot be looked at.
pub(super) fn interfaces(system: &System, supported: &[Supported]) -> Option<Vec<Interface>> {
    let ids = system.names(DEVICES)?;
    // What else such a device has is not the reader.
    let has_ccid = |id: &str| {
        let device = id.split(':').next();
        let is_one = |other: &&String| other.split(':').next() == device && other.as_str() != id;
        let mut others = ids.iter().filter(is_one);
        others.any(|other| class(system, other).is_some_and(|class| class == CCID))
    };
    let is_the_reader = |interface: &Interface| {
        class(system, &interface.id).is_some_and(|class| class == CCID) || !has_ccid(&interface.id)
    };
    let interfaces = ids
        .iter()
        .filter_map(|id| Interface::read(system, id.clone(), supported));
    Some(interfaces.filter(is_the_reader).collect())
}

/// Returns the class of an interface.
fn class(system: &System, id: &str) -> Option<String> {
    system.text(format!("{DEVICES}/{id}/bInterfaceClass"))
}

/// Tells whether an interface of its maker's own class has the description of a reader, by which libccid knows it.
fn is_like_ccid(system: &System, id: &str) -> bool {
    const LENGTH: usize = 54;
    let described = || {
        let (device, numbers) = id.split_once(':')?;
        let (configuration, interface) = numbers.split_once('.')?;
        let descriptors = system.bytes(format!("{DEVICES}/{device}/descriptors"))?;
        Some(described_in(
            &descriptors,
            configuration.parse().ok()?,
            interface.parse().ok()?,
        ))
    };
    // Without the descriptors that its driver is installed for it has to do.
    described().is_none_or(|length| length == LENGTH)
}

/// Returns how many bytes of its own kind an interface has in the descriptors of its device.
fn described_in(mut descriptors: &[u8], configuration: u8, interface: u8) -> usize {
    const CONFIGURATION: u8 = 2;
    const INTERFACE: u8 = 4;
    const ENDPOINT: u8 = 5;
    let (mut is_in_it, mut is_it, mut length) = (false, false, 0);
    while let &[size, kind, ..] = descriptors {
        let Some((descriptor, rest)) = descriptors.split_at_checked(size.max(2).into()) else {
            break;
        };
        let field = |at: usize| descriptor.get(at).copied();
        match kind {
            CONFIGURATION => (is_in_it, is_it) = (field(5) == Some(configuration), false),
            // The first of its settings.
            INTERFACE => is_it = is_in_it && field(2) == Some(interface) && field(3) == Some(0),
            ENDPOINT => is_it = false,
            _ if is_it => length += descriptor.len(),
            _ => {}
        }
        descriptors = rest;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_like_a_readers_is_known_by_its_descriptor() {
        let reader = [&[54, 0x21][..], &[0; 52]].concat();
        let device = [&[18, 1][..], &[0; 16]].concat();
        let configuration = |value| vec![9, 2, 0, 0, 2, value, 0, 0, 0];
        let interface = |number| vec![9, 4, number, 0, 1, 0xFF, 0, 0, 0];
        let endpoint = vec![7, 5, 0x81, 2, 8, 0, 0];
        let descriptors = [
            device,
            configuration(1),
            interface(0),
            endpoint.clone(),
            interface(1),
            reader,
            endpoint,
            configuration(2),
            interface(1),
        ]
        .concat();
        let described = |configuration, interface| described_in(&descriptors, configuration, interface);
        assert_eq!(described(1, 0), 0);
        assert_eq!(described(1, 1), 54);
        assert_eq!(described(2, 1), 0);
        for at in 0..descriptors.len() {
            let _ = described_in(&descriptors[..at], 1, 1);
        }
        assert_eq!(described_in(&[0; 100], 1, 1), 0);
    }
}
