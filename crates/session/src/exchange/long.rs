//! Commands that the short form cannot carry: extended length or a chain.

use crate::error::Error;
use crate::exchange::limits::Limits;
use crate::exchange::transmit::Exchange;
use crate::ffi::Protocol;
use pcsc_iso7816::command::{Command, Form, LongForm};
use pcsc_iso7816::status_word::StatusWord;

impl Exchange<'_> {
    /// Runs an exchange whose command the short form cannot carry.
    #[cold]
    pub(super) fn execute_long(mut self, command: &Command<'_>) -> Result<usize, Error> {
        // What no form can carry is refused before anything is asked.
        command.encoded_len(Form::Extended)?;
        let is_secret = command.is_sensitive();
        let nc = command.nc();
        let (form, chosen) = self.connection.long_form(nc)?;
        match form {
            Some(LongForm::Extended) => {
                let sent = self.in_form(command, Form::Extended);
                let len = self.transmit_encoded(&sent, Form::Extended, 0, is_secret)?;
                let status = self.status(len);
                if chosen && status == StatusWord::WRONG_LENGTH {
                    return Err(self.form_refused(LongForm::Extended, &sent, status));
                }
                self.complete(command, Form::Extended, len, is_secret)
            }
            // Only Ne is too large.
            _ if nc <= self.connection.max_short().0 => self.execute_short(command, is_secret),
            Some(LongForm::Chaining) => self.execute_chain(command, chosen, is_secret),
            None => Err(self.form_unknown(nc)),
        }
    }

    /// Sends a command as a chain; stops where the card refuses a part.
    fn execute_chain(mut self, command: &Command<'_>, chosen: bool, is_secret: bool) -> Result<usize, Error> {
        let mut chain = command.chain_of(self.connection.max_short().0)?;
        while let Some(part) = chain.next() {
            let sent = self.in_form(&part, Form::Short);
            let len = self.transmit_encoded(&sent, Form::Short, 0, is_secret)?;
            let status = self.status(len);
            if chosen
                && matches!(
                    status,
                    StatusWord::WRONG_LENGTH | StatusWord::CHAINING_NOT_SUPPORTED
                )
            {
                return Err(self.form_refused(LongForm::Chaining, &sent, status));
            }
            if chain.len() == 0 {
                return self.complete(&part, Form::Short, len, is_secret);
            }
            // A success of a part, which must not be taken for one of the whole command.
            if status.remaining().is_some() {
                return Err(self.bad_response(
                    "61xx comes after the last part of a chain, and came before: the rest was not sent",
                ));
            }
            if !status.is_success() {
                return Ok(len);
            }
        }
        // A chain has at least one part, whose answer was returned.
        Err(Error::EmptyCommand {})
    }

    #[cold]
    fn form_refused(&self, form: LongForm, sent: &Command<'_>, status: StatusWord) -> Error {
        Error::FormRefused {
            form,
            status,
            nc: sent.nc(),
            ne: sent.ne(),
            reader: self.connection.card.reader().clone(),
        }
    }

    #[cold]
    fn form_unknown(&self, nc: usize) -> Error {
        let options = self.connection.options.get();
        let is_forced = options.long_form == Some(LongForm::Extended);
        let problem = match self.connection.limits.get() {
            _ if options.short_form_only => {
                "the options allow the short form alone: unset ExchangeOptions::short_form_only, or send it in pieces"
            }
            _ if options.max_nc.is_some_and(|max| nc > max) && is_forced => {
                "ExchangeOptions::max_nc allows fewer, and ExchangeOptions::long_form no chain: change one of them"
            }
            _ if options.max_nc.is_some_and(|max| nc > max) => {
                "ExchangeOptions::max_nc allows fewer, and the card names no command chaining: raise it, or set ExchangeOptions::long_form to chaining"
            }
            _ if self.connection.told.get().is_some_and(|told| nc > told.max_nc()) && is_forced => {
                "DO 7F66 of the card allows fewer in one command, and ExchangeOptions::long_form no chain: set it to chaining"
            }
            _ if self.connection.told.get().is_some_and(|told| nc > told.max_nc()) => {
                "DO 7F66 of the card allows fewer in one command, and its answer to reset names no command chaining: send it in pieces, or set ExchangeOptions::long_form to chaining"
            }
            Some(Limits {
                names_extended_length: false,
                ..
            })
            | None => {
                "its answer to reset names neither extended length nor command chaining: set ExchangeOptions::long_form to what the card takes"
            }
            Some(_) if self.connection.card.protocol() == Protocol::T0 => {
                "its answer to reset names extended length, which T=0 does not carry, and no command chaining: connect by T=1, or set ExchangeOptions::long_form to what card and reader take"
            }
            Some(_) => {
                "its answer to reset names extended length, which the reader rules out for so many bytes, and no command chaining: use another reader, or set ExchangeOptions::long_form to chaining"
            }
        };
        Error::FormUnknown {
            nc,
            problem,
            reader: self.connection.card.reader().clone(),
        }
    }
}
