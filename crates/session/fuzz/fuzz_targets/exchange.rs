//! Whatever a card answers and whatever its ATR says, `execute` ends, in bounds; a reader's feature list does no harm.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pcsc_session::{Command, Session};
use pcsc_sim::{FnCard, Simulator};

fuzz_target!(|bytes: &[u8]| {
    let Some((&[long, ne, atr_len], rest)) = bytes.split_first_chunk::<3>() else {
        return;
    };
    let (atr, answers) = rest.split_at(rest.len().min(usize::from(atr_len) % 33));
    // Each answer is a length and so many bytes; then 6F00.
    let answers: Vec<u8> = answers.into();
    let mut answers = answers.into_iter();
    let mut atr = atr.to_vec();
    atr.insert(0, 0x3B);
    let card = FnCard::new(atr, move |_: &[u8], response: &mut Vec<u8>| {
        let len = answers.next().map_or(2, usize::from);
        response.extend(answers.by_ref().take(len));
        if response.is_empty() {
            response.extend([0x6F, 0x00]);
        }
    });
    let simulator = Simulator::new();
    simulator.add_reader("Fuzzed 00 00").insert(card);
    let Ok(mut session) = Session::options().provider(simulator.provider()).open() else {
        return;
    };
    let data = vec![0x5A; usize::from(long) * 17];
    let command = Command::new(0x00, 0xCA, 0, 0)
        .with_data(&data)
        .with_ne(usize::from(ne) * 257);
    if let Ok(response) = session.execute(&command) {
        assert!(response.data().len() <= 65_536);
    }
    let _ = session.transparent_file().with_len(2000).read();
});
