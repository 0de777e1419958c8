//! Where the answer begins in a packet that does not say so.

/// The length of a command's header: CLA, INS, P1 and P2.
pub(crate) const HEADER: usize = 4;

/// Instructions of which P3 is the length of the answer: those of ISO/IEC 7816-4 and ETSI TS 102 221 that bring data on T=0.
const BRINGS_DATA: [u8; 8] = [0x12, 0x70, 0x84, 0xB0, 0xB2, 0xC0, 0xCA, 0xF2];

/// Returns the length of the command at the beginning of a packet of `len` bytes, as it is on T=0 or in the short form: the
/// answer's data and its two bytes of status word follow.
///
/// The rule is part of the format: a command of which it is not true has a comment. `byte` returns one of the packet.
pub(crate) fn command_len(len: usize, byte: impl Fn(usize) -> u8) -> usize {
    let end = len.saturating_sub(2);
    if end <= HEADER {
        return end;
    }
    let (instruction, data) = (byte(1), usize::from(byte(HEADER)));
    let rest = end - HEADER - 1;
    if data == 0 || rest < data || rest == data && BRINGS_DATA.contains(&instruction) {
        return HEADER + 1;
    }
    let with_data = HEADER + 1 + data;
    if rest > data && rest - data - 1 <= most(byte(with_data)) {
        with_data + 1
    } else {
        with_data
    }
}

/// How many bytes a short Le asks for at most.
fn most(le: u8) -> usize {
    match le {
        0 => 256,
        le => usize::from(le),
    }
}

#[cfg(test)]
mod tests {
    use super::command_len;

    #[test]
    fn the_fifth_byte_and_the_instruction_tell_where_the_answer_begins() {
        for (command, answer) in [
            (&[0x00, 0xA4, 0x04, 0x00][..], &[0x90, 0x00][..]),
            (&[0x00, 0xB0, 0x00, 0x00, 0x02], &[0x01, 0x02, 0x90, 0x00]),
            (&[0x00, 0xB0, 0x00, 0x00, 0x02], &[0x6A, 0x82]),
            (&[0x00, 0xB0, 0x00, 0x00, 0x00], &[0x01, 0x02, 0x03, 0x90, 0x00]),
            (&[0x00, 0xB0, 0x00, 0x00, 0x08], &[0x01, 0x02, 0x90, 0x00]),
            (&[0xA0, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00], &[0x9F, 0x16]),
            (
                &[0x00, 0xA4, 0x04, 0x00, 0x02, 0xA0, 0x00, 0x00],
                &[0x6F, 0x00, 0x90, 0x00],
            ),
            (&[0x00, 0xA4, 0x04, 0x00, 0x02, 0xA0, 0x00, 0x00], &[0x90, 0x00]),
            (
                &[0x00, 0xA4, 0x04, 0x00, 0x02, 0xA0, 0x00],
                &[0x01, 0x02, 0x03, 0x90, 0x00],
            ),
        ] {
            let packet = [command, answer].concat();
            let len = command_len(packet.len(), |index| packet[index]);
            assert_eq!(len, command.len(), "{command:02X?}");
        }
    }

    #[test]
    fn what_is_too_short_is_all_answer_or_all_command() {
        let lengths = (0..=6).map(|len| command_len(len, |index| [0; 6][index]));
        assert_eq!(lengths.collect::<Vec<_>>(), [0, 0, 0, 1, 2, 3, 4]);
    }
}
