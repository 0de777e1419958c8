//! Cards for the cases.

use pcsc_session::{Code, Error, ReaderName};
use pcsc_sim::{Card, FnCard};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// T=1 only, with TCK.
pub(crate) const ATR_T1: [u8; 4] = [0x3B, 0x80, 0x01, 0x81];
/// T=0 only.
pub(crate) const ATR_T0: [u8; 2] = [0x3B, 0x00];
/// T=0 and T=1, with TCK.
pub(crate) const ATR_BOTH: [u8; 5] = [0x3B, 0x80, 0x80, 0x01, 0x01];

/// A card with T=1 whose answer is what this function makes of the command.
pub(crate) fn card(answer: impl FnMut(&[u8]) -> Vec<u8> + Send + 'static) -> impl Card {
    card_with(&ATR_T1, answer)
}

/// A card with this ATR whose answer is what this function makes of the command.
pub(crate) fn card_with(atr: &[u8], mut answer: impl FnMut(&[u8]) -> Vec<u8> + Send + 'static) -> impl Card {
    FnCard::new(atr.to_vec(), move |command: &[u8], response: &mut Vec<u8>| {
        response.extend_from_slice(&answer(command));
    })
}

/// A card that answers 9000 to all.
pub(crate) fn ok() -> impl Card {
    card(|_| vec![0x90, 0x00])
}

/// Asserts that an error is that of an empty slot, from this C function.
pub(crate) fn assert_no_card(error: &Error, function: &'static str, reader: &str) {
    assert_error!(
        *error,
        NoCard {
            function: function,
            code: Code::NO_SMARTCARD,
            reader: ReaderName::from(reader)
        }
    );
}

/// A card that counts the commands that it got, and its resets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counter {
    pub(crate) commands: Arc<AtomicUsize>,
    pub(crate) resets: Arc<AtomicUsize>,
}

impl Counter {
    pub(crate) fn commands(&self) -> usize {
        self.commands.load(Ordering::SeqCst)
    }

    pub(crate) fn resets(&self) -> usize {
        self.resets.load(Ordering::SeqCst)
    }
}

impl Card for Counter {
    fn atr(&self) -> &[u8] {
        &ATR_BOTH
    }

    fn transmit(&mut self, _command: &[u8], response: &mut Vec<u8>) {
        self.commands.fetch_add(1, Ordering::SeqCst);
        response.extend_from_slice(&[0x90, 0x00]);
    }

    fn reset(&mut self) {
        self.resets.fetch_add(1, Ordering::SeqCst);
    }
}

/// The bytes of a file of this length.
pub(crate) fn bytes(len: usize) -> Vec<u8> {
    (0..251).cycle().take(len).collect()
}
