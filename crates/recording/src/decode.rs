//! GSMTAP in UDP in IP in whatever a link carries it in, as it is read.

use crate::datagram::{GSMTAP, IPV4_HEADER, IPV6_HEADER, PORT, TYPE_SIM, UDP, UDP_HEADER, VERSION};

/// What a packet holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decoded<'a> {
    /// A packet of a SIM: its sub-type, its bytes, and whether they are all there.
    Sim {
        subtype: u8,
        bytes: &'a [u8],
        is_whole: bool,
    },
    /// Anything else that such a link carries.
    Other,
    /// The link is of a type that is not known.
    UnknownLink,
}

/// Types of links (<https://www.tcpdump.org/linktypes.html>).
const NULL: u32 = 0;
const ETHERNET: u32 = 1;
const DLT_RAW: [u32; 2] = [12, 14];
const RAW: u32 = 101;
const LOOP: u32 = 108;
const LINUX_SLL: u32 = 113;
const IPV4: u32 = 228;
const IPV6: u32 = 229;
const LINUX_SLL2: u32 = 276;

/// Decodes a packet of a link of this type.
pub(crate) fn decode(link: u32, packet: &[u8]) -> Decoded<'_> {
    let ip = match link {
        NULL | LOOP => packet.get(4..),
        ETHERNET => ethernet(packet),
        RAW | IPV4 | IPV6 => Some(packet),
        link if DLT_RAW.contains(&link) => Some(packet),
        LINUX_SLL => carried(packet, 14, 16),
        LINUX_SLL2 => carried(packet, 0, 20),
        _ => return Decoded::UnknownLink,
    };
    ip.and_then(udp).and_then(sim).unwrap_or(Decoded::Other)
}

/// Returns the IP packet of a frame, behind its VLAN tags.
fn ethernet(frame: &[u8]) -> Option<&[u8]> {
    let mut at = 12;
    while matches!(frame.get(at..at + 2)?, [0x81, 0x00] | [0x88, 0xA8] | [0x91, 0x00]) {
        at += 4;
    }
    carried(frame, at, at + 2)
}

/// Returns what begins at `start`, where the type at `kind` is IP.
fn carried(frame: &[u8], kind: usize, start: usize) -> Option<&[u8]> {
    match frame.get(kind..kind + 2)? {
        [0x08, 0x00] | [0x86, 0xDD] => frame.get(start..),
        _ => None,
    }
}

/// A part of a packet, and whether it is all there.
type Part<'a> = (&'a [u8], bool);

/// Returns the UDP datagram in an IP packet that is no fragment.
fn udp(packet: &[u8]) -> Option<Part<'_>> {
    match packet.first()? >> 4 {
        4 => in_ipv4(packet),
        6 => in_ipv6(packet),
        _ => None,
    }
}

fn in_ipv4(packet: &[u8]) -> Option<Part<'_>> {
    let header = packet.get(..IPV4_HEADER)?;
    let is_fragment = u16::from_be_bytes([header[6], header[7]]) & 0x3FFF != 0;
    if header[9] != UDP || is_fragment {
        return None;
    }
    let header_len = usize::from(header[0] & 0x0F) * 4;
    let len = usize::from(u16::from_be_bytes([header[2], header[3]]));
    up_to(packet, len)?.behind(header_len.max(IPV4_HEADER))
}

fn in_ipv6(packet: &[u8]) -> Option<Part<'_>> {
    let header = packet.get(..IPV6_HEADER)?;
    let len = match u16::from_be_bytes([header[4], header[5]]) {
        0 => 0,
        len => IPV6_HEADER + usize::from(len),
    };
    let mut next = header[6];
    let mut rest = up_to(packet, len)?.behind(IPV6_HEADER)?;
    // Hop-by-hop options, which hold the length of a jumbogram; routing; options for the destination.
    while matches!(next, 0 | 43 | 60) {
        let [following, len, ..] = *rest.0 else {
            return None;
        };
        next = following;
        rest = rest.behind(8 + usize::from(len) * 8)?;
    }
    (next == UDP).then_some(rest)
}

/// Returns what such a datagram carries of a SIM.
fn sim((datagram, is_whole): Part<'_>) -> Option<Decoded<'_>> {
    let header = datagram.get(..UDP_HEADER)?;
    let field = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    if field(0) != PORT && field(2) != PORT {
        return None;
    }
    let (bytes, has_all) = up_to(datagram, usize::from(field(4)))?.behind(UDP_HEADER)?;
    let header = bytes.get(..GSMTAP)?;
    if header[0] != VERSION || header[2] != TYPE_SIM {
        return None;
    }
    let header_len = usize::from(header[1]) * 4;
    Some(Decoded::Sim {
        subtype: header[12],
        bytes: bytes.get(header_len.max(GSMTAP)..)?,
        is_whole: is_whole && has_all,
    })
}

/// Returns the beginning, of the length that a header says; all where it says 0.
fn up_to(bytes: &[u8], len: usize) -> Option<Part<'_>> {
    match len {
        0 => Some((bytes, true)),
        len => Some(bytes.get(..len).map_or((bytes, false), |bytes| (bytes, true))),
    }
}

/// What stands behind a header.
trait Behind<'a> {
    fn behind(self, header: usize) -> Option<Part<'a>>;
}

impl<'a> Behind<'a> for Part<'a> {
    fn behind(self, header: usize) -> Option<Part<'a>> {
        Some((self.0.get(header..)?, self.1))
    }
}
