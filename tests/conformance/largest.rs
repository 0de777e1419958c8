//! The longest commands and answers.

use crate::card::card;

/// What the virtual reader's 16-bit length can carry.
const MESSAGE: usize = 65_535;

conformance! {
    fn the_longest_message_arrives_byte_for_byte_both_ways<S>() {
        let mut service = S::start(1);
        service.insert(0, card(|command| {
            let sum = command.iter().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(*byte));
            let mut answer: Vec<u8> = (0..MESSAGE - 2).map(|index| (index as u8) ^ sum).collect();
            answer.extend([0x90, 0x00]);
            answer
        }));
        let mut session = service.open(0);
        for len in [5, 260, 261, 262, 4096, 65_534, MESSAGE] {
            let mut command = vec![0x00, 0xCA];
            command.extend((2..len).map(|index| (index * 7) as u8));
            let sum = command.iter().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(*byte));
            let response = session.transmit(&command).unwrap();
            assert_eq!(response.data().len(), MESSAGE - 2);
            assert!(response.data().iter().enumerate().all(|(index, byte)| *byte == (index as u8) ^ sum));
            assert!(response.status().is_success());
        }
    }
}
