//! GSMTAP in UDP in IP, as it is written.

/// The UDP port of GSMTAP.
pub(crate) const PORT: u16 = 4729;

/// The protocol UDP, in IP.
pub(crate) const UDP: u8 = 17;

/// GSMTAP's version, and its type of packets that go to and from a SIM.
pub(crate) const VERSION: u8 = 2;
pub(crate) const TYPE_SIM: u8 = 4;

/// GSMTAP's sub-types of a SIM's packets.
pub(crate) const SUBTYPE_APDU: u8 = 0;
pub(crate) const SUBTYPE_ATR: u8 = 1;

/// The lengths of headers.
pub(crate) const GSMTAP: usize = 16;
pub(crate) const UDP_HEADER: usize = 8;
pub(crate) const IPV4_HEADER: usize = 20;
pub(crate) const IPV6_HEADER: usize = 40;

/// The hop-by-hop header of a jumbogram: one option, of the length in 32 bits (RFC 2675, 2).
const JUMBO_HEADER: usize = 8;

/// The most that a length of 16 bits says.
const MOST: usize = 0xFFFF;

/// Appends a packet that says `parts`, one behind the other.
pub(crate) fn append(packet: &mut Vec<u8>, subtype: u8, parts: &[&[u8]]) {
    let payload = parts.iter().map(|part| part.len()).sum::<usize>();
    let datagram = UDP_HEADER + GSMTAP + payload;
    if IPV4_HEADER + datagram <= MOST {
        append_ipv4_header(packet, datagram);
    } else {
        append_ipv6_header(packet, datagram);
    }
    let start = packet.len();
    // 0 stands for a length that the IP header says (RFC 2675, 4).
    let len = u16::try_from(datagram).unwrap_or(0);
    for field in [PORT, PORT, len, 0] {
        packet.extend(field.to_be_bytes());
    }
    let mut gsmtap = [0; GSMTAP];
    gsmtap[0] = VERSION;
    gsmtap[1] = (GSMTAP / 4) as u8;
    gsmtap[2] = TYPE_SIM;
    gsmtap[12] = subtype;
    packet.extend(gsmtap);
    for part in parts {
        packet.extend_from_slice(part);
    }
    // In IPv4 none will do.
    if IPV4_HEADER + datagram > MOST {
        let sum = sum(LOOPBACK_6) + sum(LOOPBACK_6) + sum(&(datagram as u32).to_be_bytes()) + u64::from(UDP);
        let checksum = match checksum(sum + self::sum(&packet[start..])) {
            0 => 0xFFFF,
            checksum => checksum,
        };
        packet[start + 6..start + 8].copy_from_slice(&checksum.to_be_bytes());
    }
}

const LOOPBACK_4: [u8; 4] = [127, 0, 0, 1];
const LOOPBACK_6: &[u8; 16] = &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

fn append_ipv4_header(packet: &mut Vec<u8>, datagram: usize) {
    let mut header = [0; IPV4_HEADER];
    header[0] = 0x45;
    header[2..4].copy_from_slice(&((IPV4_HEADER + datagram) as u16).to_be_bytes());
    // Not to be cut into fragments.
    header[6] = 0x40;
    header[8] = 64;
    header[9] = UDP;
    header[12..16].copy_from_slice(&LOOPBACK_4);
    header[16..20].copy_from_slice(&LOOPBACK_4);
    let checksum = checksum(sum(&header));
    header[10..12].copy_from_slice(&checksum.to_be_bytes());
    packet.extend(header);
}

fn append_ipv6_header(packet: &mut Vec<u8>, datagram: usize) {
    let len = u16::try_from(datagram);
    let mut header = [0; IPV6_HEADER];
    header[0] = 0x60;
    header[4..6].copy_from_slice(&len.unwrap_or(0).to_be_bytes());
    header[6] = if len.is_ok() { UDP } else { 0 };
    header[7] = 64;
    header[8..24].copy_from_slice(LOOPBACK_6);
    header[24..40].copy_from_slice(LOOPBACK_6);
    packet.extend(header);
    if len.is_err() {
        packet.extend([UDP, 0, 0xC2, 4]);
        packet.extend(((JUMBO_HEADER + datagram) as u32).to_be_bytes());
    }
}

/// The sum of the 16-bit words, the last one filled up.
fn sum(bytes: &[u8]) -> u64 {
    let words = bytes.chunks(2).map(|word| match *word {
        [high, low] => u64::from(u16::from_be_bytes([high, low])),
        [high] => u64::from(high) << 8,
        _ => 0,
    });
    words.sum()
}

/// The Internet checksum of a sum of words (RFC 1071).
fn checksum(mut sum: u64) -> u16 {
    while sum > 0xFFFF {
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    !(sum as u16)
}
