//! A command and its whole answer: the rules of ISO/IEC 7816-3 and -4 for an exchange.

use crate::exchange::transmit::{MAX_COMMAND, Outgoing};
use crate::{Command, Error, ExchangeOptions, Protocol, Response, Session, StatusWord};
use pcsc_iso7816::class::Class;
use pcsc_iso7816::command::{EncodeError, Form};
use pcsc_iso7816::status_word::length_of;
use zeroize::Zeroize;

/// The largest data of an answer, in bytes.
pub(crate) const MAX_DATA: usize = 65_536;

/// The largest number of GET RESPONSE commands for one answer.
const MAX_ROUNDS: usize = 256;

impl Session {
    /// Sends a command and gathers its whole answer, by the rules of ISO/IEC 7816-3 and -4.
    ///
    /// - 61xx is followed by GET RESPONSE until all is there, or as many bytes as the command's Ne says, where it does
    ///   not ask for all: the last status word is 61xx then. Up to 65,536 bytes in 256 rounds.
    /// - 6Cxx, which says that the command was not executed, is followed by the same command with the right Le, once; the
    ///   card takes no other, also where that is more than Ne.
    /// - A command of more than 255 data bytes, or that expects more than 256, goes out with extended length or in a
    ///   chain, as the card capabilities in the answer to reset and the reader say; the service is asked for that the
    ///   first time. Where only Ne is too large, as much is asked for as can be, and 61xx brings the rest.
    /// - On T=0 the Le of a command with data is left out.
    ///
    /// [`ExchangeOptions`] switches each rule. Nothing that the card may have executed is sent again. Allocates nothing
    /// after the first long command. Blocks until the card has answered.
    ///
    /// # Errors
    /// As [`transmit`](Session::transmit), and: [`Error::Encode`] and [`Error::Class`] before anything is sent;
    /// [`Error::FormUnknown`] where the command does not fit the short form and nothing says what the card takes;
    /// [`Error::FormRefused`] where the card answers 6700 or 6884 to the form that its answer to reset names;
    /// [`Error::BadResponse`] where it answers 61xx before the last part of a chain, which goes no further then;
    /// [`Error::ResponseTooLong`]. Any other status word is the response's own: see [`Response::ok`].
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Session};
    /// use pcsc_sim::DemoCard;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(DemoCard::new());
    /// # let mut session = Session::options().provider(simulator.provider()).open()?;
    /// session.execute(&Command::select_aid(&DemoCard::AID))?.ok()?;
    /// let wrong = session.execute(&Command::verify(DemoCard::PIN_REFERENCE, b"0000"))?.status();
    /// assert_eq!(wrong.retries(), Some(2));
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[inline]
    pub fn execute(&mut self, command: &Command<'_>) -> Result<Response<'_>, Error> {
        let len = self.run(command)?;
        Ok(self.response(len))
    }

    /// Does what [`execute`](Session::execute) does, puts the answer's data into `data` in place of what it held, and
    /// returns the status word. Allocates only where `data` is too short.
    ///
    /// # Errors
    /// As [`execute`](Session::execute); `data` is as it was then.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let mut data = Vec::with_capacity(256);
    /// let status = session.execute_into(&pcsc_session::Command::get_challenge(8), &mut data)?;
    /// assert!(status.is_success() && data.len() == 8);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn execute_into(&mut self, command: &Command<'_>, data: &mut Vec<u8>) -> Result<StatusWord, Error> {
        let response = self.execute(command)?;
        data.clear();
        data.extend_from_slice(response.data());
        Ok(response.status())
    }

    /// The rules that [`execute`](Session::execute) applies.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// assert_eq!(session.exchange_options(), pcsc_session::ExchangeOptions::default());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn exchange_options(&self) -> ExchangeOptions {
        self.exchange
    }

    /// Changes the rules that [`execute`](Session::execute) applies.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let options = session.exchange_options().get_response(false);
    /// session.set_exchange_options(options);
    /// assert_eq!(session.exchange_options(), options);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn set_exchange_options(&mut self, options: ExchangeOptions) {
        self.exchange = options;
    }

    /// Runs an exchange; returns the length of the gathered answer in the buffer, its status word included.
    #[inline]
    fn run(&mut self, command: &Command<'_>) -> Result<usize, Error> {
        if !command.fits_short() {
            return self.run_long(command);
        }
        // What follows leaves the command where it was encoded.
        if command.is_sensitive() {
            return self.run_short(command, true);
        }
        let sent = self.for_protocol(command);
        let Some(buffer) = self.outgoing.first_chunk_mut() else {
            return self.run_short(command, false);
        };
        let encoded = sent.encode_short(buffer);
        let len = self.exchange(Outgoing::Encoded(encoded), 0, false)?;
        self.follow(command, Form::Short, len, false)
    }

    /// Runs an exchange in the short form, with a check of the buffer and wiping what is secret.
    #[cold]
    pub(super) fn run_short(&mut self, command: &Command<'_>, secret: bool) -> Result<usize, Error> {
        let sent = self.in_form(command, Form::Short);
        let len = self.send(&sent, Form::Short, 0, secret)?;
        self.follow(command, Form::Short, len, secret)
    }

    /// The command as the active protocol takes it.
    #[inline]
    fn for_protocol<'a>(&self, command: &Command<'a>) -> Command<'a> {
        if self.protocol == Protocol::T0 && self.exchange.t0_without_le {
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
    pub(super) fn in_form<'a>(&self, command: &Command<'a>, form: Form) -> Command<'a> {
        match form {
            Form::Short => self.for_protocol(&command.with_ne(command.ne().min(form.max_ne()))),
            Form::Extended => command.with_ne(command.ne().min(self.most_extended())),
        }
    }

    /// Encodes a command and sends it, once.
    #[cold]
    pub(super) fn send(
        &mut self,
        command: &Command<'_>,
        form: Form,
        offset: usize,
        secret: bool,
    ) -> Result<usize, Error> {
        let len = match command.encode_into(form, &mut self.outgoing) {
            Ok(len) => len,
            Err(_) => encode_long(command, form, &mut self.outgoing)?,
        };
        let result = self.exchange(Outgoing::Encoded(len), offset, secret);
        if secret {
            self.outgoing[..len].zeroize();
        }
        result
    }

    /// Follows the answer to a command of the caller's where a rule asks for it; returns the length of all that was
    /// gathered.
    #[inline]
    pub(super) fn follow(
        &mut self,
        command: &Command<'_>,
        form: Form,
        len: usize,
        secret: bool,
    ) -> Result<usize, Error> {
        match self.response(len).status().sw1() {
            0x61 | 0x6C | 0x9F => self.gather(command, form, len, secret),
            _ => Ok(len),
        }
    }

    /// Sends the command again with the right Le, and GET RESPONSE until all is there.
    #[cold]
    fn gather(
        &mut self,
        command: &Command<'_>,
        form: Form,
        len: usize,
        secret: bool,
    ) -> Result<usize, Error> {
        let sent = self.in_form(command, form);
        let mut len = self.with_correct_le(&sent, form, 0, len, secret)?;
        let most = most_expected(command, form);
        let class = Class::new(command.cla()).of_get_response();
        let mut rounds = 0;
        while let Some(waiting) = self.waiting(len) {
            // The next round takes the place of this one's status word.
            let end = len - 2;
            let ne = waiting.min(most.saturating_sub(end));
            if ne == 0 {
                break;
            }
            if rounds == MAX_ROUNDS || end + ne > MAX_DATA {
                return Err(Error::ResponseTooLong {
                    len: end,
                    reader: self.reader.clone(),
                });
            }
            rounds += 1;
            let get_response = Command::get_response(ne).with_cla(class.to_u8());
            let round = self.send(&get_response, Form::Short, end, secret)?;
            len = end + self.with_correct_le(&get_response, Form::Short, end, round, secret)?;
        }
        Ok(len)
    }

    /// Sends a command that was answered by 6Cxx, and so was not executed, once more with the right Le.
    fn with_correct_le(
        &mut self,
        command: &Command<'_>,
        form: Form,
        offset: usize,
        len: usize,
        secret: bool,
    ) -> Result<usize, Error> {
        let status = self.response(offset + len).status();
        match status.correct_le() {
            Some(ne) if self.exchange.correct_le && command.ne() > 0 => {
                self.send(&command.with_ne(ne), form, offset, secret)
            }
            _ => Ok(len),
        }
    }

    /// How many bytes wait for GET RESPONSE after the answer that ends at `len`.
    fn waiting(&self, len: usize) -> Option<usize> {
        let status = self.response(len).status();
        match status.sw1() {
            0x61 if self.exchange.get_response => status.remaining(),
            0x9F if self.exchange.get_response_after_9f => Some(length_of(status.sw2())),
            _ => None,
        }
    }

    #[cold]
    pub(crate) fn bad_response(&self, problem: &'static str) -> Error {
        Error::BadResponse {
            problem,
            reader: self.reader.clone(),
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
    use crate::{Command, ExchangeOptions, LongForm, Session};
    use pcsc_sim::{FnCard, Simulator};

    /// Where a secret would be found, in what the session keeps.
    fn found(session: &Session) -> (bool, bool) {
        let has = |bytes: &[u8], secret: u8| bytes.contains(&secret);
        (has(&session.outgoing, 0xA5), has(&session.buffer, 0x5A))
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
            let marked = Command::new(0x80, 0xDA, 0, 0)
                .with_data(&secret)
                .with_ne(256)
                .sensitive();
            for command in [Command::verify(0x81, &secret).with_ne(256), marked] {
                for form in [LongForm::Extended, LongForm::Chaining] {
                    session.set_exchange_options(ExchangeOptions::new().long_form(Some(form)));
                    let response = session.execute(&command).unwrap();
                    assert_eq!(response.data(), [0x5A; 3]);
                    // The answer is the caller's until the next command.
                    assert_eq!(found(&session), (false, true), "{len} {form}");
                    session.execute(&harmless).unwrap();
                    assert_eq!(found(&session), (false, false), "{len} {form}");
                }
            }
        }
        // What is no secret is not wiped: the test would see it.
        let public = Command::new(0x80, 0xDA, 0, 0).with_data(&[0xA5]).with_ne(256);
        session.execute(&public).unwrap();
        assert_eq!(found(&session), (true, true));
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
        assert_eq!(found(&session), (false, false));
        let file = session.transparent_file().sensitive();
        file.update(&[0xA5; 33_000]).unwrap();
        assert_eq!(found(&session), (false, false));
        session.transparent_file().with_len(4).read().unwrap();
        session.transparent_file().update(&[0xA5]).unwrap();
        assert_eq!(found(&session), (true, true));
    }
}
