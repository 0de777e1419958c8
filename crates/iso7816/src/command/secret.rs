//! Which commands carry secrets.

use crate::instruction as ins;

/// Tells whether a command's data or its answer is secret, by its raw bytes, whatever else they hold.
///
/// It errs towards hiding: any class byte (proprietary, on a logical channel or chained) will do, and a proprietary command
/// that shares one of these numbers is hidden too.
///
/// | INS | command | what is secret |
/// | --- | --- | --- |
/// | 20, 21 | VERIFY | the PIN |
/// | 24, 25 | CHANGE REFERENCE DATA | the PINs |
/// | 26 to 29 | DISABLE and ENABLE VERIFICATION REQUIREMENT | the PIN |
/// | 2A, 2B | PERFORM SECURITY OPERATION | what was deciphered, or is enciphered |
/// | 2C, 2D | RESET RETRY COUNTER | the resetting code and the PIN |
/// | 82, 83 | EXTERNAL and MUTUAL AUTHENTICATE; of a reader (FF) LOAD KEYS | the cryptogram; the key |
/// | 86, 87 | GENERAL AUTHENTICATE | what a key agreement or a decipherment gives |
/// | 88, 89 | INTERNAL AUTHENTICATE; RUN GSM ALGORITHM, AUTHENTICATE of a UICC | session keys |
/// | C2, C3 | ENVELOPE | any command |
/// | D8, D9 | PUT KEY (GlobalPlatform) | the keys |
/// | DA, DB | PUT DATA | a key, a resetting code (OpenPGP, PIV) |
/// | E2, E3 in classes 80 to FF | STORE DATA (GlobalPlatform) | keys, PINs |
/// | FE, FF in any class, 00 in class FF | import and management of keys (PIV of Yubico); direct transmission of a reader | keys; any command |
///
/// What a file or a record holds the caller knows alone, who marks it: [`Command::sensitive`](super::Command::sensitive).
/// ISO/IEC 7816-4:2013, 5.4.2; GlobalPlatform Card Specification 2.3, 11; PC/SC part 3, 3.2.2.
///
/// # Examples
/// ```
/// use pcsc_iso7816::command::is_sensitive_apdu;
///
/// assert!(is_sensitive_apdu(&[0x00, 0x20, 0x00, 0x81, 0x02, 0x31, 0x32]));
/// assert!(is_sensitive_apdu(&[0x80, 0xD8, 0x01, 0x81, 0x01, 0x40])); // PUT KEY
/// assert!(!is_sensitive_apdu(&[0x00, 0xA4, 0x04, 0x00, 0x01, 0xA0]));
/// ```
#[inline]
#[must_use]
pub const fn is_sensitive_apdu(apdu: &[u8]) -> bool {
    match apdu {
        [cla, ins, ..] => carries_secret(*cla, *ins),
        _ => false,
    }
}

/// Tells whether a command asks for the rest of the answer before it, which is a secret where that one was: GET RESPONSE (C0), and
/// what asks a DESFire card for its next frame (AF).
///
/// The status word before it does not matter: with T=0 data may wait after 9000 and after a warning, too.
///
/// # Examples
/// ```
/// use pcsc_iso7816::command::continues_answer;
///
/// assert!(continues_answer(&[0x00, 0xC0, 0x00, 0x00, 0x10]));
/// assert!(continues_answer(&[0x90, 0xAF, 0x00, 0x00, 0x00]));
/// assert!(!continues_answer(&[0x00, 0xB0, 0x00, 0x00, 0x10]));
/// ```
#[inline]
#[must_use]
pub const fn continues_answer(apdu: &[u8]) -> bool {
    matches!(apdu, [_, ins::GET_RESPONSE | ADDITIONAL_FRAME, ..])
}

#[inline]
pub(super) const fn carries_secret(cla: u8, ins: u8) -> bool {
    cla as u16 >= FROM_CLASS[ins as usize]
}

/// Class bytes from which on an instruction carries a secret.
const ANY: u16 = 0x00;
const PROPRIETARY: u16 = 0x80;
const READER: u16 = 0xFF;
const NONE: u16 = 0x100;

/// From which class byte on each instruction carries a secret: a table, since every command asks.
const FROM_CLASS: &[u16; 256] = &{
    let mut table = [NONE; 256];
    let mut n = 0;
    while n < SECRET.len() {
        let (first, last, class) = SECRET[n];
        let mut ins = first as usize;
        while ins <= last as usize {
            table[ins] = class;
            ins += 1;
        }
        n += 1;
    }
    table
};

/// The instructions, from one to another.
const SECRET: &[(u8, u8, u16)] = &[
    (0x00, 0x00, READER),
    (ins::VERIFY, ins::VERIFY_ODD, ANY),
    (ins::CHANGE_REFERENCE_DATA, 0x29, ANY),
    (
        ins::PERFORM_SECURITY_OPERATION,
        ins::PERFORM_SECURITY_OPERATION_ODD,
        ANY,
    ),
    (ins::RESET_RETRY_COUNTER, ins::RESET_RETRY_COUNTER_ODD, ANY),
    (ins::EXTERNAL_AUTHENTICATE, 0x83, ANY),
    (ins::GENERAL_AUTHENTICATE, ins::GENERAL_AUTHENTICATE_ODD, ANY),
    (ins::INTERNAL_AUTHENTICATE, 0x89, ANY),
    (ins::ENVELOPE, ins::ENVELOPE_ODD, ANY),
    (PUT_KEY, PUT_KEY + 1, ANY),
    (ins::PUT_DATA, ins::PUT_DATA_ODD, ANY),
    (STORE_DATA, STORE_DATA + 1, PROPRIETARY),
    (0xFE, 0xFF, ANY),
];

/// GlobalPlatform's instructions.
const PUT_KEY: u8 = 0xD8;
const STORE_DATA: u8 = ins::APPEND_RECORD;

/// The instruction by which a DESFire card is asked for the next part of an answer, after 91AF.
const ADDITIONAL_FRAME: u8 = 0xAF;

#[cfg(test)]
mod tests {
    use super::is_sensitive_apdu;

    /// Field case 25, and the instruction decides.
    #[test]
    fn the_instruction_decides_with_any_class() {
        for cla in 0..=u8::MAX {
            for ins in (0x20..=0x21)
                .chain(0x24..=0x2D)
                .chain(0x82..=0x83)
                .chain(0x86..=0x89)
            {
                assert!(is_sensitive_apdu(&[cla, ins]), "{cla:02X} {ins:02X}");
            }
            for ins in (0xC2..=0xC3).chain(0xD8..=0xDB).chain(0xFE..=0xFF) {
                assert!(is_sensitive_apdu(&[cla, ins]), "{cla:02X} {ins:02X}");
            }
            for ins in [
                0x22, 0x2E, 0x46, 0x70, 0x84, 0xA4, 0xB0, 0xC0, 0xCA, 0xD6, 0xDC, 0xF2,
            ] {
                assert!(!is_sensitive_apdu(&[cla, ins, 0, 0]), "{cla:02X} {ins:02X}");
            }
            assert_eq!(is_sensitive_apdu(&[cla, 0x00, 0, 0]), cla == 0xFF);
            for ins in [0xE2, 0xE3] {
                assert_eq!(is_sensitive_apdu(&[cla, ins, 0, 0]), cla >= 0x80);
            }
        }
        assert!(!is_sensitive_apdu(&[]) && !is_sensitive_apdu(&[0x20]));
    }
}
