//! Commands that the short form cannot carry: extended length or a chain.

use crate::exchange::limits::Limits;
use crate::{Command, Error, LongForm, Protocol, Session, StatusWord};
use pcsc_iso7816::command::Form;

impl Session {
    /// Runs an exchange whose command the short form cannot carry.
    #[cold]
    pub(super) fn run_long(&mut self, command: &Command<'_>) -> Result<usize, Error> {
        // What no form can carry is refused before anything is asked.
        command.encoded_len(Form::Extended)?;
        let secret = command.is_sensitive();
        let nc = command.nc();
        let (form, chosen) = self.long_form(nc)?;
        match form {
            Some(LongForm::Extended) => {
                let sent = self.in_form(command, Form::Extended);
                let len = self.send(&sent, Form::Extended, 0, secret)?;
                let status = self.response(len).status();
                if chosen && status == StatusWord::WRONG_LENGTH {
                    return Err(self.form_refused(LongForm::Extended, status));
                }
                self.follow(command, Form::Extended, len, secret)
            }
            // Only Ne is too large.
            _ if nc <= Form::Short.max_nc() => self.run_short(command, secret),
            Some(LongForm::Chaining) => self.run_chain(command, chosen, secret),
            None => Err(self.form_unknown(nc)),
        }
    }

    /// Sends a command as a chain; stops where the card refuses a part.
    fn run_chain(&mut self, command: &Command<'_>, chosen: bool, secret: bool) -> Result<usize, Error> {
        let mut chain = command.chain()?;
        while let Some(part) = chain.next() {
            let sent = self.in_form(&part, Form::Short);
            let len = self.send(&sent, Form::Short, 0, secret)?;
            let status = self.response(len).status();
            if chosen
                && matches!(
                    status,
                    StatusWord::WRONG_LENGTH | StatusWord::CHAINING_NOT_SUPPORTED
                )
            {
                return Err(self.form_refused(LongForm::Chaining, status));
            }
            if chain.len() == 0 {
                return self.follow(&part, Form::Short, len, secret);
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
        Err(Error::EmptyCommand)
    }

    #[cold]
    fn form_refused(&self, form: LongForm, status: StatusWord) -> Error {
        Error::FormRefused {
            form,
            status,
            reader: self.reader.clone(),
        }
    }

    #[cold]
    fn form_unknown(&self, nc: usize) -> Error {
        let problem = match self.limits {
            Some(Limits { named: false, .. }) | None => {
                "its answer to reset names neither extended length nor command chaining"
            }
            Some(_) if self.protocol == Protocol::T0 => {
                "its answer to reset names extended length, which T=0 does not carry, and no command chaining"
            }
            Some(_) => {
                "its answer to reset names extended length, which the reader rules out for so many bytes, and no command chaining"
            }
        };
        Error::FormUnknown {
            nc,
            problem,
            reader: self.reader.clone(),
        }
    }
}
