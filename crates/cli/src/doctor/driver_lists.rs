//! The readers that the installed drivers are for, as their `Info.plist` lists them.

use super::system::System;
use std::path::PathBuf;

/// A reader that a driver is for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Supported {
    pub(super) vendor: u16,
    pub(super) product: u16,
    /// What pcscd begins its readers' names with.
    pub(super) name: String,
}

/// Where pcscd looks for drivers.
const FOLDERS: [&str; 7] = [
    "/usr/lib/pcsc/drivers",
    "/usr/lib64/pcsc/drivers",
    // openSUSE.
    "/usr/lib64/readers",
    "/usr/lib/readers",
    // Gentoo.
    "/usr/lib64/readers/usb",
    "/usr/lib/readers/usb",
    "/usr/local/lib/pcsc/drivers",
];

/// Returns the readers that drivers are installed for; none where no driver is.
pub(super) fn supported(system: &System) -> Vec<Supported> {
    let bundles = FOLDERS.iter().flat_map(|folder| {
        let names = system.names(folder).unwrap_or_default();
        let bundles = names.into_iter().filter(|name| name.contains(".bundle"));
        bundles.map(move |name| PathBuf::from(format!("{folder}/{name}/Contents/Info.plist")))
    });
    bundles
        .filter_map(|list| system.text(list))
        .flat_map(|list| read(&list))
        .collect()
}

/// Reads a list: three arrays, in which the same place is about the same reader.
fn read(list: &str) -> Vec<Supported> {
    let list = without_comments(list);
    let ids = |key| {
        array(&list, key)
            .into_iter()
            .map(|id| u16::from_str_radix(id.trim_start_matches("0x").trim_start_matches("0X"), 16))
    };
    let names = array(&list, "ifdFriendlyName");
    let readers = ids("ifdVendorID").zip(ids("ifdProductID")).zip(names);
    let readers = readers.filter_map(|((vendor, product), name)| {
        Some(Supported {
            vendor: vendor.ok()?,
            product: product.ok()?,
            name: name.replace("&amp;", "&"),
        })
    });
    readers.collect()
}

/// Takes out of a list what is no part of it.
fn without_comments(list: &str) -> String {
    let mut parts = list.split("<!--");
    let first = parts.next().unwrap_or_default().to_owned();
    let rests = parts.map(|part| part.split_once("-->").map_or("", |(_, rest)| rest));
    rests.fold(first, |list, rest| list + rest)
}

/// Returns the texts of an array.
fn array<'a>(list: &'a str, key: &str) -> Vec<&'a str> {
    let (_, rest) = list.split_once(&format!("<key>{key}</key>")).unwrap_or_default();
    let (array, _) = rest.split_once("</array>").unwrap_or_default();
    let texts = array.split("<string>").skip(1);
    texts
        .filter_map(|text| Some(text.split_once("</string>")?.0.trim()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_however_it_is_cut() {
        let list = "<key>ifdVendorID</key> <array> <string>0x072F</string><!-- <string>0x1111</string> --><string>0x1D50</string></array>
            <key>ifdProductID</key> <array> <string>0X2200</string><string>x</string></array>
            <key>ifdFriendlyName</key> <array> <string>A &amp; B</string><string>C</string></array>";
        let reader = Supported {
            vendor: 0x072F,
            product: 0x2200,
            name: "A & B".to_owned(),
        };
        assert_eq!(read(list), [reader]);
        for at in 0..list.len() {
            assert!(read(&list[..at]).len() <= 1);
        }
    }
}
