//! Which rules of ISO/IEC 7816 an exchange applies.

use pcsc_iso7816::command::LongForm;

/// Which rules [`Session::execute`](crate::Session::execute) applies: all of them by default, but for 9Fxx.
///
/// # Examples
/// ```
/// use pcsc_session::{ExchangeOptions, LongForm};
///
/// // A card that takes extended length without saying so in its answer to reset.
/// let options = ExchangeOptions::new().long_form(Some(LongForm::Extended)).get_response(false);
/// assert_ne!(options, ExchangeOptions::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "options do nothing until a session has them"]
pub struct ExchangeOptions {
    pub(crate) long_form: Option<LongForm>,
    pub(crate) get_response: bool,
    pub(crate) get_response_after_9f: bool,
    pub(crate) correct_le: bool,
    pub(crate) t0_without_le: bool,
}

impl Default for ExchangeOptions {
    fn default() -> ExchangeOptions {
        ExchangeOptions::new()
    }
}

impl ExchangeOptions {
    /// The default: all rules, but for 9Fxx.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::ExchangeOptions;
    ///
    /// assert_eq!(ExchangeOptions::new(), ExchangeOptions::default());
    /// assert_eq!(ExchangeOptions::new(), ExchangeOptions::new().get_response(true).correct_le(true));
    /// ```
    pub const fn new() -> ExchangeOptions {
        ExchangeOptions {
            long_form: None,
            get_response: true,
            get_response_after_9f: false,
            correct_le: true,
            t0_without_le: true,
        }
    }

    /// Says how a command is sent that the short form cannot carry. Default, `None`: as the card capabilities in the
    /// answer to reset and the reader say.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::{Command, ExchangeOptions, LongForm};
    ///
    /// session.set_exchange_options(ExchangeOptions::new().long_form(Some(LongForm::Extended)));
    /// # session.execute(&Command::select_aid(&pcsc_sim::DemoCard::AID))?.ok()?;
    /// assert_eq!(session.execute(&Command::get_data(0x0102, 1000))?.data().len(), 1000);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub const fn long_form(mut self, form: Option<LongForm>) -> Self {
        self.long_form = form;
        self
    }

    /// Whether 61xx is followed by GET RESPONSE, until all of the answer is there, or as much of it as the command's Ne
    /// asks for (ISO/IEC 7816-4, 5.3.4). Default: yes.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new().t0());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::{Command, ExchangeOptions};
    ///
    /// # session.execute(&Command::select_aid(&pcsc_sim::DemoCard::AID))?.ok()?;
    /// session.set_exchange_options(ExchangeOptions::new().get_response(false));
    /// let status = session.execute(&Command::select_file(&[0xE0, 0x01]))?.status();
    /// assert!(status.remaining().is_some()); // 61xx: the answer waits
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub const fn get_response(mut self, is: bool) -> Self {
        self.get_response = is;
        self
    }

    /// Whether 9Fxx is followed by GET RESPONSE, as SIM cards of GSM 11.11 want it. Default: no.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// # let atr = [0x3B, 0x00];
    /// # reader.swap(pcsc_sim::ScriptedCard::new(atr)
    /// #     .answer([0xA0, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00], [0x9F, 0x02])
    /// #     .answer([0xA0, 0xC0, 0x00, 0x00, 0x02], [0x0A, 0x0B, 0x90, 0x00]));
    /// # session.reconnect(pcsc_session::Disposition::Leave)?;
    /// use pcsc_session::{Command, ExchangeOptions};
    ///
    /// session.set_exchange_options(ExchangeOptions::new().get_response_after_9f(true));
    /// let select = Command::new(0xA0, 0xA4, 0x00, 0x00).with_data(&[0x3F, 0x00]); // of a SIM card
    /// assert_eq!(session.execute(&select)?.data(), [0x0A, 0x0B]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub const fn get_response_after_9f(mut self, is: bool) -> Self {
        self.get_response_after_9f = is;
        self
    }

    /// Whether a command answered by 6Cxx, which says that it was not executed, is sent once more with the right Le
    /// (ISO/IEC 7816-4, 5.6). Default: yes.
    ///
    /// In a chain that is the last part alone: the card, which did not execute that one, holds the parts before it.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new().t0());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::{Command, ExchangeOptions};
    ///
    /// # session.execute(&Command::select_aid(&pcsc_sim::DemoCard::AID))?.ok()?;
    /// # session.execute(&Command::select_file(&[0xE0, 0x01]))?.ok()?;
    /// session.set_exchange_options(ExchangeOptions::new().correct_le(false));
    /// let read = Command::new(0x00, 0xB0, 0x00, 0x00).with_ne(256);
    /// assert_eq!(session.execute(&read)?.status().correct_le(), Some(28)); // 6C1C
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub const fn correct_le(mut self, is: bool) -> Self {
        self.correct_le = is;
        self
    }

    /// Whether on T=0 the Le of a command with data is left out, since that protocol cannot carry it
    /// (ISO/IEC 7816-3, 12.2.5). Default: yes.
    ///
    /// Not with [`LongForm::Extended`]: on T=0 such a command is carried inside ENVELOPE, its Le as well.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::ExchangeOptions;
    ///
    /// // For a reader that takes the Le and leaves it out by itself.
    /// let options = ExchangeOptions::new().t0_without_le(false);
    /// assert_ne!(options, ExchangeOptions::new());
    /// ```
    pub const fn t0_without_le(mut self, is: bool) -> Self {
        self.t0_without_le = is;
        self
    }
}
