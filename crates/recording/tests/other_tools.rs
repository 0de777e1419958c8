//! Recordings of other tools that write GSMTAP SIM: in what they carry it, and what a card with T=0 saw.
#![cfg(feature = "read")]

use pcsc_recording::{ReadError, Recording};

/// A number in one of the two orders of bytes.
type Order = fn(u32) -> [u8; 4];
const ORDERS: [Order; 2] = [u32::to_le_bytes, u32::to_be_bytes];

fn half(order: Order, number: u16) -> [u8; 2] {
    let bytes = order(u32::from(number));
    if order(1)[0] == 1 {
        [bytes[0], bytes[1]]
    } else {
        [bytes[2], bytes[3]]
    }
}

/// Makes the packet of a link of an IP packet.
type Frame = fn(&[u8]) -> Vec<u8>;

/// A GSMTAP packet of a SIM, as SIMtrace sends it: no more than the sub-type differs.
fn gsmtap(subtype: u8, bytes: &[u8]) -> Vec<u8> {
    [&[2, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, subtype, 0, 0, 0], bytes].concat()
}

fn udp(from: u16, to: u16, bytes: &[u8]) -> Vec<u8> {
    let len = (8 + bytes.len()) as u16;
    [
        &from.to_be_bytes()[..],
        &to.to_be_bytes(),
        &len.to_be_bytes(),
        &[0xFE, 0x1B],
        bytes,
    ]
    .concat()
}

fn ipv4(options: &[u8], datagram: &[u8]) -> Vec<u8> {
    let len = (20 + options.len() + datagram.len()) as u16;
    let header = [0x45 + (options.len() / 4) as u8, 0];
    [
        &header[..],
        &len.to_be_bytes(),
        &[7, 7, 0x40, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1],
        options,
        datagram,
    ]
    .concat()
}

fn ipv6(datagram: &[u8]) -> Vec<u8> {
    let extensions = [60, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4, 0, 0, 0, 0];
    let len = (extensions.len() + datagram.len()) as u16;
    [
        &[0x60, 0, 0, 0][..],
        &len.to_be_bytes(),
        &[0, 64],
        &[0; 32],
        &extensions,
        datagram,
    ]
    .concat()
}

/// A pcap file of packets on such a link.
fn pcap(order: Order, magic: u32, link: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = [
        order(magic),
        [half(order, 2), half(order, 4)].concat().try_into().unwrap(),
    ]
    .concat();
    file.extend([order(0), order(0), order(262_144), order(link)].concat());
    for packet in packets {
        let len = packet.len() as u32;
        file.extend([order(1_764_000_000), order(5), order(len), order(len)].concat());
        file.extend(packet);
    }
    file
}

fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let body = [body, &vec![0; body.len().next_multiple_of(4) - body.len()]].concat();
    let len = order(body.len() as u32 + 12);
    [&order(kind)[..], &len, &body, &len].concat()
}

/// A pcapng file of packets on such a link, in enhanced or in simple packets.
fn pcapng(order: Order, link: u16, packets: &[Vec<u8>], are_simple: bool) -> Vec<u8> {
    let magic = [
        order(0x1A2B_3C4D),
        [half(order, 1), half(order, 0)].concat().try_into().unwrap(),
    ]
    .concat();
    let mut file = block(order, 0x0A0D_0D0A, &[&magic[..], &[0xFF; 8]].concat());
    // A name, a time zone as the format had it once, and the end of options.
    let options = [
        &half(order, 2)[..],
        &half(order, 2),
        b"lo\0\0",
        &half(order, 10),
        &half(order, 4),
        &[0; 4],
        &[0; 4],
    ]
    .concat();
    file.extend(block(
        order,
        1,
        &[&half(order, link)[..], &[0; 2], &order(262_144), &options].concat(),
    ));
    for packet in packets {
        let len = order(packet.len() as u32);
        file.extend(if are_simple {
            block(order, 3, &[&len[..], packet].concat())
        } else {
            block(
                order,
                6,
                &[&order(0)[..], &order(6), &order(7), &len, &len, packet].concat(),
            )
        });
    }
    file
}

/// What a card was asked, as the card saw it.
fn trace() -> Vec<Vec<u8>> {
    vec![
        gsmtap(1, &[0x3B, 0x9F, 0x95]),
        // The choice of parameters.
        gsmtap(2, &[0xFF, 0x10, 0x95, 0x7A]),
        gsmtap(0, &[0xA0, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00, 0x9F, 0x02]),
        gsmtap(0, &[0xA0, 0xC0, 0x00, 0x00, 0x02, 0xCA, 0xFE, 0x90, 0x00]),
        gsmtap(0, &[0x00, 0x44, 0x00, 0x00, 0x00, 0x90, 0x00]),
    ]
}

fn check(file: &[u8], reader: &str, what: &str) {
    let recording = Recording::read(file).unwrap_or_else(|error| panic!("{what}: {error}"));
    let [card] = recording.cards() else {
        panic!("{what}: {recording:?}")
    };
    assert_eq!(
        (card.reader(), card.atr()),
        (reader, Some(&[0x3B, 0x9F, 0x95][..])),
        "{what}"
    );
    let told: Vec<_> = card
        .exchanges()
        .iter()
        .map(|exchange| (&exchange.command[..], exchange.answer_len))
        .collect();
    assert_eq!(
        told,
        [
            (&[0xA0, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00][..], 2),
            (&[0xA0, 0xC0, 0x00, 0x00, 0x02], 4),
            (&[0x00, 0x44, 0x00, 0x00, 0x00], 2),
        ],
        "{what}"
    );
    assert!(
        card.exchanges().iter().all(|exchange| !exchange.is_exact),
        "{what}"
    );
}

