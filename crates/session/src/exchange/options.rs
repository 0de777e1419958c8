//! Which rules of ISO/IEC 7816 an exchange applies.

use pcsc_iso7816::class::GetResponseClass;
use pcsc_iso7816::command::LongForm;

/// The rules that [`execute`](crate::CardChannel::execute) applies: cards differ, and each rule has a switch.
///
/// The presets are named after the standard that a card follows; each can be changed further.
///
/// | | [`iso`](ExchangeOptions::iso), the default | [`emv`](ExchangeOptions::emv) | [`uicc`](ExchangeOptions::uicc) | [`global_platform`](ExchangeOptions::global_platform) |
/// | --- | --- | --- | --- | --- |
/// | GET RESPONSE after 61xx | yes | yes | yes | yes |
/// | its class byte | interindustry | 00, with the number of a [`Channel`](crate::Channel) | interindustry | interindustry |
/// | GET RESPONSE after 9Fxx | no | no | yes | no |
/// | GET RESPONSE after a warning, on T=0 | no | no | yes | yes |
/// | the right Le after 6Cxx | yes | yes | yes | yes |
/// | 91xx is a success, of files and channels | no | no | yes | no |
/// | no Le with data, on T=0 | yes | yes | yes | yes |
/// | long commands | as the card says | none | as the card says | as the card says |
///
/// # Examples
/// ```
/// use pcsc_session::{ExchangeOptions, LongForm};
///
/// // A UICC that takes extended length of at most 1,024 bytes without saying so in its answer to reset.
/// let options = ExchangeOptions::uicc().long_form(Some(LongForm::Extended)).max_nc(Some(1024));
/// assert_ne!(options, ExchangeOptions::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "options do nothing until a session has them"]
pub struct ExchangeOptions {
    pub(crate) long_form: Option<LongForm>,
    pub(crate) short_form_only: bool,
    pub(crate) get_response: bool,
    pub(crate) get_response_after_9f: bool,
    pub(crate) correct_le: bool,
    pub(crate) t0_without_le: bool,
    pub(crate) get_response_class: GetResponseClass,
    pub(crate) get_response_after_warning: bool,
    pub(crate) proactive: bool,
    pub(crate) max_nc: Option<usize>,
    pub(crate) max_ne: Option<usize>,
    pub(crate) file_part: Option<usize>,
}

impl Default for ExchangeOptions {
    fn default() -> ExchangeOptions {
        ExchangeOptions::iso()
    }
}

impl ExchangeOptions {
    /// Returns the rules of ISO/IEC 7816-3 and -4: the default.
    pub const fn iso() -> ExchangeOptions {
        ExchangeOptions {
            long_form: None,
            short_form_only: false,
            get_response: true,
            get_response_after_9f: false,
            correct_le: true,
            t0_without_le: true,
            get_response_class: GetResponseClass::Interindustry,
            get_response_after_warning: false,
            proactive: false,
            max_nc: None,
            max_ne: None,
            file_part: None,
        }
    }

    /// Returns the rules of payment cards (EMV Book 1, 9.3): GET RESPONSE in class 00 whatever the command's, and short
    /// commands alone, in one piece.
    pub const fn emv() -> ExchangeOptions {
        ExchangeOptions::iso()
            .get_response_class(GetResponseClass::Fixed(0x00))
            .short_form_only(true)
    }

    /// Returns the rules of SIM cards and UICCs (ETSI TS 102 221, 7.3.1.1): GET RESPONSE also after 9Fxx of a SIM, and on
    /// T=0 after a warning to a command with data that expects data.
    ///
    /// An answer with 91xx, after which a proactive command waits, is a success that [`Response::ok_if`] can be told of, and
    /// one of the commands for a file or a channel.
    ///
    /// [`Response::ok_if`]: crate::Response::ok_if
    pub const fn uicc() -> ExchangeOptions {
        ExchangeOptions::iso()
            .get_response_after_9f(true)
            .get_response_after_warning(true)
            .proactive(true)
    }

    /// Returns the rules of GlobalPlatform cards: GET RESPONSE in the interindustry class, and on T=0 after a warning too,
    /// as GET STATUS answers 6310 where more of a list waits.
    pub const fn global_platform() -> ExchangeOptions {
        ExchangeOptions::iso().get_response_after_warning(true)
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
    /// session.set_exchange_options(ExchangeOptions::iso().long_form(Some(LongForm::Extended)));
    /// # session.execute(&Command::select_aid(&pcsc_sim::DemoCard::AID))?.ok()?;
    /// assert_eq!(session.execute(&Command::get_data(0x0102, 1000))?.data().len(), 1000);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub const fn long_form(mut self, form: Option<LongForm>) -> Self {
        self.long_form = form;
        self
    }

