//! GET CHALLENGE and INTERNAL AUTHENTICATE, both without cryptography.

use super::card::DemoCard;
use super::request::Request;
use pcsc_iso7816::status_word::StatusWord;

/// The longest challenge, in bytes.
const LONGEST_CHALLENGE: usize = 256;
/// What the first challenge is made of.
pub(super) const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

impl DemoCard {
    /// GET CHALLENGE: as many bytes as asked for, 256 at most. ISO/IEC 7816-4:2013, 11.5.3.
    pub(super) fn get_challenge(
        &mut self,
        request: &Request<'_>,
        response: &mut Vec<u8>,
    ) -> Result<StatusWord, StatusWord> {
        if request.p1_p2() != 0 {
            return Err(StatusWord::INCORRECT_P1_P2);
        }
        request.no_data()?;
        let mut left = request.le()?.ne.min(LONGEST_CHALLENGE);
        self.scratch.clear();
        while left > 0 {
            // Marsaglia's xorshift: different each time, the same in each run.
            self.challenge ^= self.challenge << 13;
            self.challenge ^= self.challenge >> 7;
            self.challenge ^= self.challenge << 17;
            let bytes = self.challenge.to_be_bytes();
            let now = left.min(bytes.len());
            self.scratch.extend_from_slice(&bytes[..now]);
            left -= now;
        }
        Ok(self.rounds.answer(
            &self.options,
            request,
            &self.scratch,
            StatusWord::SUCCESS,
            response,
        ))
    }

    /// INTERNAL AUTHENTICATE: the challenge, last byte first, each byte inverted. ISO/IEC 7816-4:2013, 11.5.2.
    pub(super) fn internal_authenticate(
        &mut self,
        request: &Request<'_>,
        response: &mut Vec<u8>,
    ) -> Result<StatusWord, StatusWord> {
        if request.p1_p2() != 0 {
            return Err(StatusWord::INCORRECT_P1_P2);
        }
        let challenge = request.data()?;
        self.scratch.clear();
        self.scratch.extend(challenge.iter().rev().map(|byte| !byte));
        Ok(self.rounds.answer(
            &self.options,
            request,
            &self.scratch,
            StatusWord::SUCCESS,
            response,
        ))
    }
}
