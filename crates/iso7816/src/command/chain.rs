//! Command chaining: long data in several commands.

use core::iter::FusedIterator;

use super::apdu::Command;
use super::form::Form;
use crate::class::{Class, ClassError};

/// The commands of a chain one after the other, each of the short form.
///
/// Made by [`Command::chain`].
///
/// # Examples
/// ```
/// use pcsc_iso7816::command::Command;
///
/// let data = [0; 256];
/// let mut chain = Command::new(0x00, 0xDB, 0x3F, 0xFF).with_data(&data).chain()?;
/// assert_eq!(chain.next().map(|command| (command.cla(), command.nc())), Some((0x10, 255)));
/// assert_eq!(chain.next().map(|command| (command.cla(), command.nc())), Some((0x00, 1)));
/// assert_eq!(chain.next(), None);
/// # Ok::<(), pcsc_iso7816::class::ClassError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Chain<'a> {
    next: Option<Command<'a>>,
    chaining_cla: u8,
    max_nc: usize,
}

impl<'a> Command<'a> {
    /// Splits the command into a chain of commands with at most 255 bytes of data each.
    ///
    /// All have INS, P1 and P2 of the command; bit 5 of CLA is set in all but the last, and only the last has Ne. A command
    /// with at most 255 bytes of data comes out alone and unchanged. Nothing is allocated. ISO/IEC 7816-4:2013, 5.3.3.
    ///
    /// # Errors
    /// [`ClassError::Invalid`] and [`ClassError::Reserved`] where it takes more than one command and CLA has no bit for
    /// chaining.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::Command;
    ///
    /// let data = [0; 300];
    /// let command = Command::new(0x00, 0x2A, 0x80, 0x86).with_data(&data).with_ne(256);
    /// let parts: Vec<_> = command.chain()?.map(|part| (part.cla(), part.nc(), part.ne())).collect();
    /// assert_eq!(parts, [(0x10, 255, 0), (0x00, 45, 256)]);
    /// # Ok::<(), pcsc_iso7816::class::ClassError>(())
    /// ```
    pub const fn chain(self) -> Result<Chain<'a>, ClassError> {
        self.chain_of(Form::Short.max_nc())
    }

    /// Splits the command into a chain of commands with at most `max_nc` bytes of data each, at least 1: for a card that
    /// takes fewer than 255, or that takes parts with extended length.
    ///
    /// # Errors
    /// As [`chain`](Command::chain).
    pub const fn chain_of(self, max_nc: usize) -> Result<Chain<'a>, ClassError> {
        let max_nc = if max_nc == 0 { 1 } else { max_nc };
        if self.nc() <= max_nc {
            return Ok(Chain {
                next: Some(self),
                chaining_cla: self.cla(),
                max_nc,
            });
        }
        match Class::new(self.cla()).with_chaining() {
            Ok(class) => Ok(Chain {
                next: Some(self),
                chaining_cla: class.to_u8(),
                max_nc,
            }),
            Err(error) => Err(error),
        }
    }
}

impl<'a> Iterator for Chain<'a> {
    type Item = Command<'a>;

    #[inline]
    fn next(&mut self) -> Option<Command<'a>> {
        let command = self.next.take()?;
        match command.data().split_at_checked(self.max_nc) {
            Some((part, rest)) if !rest.is_empty() => {
                self.next = Some(command.with_data(rest));
                Some(command.with_cla(self.chaining_cla).with_data(part).with_ne(0))
            }
            _ => Some(command),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let parts = self
            .next
            .map_or(0, |command| command.nc().div_ceil(self.max_nc).max(1));
        (parts, Some(parts))
    }
}

impl ExactSizeIterator for Chain<'_> {}
impl FusedIterator for Chain<'_> {}

#[cfg(test)]
mod tests {
    use super::Command;
    use crate::class::ClassError;

    #[test]
    fn a_chain_of_any_length_gives_the_same_data() {
        let data: Vec<u8> = (0..65_535_u32).map(|n| n.to_le_bytes()[0]).collect();
        for nc in [0, 1, 254, 255, 256, 257, 509, 510, 511, 32_768, 65_535] {
            let command = Command::new(0x01, 0xDB, 0x3F, 0xFF)
                .with_data(&data[..nc])
                .with_ne(256);
            let chain = command.chain().expect("an interindustry class");
            let parts = chain.len();
            assert_eq!(parts, nc.div_ceil(255).max(1));
            let commands: Vec<_> = chain.collect();
            assert_eq!(commands.len(), parts);
            assert_eq!(
                commands
                    .iter()
                    .flat_map(|part| part.data())
                    .copied()
                    .collect::<Vec<_>>(),
                &data[..nc]
            );
            let (last, others) = commands.split_last().expect("at least one");
            assert_eq!((last.cla(), last.ne()), (0x01, 256));
            assert!(
                others
                    .iter()
                    .all(|part| (part.cla(), part.nc(), part.ne()) == (0x11, 255, 0))
            );
            assert!(
                commands
                    .iter()
                    .all(|part| (part.ins(), part.p1(), part.p2()) == (0xDB, 0x3F, 0xFF))
            );
        }
    }

    #[test]
    fn secrets_stay_marked_and_a_readers_class_is_refused() {
        let data = [0; 256];
        let command = Command::new(0x00, 0xDA, 0, 0).with_data(&data).sensitive();
        assert!(
            command
                .chain()
                .expect("an interindustry class")
                .all(|part| part.is_sensitive())
        );
        assert_eq!(command.with_cla(0xFF).chain().err(), Some(ClassError::Invalid));
        assert_eq!(
            command
                .with_cla(0xFF)
                .with_data(&data[..255])
                .chain()
                .map(Iterator::count),
            Ok(1)
        );
    }
}