    /// Says whether 61xx is followed by GET RESPONSE, until all of the answer is there, or as much of it as the command's
    /// Ne asks for (ISO/IEC 7816-4, 5.3.4). Default: yes.
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
    /// session.set_exchange_options(ExchangeOptions::iso().get_response(false));
    /// let status = session.execute(&Command::select_file(&[0xE0, 0x01]))?.status();
    /// assert!(status.remaining().is_some()); // 61xx: the answer waits
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub const fn get_response(mut self, is: bool) -> Self {
        self.get_response = is;
        self
    }

    /// Says whether 9Fxx is followed by GET RESPONSE, as SIM cards of GSM 11.11 want it. Default: no.
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
    /// session.set_exchange_options(ExchangeOptions::iso().get_response_after_9f(true));
    /// let select = Command::new(0xA0, 0xA4, 0x00, 0x00).with_data(&[0x3F, 0x00]); // of a SIM card
    /// assert_eq!(session.execute(&select)?.data(), [0x0A, 0x0B]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub const fn get_response_after_9f(mut self, is: bool) -> Self {
        self.get_response_after_9f = is;
        self
    }

    /// Says whether a command answered by 6Cxx, which says that it was not executed, is sent once more with the right Le
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
    /// session.set_exchange_options(ExchangeOptions::iso().correct_le(false));
    /// let read = Command::new(0x00, 0xB0, 0x00, 0x00).with_ne(256);
    /// assert_eq!(session.execute(&read)?.status().correct_le(), Some(28)); // 6C1C
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub const fn correct_le(mut self, is: bool) -> Self {
        self.correct_le = is;
        self
    }

    /// Says whether on T=0 the Le of a command with data is left out, since that protocol cannot carry it
    /// (ISO/IEC 7816-3, 12.2.5). Default: yes.
    ///
    /// Not with [`LongForm::Extended`]: on T=0 such a command is carried inside ENVELOPE, its Le as well.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::ExchangeOptions;
    ///
    /// // For a reader that takes the Le and leaves it out by itself.
    /// let options = ExchangeOptions::iso().t0_without_le(false);
    /// assert_ne!(options, ExchangeOptions::iso());
    /// ```
    pub const fn t0_without_le(mut self, is: bool) -> Self {
        self.t0_without_le = is;
        self
    }

    /// Says that no command goes out with extended length or in a chain, whatever the card says. Default: no. A command
    /// that the short form cannot carry is [`Error::FormUnknown`](crate::Error::FormUnknown) then; of Ne as much is asked for
    /// as can be.
    pub const fn short_form_only(mut self, is: bool) -> Self {
        self.short_form_only = is;
        self
    }

    /// Says which class byte GET RESPONSE gets. Default: the interindustry class with the command's logical channel, since
    /// cards differ in whether they know GET RESPONSE in a proprietary class.
    ///
    /// On a [`Channel`](crate::Channel) its number goes into a [fixed](GetResponseClass::Fixed) class too, as it goes into every
    /// command.
    pub const fn get_response_class(mut self, rule: GetResponseClass) -> Self {
        self.get_response_class = rule;
        self
    }

    /// Says whether, on T=0, a warning (62xx, 63xx) without data that answers a command with data and Ne is followed by one
    /// GET RESPONSE. Default: no. ETSI TS 102 221, 7.3.1.1.4.
    ///
    /// The warning stays the answer's status word, where the data comes with 9000 or is refused: see
    /// [`Response::refusal`](crate::Response::refusal).
    pub const fn get_response_after_warning(mut self, is: bool) -> Self {
        self.get_response_after_warning = is;
        self
    }

    /// Says whether 91xx, a success after which a proactive command of a UICC waits, is taken for one where no caller sees
    /// the status word: of the commands that read and update a [file](crate::TransparentFile), open and close a
    /// [channel](crate::Channel), or select EF.ATR/INFO. Default: no, since other cards mean errors by it. ETSI TS 102 221,
    /// 10.2.1.1.
    ///
    /// The card says 91xx again with its next answers, until the command was fetched.
    pub const fn proactive(mut self, is: bool) -> Self {
        self.proactive = is;
        self
    }

    /// Says how many bytes of data one command to this card carries at most. Default, `None`: 255 in the short form, and
    /// with extended length what the reader and the card say. What is longer goes out in a chain, where the card has that.
    pub const fn max_nc(mut self, max_nc: Option<usize>) -> Self {
        self.max_nc = max_nc;
        self
    }

    /// Says how many bytes of data one command to this card asks for at most. Default, `None`: 256 in the short form, and
    /// with extended length what the reader and the card say.
    pub const fn max_ne(mut self, max_ne: Option<usize>) -> Self {
        self.max_ne = max_ne;
        self
    }

    /// Says how many bytes of a [file](crate::TransparentFile) one command reads or updates at most. Default, `None`: as
    /// many as a command carries.
    pub const fn file_part(mut self, len: Option<usize>) -> Self {
        self.file_part = len;
        self
    }
}