#[test]
fn whatever_carries_the_packets_the_card_is_found() {
    let links: [(u32, Frame); 12] = [
        (1, |ip| [&[0; 12][..], &[0x08, 0x00], ip].concat()),
        (1, |ip| {
            [&[0; 12][..], &[0x81, 0x00, 0, 5, 0x08, 0x00], ip].concat()
        }),
        (1, |ip| {
            [
                &[0; 12][..],
                &[0x88, 0xA8, 0, 5, 0x81, 0x00, 0, 6, 0x08, 0x00],
                ip,
                &[0; 9],
            ]
            .concat()
        }),
        (0, |ip| [&[2, 0, 0, 0], ip].concat()),
        (108, |ip| [&[0, 0, 0, 2], ip].concat()),
        (113, |ip| [&[0; 14][..], &[0x08, 0x00], ip].concat()),
        (276, |ip| [&[0x08, 0x00][..], &[0; 18], ip].concat()),
        (101, <[u8]>::to_vec),
        (12, <[u8]>::to_vec),
        (14, <[u8]>::to_vec),
        (228, <[u8]>::to_vec),
        (1, |ip| {
            [
                &[0; 12][..],
                &[0x08, 0x00],
                &[
                    &[0x46, ip[1]],
                    &((u16::from(ip[2]) << 8 | u16::from(ip[3])) + 4).to_be_bytes()[..],
                    &ip[4..20],
                    &[1; 4],
                    &ip[20..],
                ]
                .concat(),
            ]
            .concat()
        }),
    ];
    for (link, frame) in links {
        let packets: Vec<_> = trace()
            .iter()
            .map(|packet| frame(&ipv4(&[], &udp(40_000, 4729, packet))))
            .collect();
        for order in ORDERS {
            for magic in [0xA1B2_C3D4, 0xA1B2_3C4D] {
                check(
                    &pcap(order, magic, link, &packets),
                    "",
                    &format!("link type {link}"),
                );
            }
            for are_simple in [false, true] {
                check(
                    &pcapng(order, link as u16, &packets, are_simple),
                    "lo",
                    &format!("link type {link}"),
                );
            }
        }
    }
    let packets: Vec<_> = trace()
        .iter()
        .map(|packet| ipv6(&udp(4729, 50_000, packet)))
        .collect();
    check(&pcap(ORDERS[0], 0xA1B2_C3D4, 229, &packets), "", "IPv6");
}

#[test]
fn what_is_no_packet_of_a_card_is_passed_over() {
    let frame = |datagram: &[u8]| [&[0; 12][..], &[0x08, 0x00], &ipv4(&[], datagram)].concat();
    let mut fragment = frame(&udp(4729, 4729, &gsmtap(0, &[0, 0xA4, 0, 0, 0x90, 0])));
    fragment[20] = 0x20;
    let mut tcp = frame(&udp(4729, 4729, &gsmtap(0, &[0, 0xA4, 0, 0, 0x90, 0])));
    tcp[23] = 6;
    let mut packets = vec![
        // ARP; another port; GSMTAP of the air, and of another version; cut headers.
        [&[0; 12][..], &[0x08, 0x06], &[0; 28]].concat(),
        frame(&udp(53, 53, &[0; 40])),
        frame(&udp(
            4729,
            4729,
            &[2, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2],
        )),
        frame(&udp(
            4729,
            4729,
            &[3, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2],
        )),
        frame(&udp(4729, 4729, &[2, 4, 4])),
        fragment,
        tcp,
    ];
    packets.extend((0..48).map(|len| frame(&udp(53, 53, &[0; 40]))[..len].to_vec()));
    packets.extend(trace().iter().map(|packet| frame(&udp(40_000, 4729, packet))));
    check(&pcap(ORDERS[0], 0xA1B2_C3D4, 1, &packets), "", "between others");
}

/// Anybody can send to the port.
#[test]
fn what_says_nothing_that_a_card_says_is_passed_over_and_counted() {
    let mut packets: Vec<_> = trace()
        .iter()
        .map(|packet| ipv4(&[], &udp(40_000, 4729, packet)))
        .collect();
    for odd in [
        &gsmtap(0, &[0, 0xA4, 0])[..],
        &gsmtap(0, &[]),
        &gsmtap(1, &[]),
        &gsmtap(1, &[0x3B; 34]),
    ] {
        packets.insert(2, ipv4(&[], &udp(40_000, 4729, odd)));
    }
    let file = pcap(ORDERS[0], 0xA1B2_C3D4, 101, &packets);
    check(&file, "", "between odd ones");
    let mut reader = pcsc_recording::Reader::new(&file[..]).unwrap();
    assert_eq!(reader.by_ref().filter(Result::is_ok).count(), 4);
    assert_eq!(reader.passed_over(), 4);
}

#[test]
fn a_packet_that_is_not_all_there_is_an_error() {
    let packet = ipv4(&[], &udp(4729, 4729, &trace()[2]));
    let error = Recording::read(
        &pcap(
            ORDERS[0],
            0xA1B2_C3D4,
            101,
            &[packet[..packet.len() - 3].to_vec()],
        )[..],
    );
    assert!(
        matches!(error, Err(ReadError::CutPacket { number: 1, .. })),
        "{error:?}"
    );
    assert!(error.unwrap_err().to_string().contains("capture packets whole"));
}

#[test]
fn a_link_that_is_not_known_is_named() {
    let packets = [trace()[2].clone()];
    let error = Recording::read(&pcap(ORDERS[1], 0xA1B2_C3D4, 147, &packets)[..]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("packets of link type 147 cannot be looked into"),
        "{error}"
    );
}
