//! The offsets that the even instructions can say, in the 15 bits that they have for them.

/// The first offset that is none of the even instructions', and the last one that is.
pub(super) const FIRST_ODD: usize = 0x8000;
pub(super) const LAST_EVEN: u16 = 0x7FFF;

/// Returns the offset for the even instructions, where they can say it.
pub(super) fn even(offset: usize) -> Option<u16> {
    u16::try_from(offset).ok().filter(|_| offset < FIRST_ODD)
}
