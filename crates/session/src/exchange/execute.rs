//! A command and its whole answer: the rules of ISO/IEC 7816-3 and -4 for an exchange.

use crate::error::Error;
use crate::exchange::response::Response;
use crate::exchange::transmit::{Exchange, MANAGE_CHANNEL, MAX_COMMAND, MAX_DATA, Outgoing};
use crate::ffi::Protocol;
use pcsc_iso7816::class::{Class, GetResponseClass};
use pcsc_iso7816::command::{Command, EncodeError, Form};
use pcsc_iso7816::status_word::StatusWord;
use zeroize::Zeroize;

/// How many GET RESPONSE commands of one answer may bring nothing.
const MAX_EMPTY_ROUNDS: usize = 256;

/// How many bytes one command brings at least, of an answer or a file in many parts; and how many commands may bring fewer.
///
/// The bound is on bytes, for cards give what they like. But one that gives a byte at a time would hold a program for 65,535
/// commands, and with a file for 16 million; no card in the field is known to give fewer than 16 but at an end.
pub(super) const FEW: usize = 16;
pub(super) const MAX_ROUNDS_OF_FEW: usize = 4096;

impl<'a> Exchange<'a> {
    /// See [`CardChannel::execute`](crate::CardChannel::execute).
    #[inline]
    pub(crate) fn execute(mut self, command: &Command<'_>) -> Result<Response<'a>, Error> {
        let len = if self.channel == 0 {
            self.execute_here(command)?
        } else {
            self.reborrow().execute_on_channel(command)?
        };
        Ok(self.into_response(len))
    }

    /// Executes a command with the channel's number in its CLA.
    #[cold]
    fn execute_on_channel(self, command: &Command<'_>) -> Result<usize, Error> {
        if command.ins() == MANAGE_CHANNEL {
            return Err(Error::ManageChannel {});
        }
        let command = command.with_channel(self.channel)?;
        if let GetResponseClass::Fixed(cla) = self.connection.options.get().get_response_class {
            Class::new(cla).with_channel(self.channel)?;
        }
        self.buffers.origin.header = Some(command.header());
        self.execute_in_form(&command)
    }

    /// Sends a command and gathers its whole answer at the beginning of the buffer; returns the length of all that was
    /// gathered, with the last status word.
    #[inline]
    fn execute_here(&mut self, command: &Command<'_>) -> Result<usize, Error> {
        self.buffers.origin.header = Some(command.header());
        // What follows leaves the command where it was encoded.
        if !self.connection.sends_short_as_is() || command.is_sensitive() {
            return self.reborrow().execute_in_form(command);
        }
        let Some(buffer) = self.buffers.outgoing.first_chunk_mut() else {
            return self.reborrow().execute_in_form(command);
        };
        let Some(encoded) = command.encode_short(buffer) else {
            return self.reborrow().execute_in_form(command);
        };
        let len = self.transmit_once(Outgoing::Encoded(encoded), 0, MAX_DATA, false)?;
        self.complete(command, Form::Short, len, false)
    }

    /// Executes a command in the form that it needs, and that the card takes.
    #[cold]
    fn execute_in_form(self, command: &Command<'_>) -> Result<usize, Error> {
        if command.fits_short() && command.nc() <= self.connection.max_short().0 {
            self.execute_short(command, command.is_sensitive())
        } else {
            self.execute_long(command)
        }
    }

    /// Executes a command that the short form carries, or all but the largest Ne of it.
    #[cold]
    pub(super) fn execute_short(mut self, command: &Command<'_>, is_secret: bool) -> Result<usize, Error> {
        let sent = self.in_form(command, Form::Short);
        let len = self.transmit_encoded(&sent, Form::Short, 0, is_secret)?;
        self.complete(command, Form::Short, len, is_secret)
    }

    /// The command as it goes out with the active protocol.
    #[inline]
    fn for_protocol<'c>(&self, command: &Command<'c>) -> Command<'c> {
        if self.connection.card.protocol() == Protocol::T0 && self.connection.options.get().t0_without_le {
            command.for_t0()
        } else {
            *command
        }
    }

    /// The command as it goes out in this form: with the most expected that the form and the reader have room for.
    ///
    /// With extended length Le stays on T=0 too: it is inside the ENVELOPE commands that such a command takes there
    /// (ISO/IEC 7816-3:2006, 12.2).
    #[cold]
    pub(super) fn in_form<'c>(&self, command: &Command<'c>, form: Form) -> Command<'c> {
        match form {
            Form::Short => {
                self.for_protocol(&command.with_ne(command.ne().min(self.connection.max_short().1)))
            }
            Form::Extended => command.with_ne(command.ne().min(self.connection.max_extended().1)),
        }
    }

    /// Encodes a command and sends it, once.
    #[cold]
    pub(super) fn transmit_encoded(
        &mut self,
        command: &Command<'_>,
        form: Form,
        offset: usize,
        is_secret: bool,
    ) -> Result<usize, Error> {
        self.check_process()?;
        let len = match command.encode_into(form, &mut self.buffers.outgoing) {
            Ok(len) => len,
            Err(_) => encode_long(command, form, &mut self.buffers.outgoing)?,
        };
        let max_data = MAX_DATA.saturating_sub(offset);
        let result = self.transmit_once(Outgoing::Encoded(len), offset, max_data, is_secret);
        if is_secret {
            self.buffers.outgoing[..len].zeroize();
        }
        result
    }

    /// Completes the answer to a command of the caller's where a rule asks for it; returns the length of all that was
    /// gathered.
    #[inline]
    pub(super) fn complete(
        &mut self,
        command: &Command<'_>,
        form: Form,
        len: usize,
        is_secret: bool,
    ) -> Result<usize, Error> {
        match self.status(len).sw1() {
            0x61..=0x63 | 0x6C | 0x9F => self.reborrow().ask_for_the_rest(command, form, len, is_secret),
            _ => Ok(len),
        }
    }

    /// Sends the command again with the right Le, and GET RESPONSE until all is there.
    #[cold]
    fn ask_for_the_rest(
        mut self,
        command: &Command<'_>,
        form: Form,
        len: usize,
        is_secret: bool,
    ) -> Result<usize, Error> {
        let sent = self.in_form(command, form);
        let mut len = self.with_correct_le(&sent, form, 0, len, is_secret)?;
        let most = most_expected(command, form);
        let warning = self.status(len);
        let is_announced = self.is_announced(command, len);
        if is_announced {
            len = self.get_response(command, Form::Short.max_ne(), 0, is_secret)?;
        }
        let (mut empty_rounds, mut rounds_of_few) = (0, 0);
        while let Some(waiting) = self.waiting(len) {
            // The next round takes the place of this one's status word.
            let end = len - 2;
            let ne = waiting.min(most.saturating_sub(end));
            if ne == 0 {
                break;
            }
            if end + ne > MAX_DATA {
                return Err(self.response_too_long(end));
            }
            len = end + self.get_response(command, ne, end, is_secret)?;
            // The bound is on bytes, and rounds that bring none could go on for ever.
            empty_rounds += usize::from(len == end + 2);
            rounds_of_few += usize::from(len < end + 2 + FEW);
            if empty_rounds > MAX_EMPTY_ROUNDS {
                return Err(
                    self.bad_response("61xx was answered again and again, and GET RESPONSE brought nothing")
                );
            }
            if rounds_of_few > MAX_ROUNDS_OF_FEW {
                return Err(self
                    .bad_response("more than 4,096 GET RESPONSE commands brought fewer than 16 bytes each"));
            }
        }
        if is_announced {
            self.keep_warning(warning, len);
        }
        Ok(len)
    }

    /// Asks for data that waits, by GET RESPONSE in the class that a rule names.
    fn get_response(
        &mut self,
        command: &Command<'_>,
        ne: usize,
        offset: usize,
        is_secret: bool,
    ) -> Result<usize, Error> {
        let rule = self.connection.options.get().get_response_class;
        let mut class = Class::new(command.cla()).of_get_response(rule);
        // A class that is the same after every command does not say the channel yet.
        if self.channel > 0 && matches!(rule, GetResponseClass::Fixed(_)) {
            class = class.with_channel(self.channel)?;
        }
        let get_response = Command::get_response(ne).with_cla(class.to_u8());
        self.buffers.course.has_rounds = true;
        let len = self.transmit_encoded(&get_response, Form::Short, offset, is_secret)?;
        self.with_correct_le(&get_response, Form::Short, offset, len, is_secret)
    }

    /// Whether an answer is a warning that announces data on T=0.
    fn is_announced(&self, command: &Command<'_>, len: usize) -> bool {
        self.connection.options.get().get_response_after_warning
            && self.connection.card.protocol() == Protocol::T0
            && matches!(self.status(len).sw1(), 0x62 | 0x63)
            && len == 2
            && command.nc() > 0
            && command.ne() > 0
    }

    /// Puts a warning behind the data that it announced and that came with 9000, or a UICC's 91xx, which comes again: there may
    /// be more to ask for. It stays where no data came, with the status word that GET RESPONSE was refused with beside it.
    fn keep_warning(&mut self, warning: StatusWord, len: usize) {
        let status = self.status(len);
        let is_done = self.connection.is_done(status);
        if len == 2 && !is_done && status != warning {
            self.buffers.origin.note_refusal(status);
        }
        if len == 2 || is_done {
            self.buffers.receive[len - 2..len].copy_from_slice(&warning.to_u16().to_be_bytes());
        }
    }

    /// Sends a command that was answered by 6Cxx, and so was not executed, once more with the right Le.
    fn with_correct_le(
        &mut self,
        command: &Command<'_>,
        form: Form,
        offset: usize,
        len: usize,
        is_secret: bool,
    ) -> Result<usize, Error> {
        match self.status(offset + len).correct_le() {
            Some(ne) if self.connection.options.get().correct_le && command.ne() > 0 => {
                self.buffers.course.own_le = Some(ne);
                self.transmit_encoded(&command.with_ne(ne), form, offset, is_secret)
            }
            _ => Ok(len),
        }
    }

    /// How many bytes wait for GET RESPONSE after the answer that ends at `len`.
    fn waiting(&self, len: usize) -> Option<usize> {
        let status = self.status(len);
        let options = self.connection.options.get();
        match status.sw1() {
            0x61 if options.get_response => status.remaining(),
            0x9F if options.get_response_after_9f => status.remaining_on_sim(),
            _ => None,
        }
    }
}

