//! Which commands carry secrets.

use crate::instruction as ins;

/// Tells whether a command's data is secret, by its raw bytes, whatever else they hold.
///
/// True, with any class byte (proprietary, on a logical channel or chained), for VERIFY (20, 21), CHANGE REFERENCE DATA
/// (24, 25), DISABLE and ENABLE VERIFICATION REQUIREMENT (26 to 29), RESET RETRY COUNTER (2C, 2D), and for ENVELOPE (C2,
/// C3), which can carry any of them; with the class FF of a reader's own commands also for LOAD KEYS (82) and for direct
/// transmission (00). It errs towards hiding: a proprietary command that shares one of these numbers is hidden too.
/// ISO/IEC 7816-4:2013, 5.4.2; PC/SC part 3, 3.2.2.
///
/// # Examples
/// ```
/// use pcsc_iso7816::command::is_sensitive_apdu;
///
/// assert!(is_sensitive_apdu(&[0x00, 0x20, 0x00, 0x81, 0x02, 0x31, 0x32]));
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

#[inline]
pub(super) const fn carries_secret(cla: u8, ins: u8) -> bool {
    matches!(
        ins,
        ins::VERIFY..=ins::VERIFY_ODD
            | ins::CHANGE_REFERENCE_DATA..=0x29
            | ins::RESET_RETRY_COUNTER..=ins::RESET_RETRY_COUNTER_ODD
            | ins::ENVELOPE..=ins::ENVELOPE_ODD
    ) || (cla == 0xFF && matches!(ins, 0x00 | 0x82))
}

#[cfg(test)]
mod tests {
    use super::is_sensitive_apdu;

    #[test]
    fn the_instruction_decides_with_any_class() {
        for cla in 0..=u8::MAX {
            for ins in [0x20, 0x21, 0x24, 0x25, 0x26, 0x28, 0x2C, 0x2D, 0xC2] {
                assert!(is_sensitive_apdu(&[cla, ins]), "{cla:02X} {ins:02X}");
            }
            for ins in [0x22, 0x2A, 0x84, 0xA4, 0xB0, 0xC0, 0xCA, 0xD6] {
                assert!(!is_sensitive_apdu(&[cla, ins, 0, 0]), "{cla:02X} {ins:02X}");
            }
            for ins in [0x00, 0x82] {
                assert_eq!(is_sensitive_apdu(&[cla, ins, 0, 0]), cla == 0xFF);
            }
        }
        assert!(!is_sensitive_apdu(&[]) && !is_sensitive_apdu(&[0x20]));
    }
}
