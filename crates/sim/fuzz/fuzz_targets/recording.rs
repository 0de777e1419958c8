//! Whatever a recording says, it is read or refused, and its cards answer each of their commands.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pcsc_recording::{Exchange, Writer};
use pcsc_sim::{Card, Recording, ReplayCard};
use std::time::UNIX_EPOCH;

/// What the random bytes are: a file, the packets of a link in one, or a recording and what is changed in it.
fn file(bytes: &[u8]) -> Option<Vec<u8>> {
    let (kind, bytes) = bytes.split_first()?;
    match kind % 3 {
        0 => Some(bytes.to_vec()),
        1 => packets(bytes),
        _ => changed(bytes),
    }
}

fn packets(bytes: &[u8]) -> Option<Vec<u8>> {
    let (link, mut bytes) = bytes.split_first()?;
    let mut file = vec![
        0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0,
    ];
    file.extend([*link, 0, 0, 0]);
    while let Some((len, rest)) = bytes.split_first() {
        let (packet, rest) = rest.split_at(rest.len().min(usize::from(*len)));
        let len = (packet.len() as u32).to_le_bytes();
        file.extend([[0; 4], [0; 4], len, len].concat());
        file.extend(packet);
        bytes = rest;
    }
    Some(file)
}

fn changed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut recording = Writer::new(Vec::new()).ok()?;
    recording.answer_to_reset("Fuzzed", &[0x3B, 0], UNIX_EPOCH).ok()?;
    let (changes, bytes) = bytes.split_at(bytes.len().min(32));
    for (index, exchange) in bytes.chunks(24).enumerate() {
        let (command, answer) = exchange.split_at(exchange.len() / 2);
        let exchange = Exchange::new(command, answer).leave_secret_out(index % 2 == 1);
        recording.exchange("Fuzzed", &exchange, UNIX_EPOCH).ok()?;
    }
    let mut file = recording.into_inner();
    for change in changes.chunks_exact(4) {
        let at = usize::from(change[0]) << 8 | usize::from(change[1]);
        let len = file.len();
        file[at % len] ^= change[2];
    }
    Some(file)
}

fuzz_target!(|bytes: &[u8]| {
    let Some(file) = file(bytes) else {
        return;
    };
    let Ok(recording) = Recording::read(&file[..]) else {
        return;
    };
    for recorded in recording.cards() {
        assert!(recorded.atr().is_none_or(|atr| (1..=33).contains(&atr.len())));
        let mut card = ReplayCard::new(recorded);
        let mut lookup = ReplayCard::new(recorded).by_lookup();
        for exchange in recorded.exchanges() {
            // No more is kept than the file has.
            let kept = exchange.command.len() + exchange.answer.as_ref().map_or(0, Vec::len);
            assert!(kept <= file.len());
            let mut response = Vec::new();
            card.transmit(&exchange.command, &mut response);
            lookup.transmit(&exchange.command, &mut Vec::new());
            assert!(response.len() <= file.len().max(65_538));
        }
        assert_eq!(card.check(), Ok(()));
    }
});