/// The most bytes that a command asks for; without end where Le says all that there are, or is absent.
fn most_expected(command: &Command<'_>, form: Form) -> usize {
    match command.ne() {
        0 | Command::MAX_NE => usize::MAX,
        ne if ne == form.max_ne() => usize::MAX,
        ne => ne,
    }
}

/// Encodes a command that the buffer was too short for; a form that cannot carry it is an error.
#[cold]
fn encode_long(command: &Command<'_>, form: Form, outgoing: &mut Vec<u8>) -> Result<usize, EncodeError> {
    command.encoded_len(form)?;
    outgoing.resize(MAX_COMMAND, 0);
    command.encode_into(form, outgoing)
}

#[cfg(test)]
mod tests {
    use crate::exchange::sealed;
    use crate::{Command, ExchangeOptions, LongForm, Session};
    use pcsc_sim::{FnCard, Simulator};

    /// Where a secret would be found, in what the session keeps.
    fn found(session: &mut Session) -> (bool, bool) {
        let buffers = sealed::Sealed::exchange_inside(session, sealed::Inside).buffers;
        let has = |bytes: &[u8], secret: u8| bytes.contains(&secret);
        (has(&buffers.outgoing, 0xA5), has(&buffers.receive, 0x5A))
    }

    #[test]
    fn secrets_are_wiped_from_what_the_session_keeps() {
        let simulator = Simulator::new();
        let rounds: [&[u8]; 3] = [&[0x6C, 3], &[0x5A, 0x61, 2], &[0x5A, 0x5A, 0x90, 0]];
        let mut rounds = rounds.into_iter().cycle();
        let card = FnCard::new(
            [0x3B, 0x80, 0x01, 0x81],
            move |command: &[u8], response: &mut Vec<u8>| {
                let more = command[0] & 0x10 != 0 || command[1] == 0xA4;
                response.extend(if more {
                    &[0x90, 0]
                } else {
                    rounds.next().unwrap_or_default()
                });
            },
        );
        simulator.add_reader("Simulated Reader 00 00").insert(card);
        let mut session = Session::options().provider(simulator.provider()).open().unwrap();
        let harmless = Command::select_aid(&[0xA0]);
        for len in [4, 255, 256, 1000] {
            let secret = vec![0xA5; len];
            let marked = Command::new(0x80, 0x10, 0, 0)
                .with_data(&secret)
                .with_ne(256)
                .sensitive();
            let verify = Command::verify(0x81, &secret).unwrap();
            for command in [verify.with_ne(256), marked] {
                for form in [LongForm::Extended, LongForm::Chaining] {
                    session.set_exchange_options(ExchangeOptions::iso().long_form(Some(form)));
                    let response = session.execute(&command).unwrap();
                    assert_eq!(response.data(), [0x5A; 3]);
                    // The answer is the caller's until the next command.
                    assert_eq!(found(&mut session), (false, true), "{len} {form}");
                    session.execute(&harmless).unwrap();
                    assert_eq!(found(&mut session), (false, false), "{len} {form}");
                }
            }
        }
        // What is no secret is not wiped: the test would see it.
        let public = Command::new(0x80, 0x10, 0, 0).with_data(&[0xA5]).with_ne(256);
        session.execute(&public).unwrap();
        assert_eq!(found(&mut session), (true, true));
    }

    #[test]
    fn a_secret_file_leaves_nothing_in_the_session() {
        let simulator = Simulator::new();
        let card = FnCard::new(
            [0x3B, 0x80, 0x01, 0x81],
            |command: &[u8], response: &mut Vec<u8>| {
                if command[1] == 0xB0 {
                    response.extend([0x5A; 4]);
                }
                response.extend([0x90, 0]);
            },
        );
        simulator.add_reader("Simulated Reader 00 00").insert(card);
        let mut session = Session::options().provider(simulator.provider()).open().unwrap();
        let file = session.transparent_file().sensitive();
        assert_eq!(file.with_len(4).read().unwrap(), [0x5A; 4]);
        assert_eq!(found(&mut session), (false, false));
        let file = session.transparent_file().sensitive();
        file.update(&[0xA5; 33_000]).unwrap();
        assert_eq!(found(&mut session), (false, false));
        session.transparent_file().with_len(4).read().unwrap();
        session.transparent_file().update(&[0xA5]).unwrap();
        assert_eq!(found(&mut session), (true, true));
    }
}
