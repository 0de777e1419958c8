//! Another program on the same service.

use crate::service::connecting::{self, Request};
use crate::service::connection::Connection;
use crate::service::context::Context;
use crate::service::disconnecting;
use crate::service::protocol::ANY_PROTOCOL;
use crate::service::transaction;
use crate::service::transmit::{Exchange, Failed, transmit};
use crate::table::endpoint::Endpoint;
use pcsc_sys::arguments::Room;
use pcsc_sys::{
    DWORD, LONG, MAX_BUFFER_SIZE_EXTENDED, SCARD_LEAVE_CARD, SCARD_PROTOCOL_ANY, SCARD_RESET_CARD,
    SCARD_SHARE_EXCLUSIVE, SCARD_SHARE_SHARED,
};
use std::sync::Arc;

/// Another program that uses a reader: it sends commands, resets the card, or keeps it to itself.
///
/// It has a context of its own, and its calls are neither counted nor made to fail. When it is dropped it ends, and the
/// card is free again. Its calls wait as any program's do, for the card too: not to be used in a card's own code.
///
/// # Examples
/// ```
/// use pcsc_sim::{FnCard, Simulator};
///
/// let sim = Simulator::new();
/// let reader = sim.add_reader("Simulated Reader 00 00");
/// reader.insert(FnCard::new([0x3B, 0x00], |_command, response| response.extend([0x90, 0x00])));
/// let mut other = reader.other_program()?;
/// other.connect_exclusively()?;
/// // Nobody else can connect now.
/// assert_eq!(reader.other_program()?.connect(), Err(pcsc_sys::SCARD_E_SHARING_VIOLATION));
/// drop(other);
/// assert_eq!(reader.other_program()?.connect(), Ok(()));
/// # Ok::<(), pcsc_sys::LONG>(())
/// ```
#[derive(Debug)]
#[must_use = "it ends when it is dropped"]
pub struct OtherProgram {
    /// As a C program's context does, this one keeps the endpoint alive.
    _endpoint: Arc<Endpoint>,
    context: Arc<Context>,
    reader: Vec<u8>,
    card: Option<Arc<Connection>>,
}

impl OtherProgram {
    pub(crate) fn new(endpoint: &Arc<Endpoint>, reader: &[u8]) -> Result<Self, LONG> {
        Ok(Self {
            _endpoint: Arc::clone(endpoint),
            context: Context::establish(&endpoint.world)?,
            reader: reader.to_vec(),
            card: None,
        })
    }

    /// Connects to the card, shared, where it is not connected yet. Blocks while a transaction is open.
    ///
    /// # Errors
    /// Those of `SCardConnect`.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// let mut other = reader.other_program().unwrap();
    /// other.connect().unwrap();
    /// // Shared connections get along, an exclusive one is refused.
    /// let options = pcsc_session::Session::options().provider(sim.provider());
    /// assert!(options.clone().open().is_ok());
    /// let error = options.share_mode(pcsc_session::ShareMode::Exclusive).open().unwrap_err();
    /// assert!(error.is_sharing_violation());
    /// ```
    pub fn connect(&mut self) -> Result<(), LONG> {
        self.card(SCARD_SHARE_SHARED).map(drop)
    }

    /// Connects to the card, for itself alone.
    ///
    /// # Errors
    /// `SCARD_E_SHARING_VIOLATION` where there is any other connection, this program's among them; others of
    /// `SCardConnect`.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// let mut other = reader.other_program().unwrap();
    /// other.connect_exclusively().unwrap();
    /// let error = pcsc_session::Session::options().provider(sim.provider()).open().unwrap_err();
    /// assert!(error.is_sharing_violation());
    /// ```
    pub fn connect_exclusively(&mut self) -> Result<(), LONG> {
        self.disconnect(SCARD_LEAVE_CARD)?;
        self.card(SCARD_SHARE_EXCLUSIVE).map(drop)
    }

    /// Begins a transaction, connected where it is not. Blocks while another one is open.
    ///
    /// # Errors
    /// Those of `SCardConnect` and `SCardBeginTransaction`.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// let mut other = reader.other_program().unwrap();
    /// other.begin_transaction().unwrap();
    /// let waiting = std::thread::spawn(move || session.transmit(&[0x00, 0xA4, 0x00, 0x0C]).map(|it| it.status()));
    /// other.end_transaction().unwrap();
    /// assert!(waiting.join().unwrap()?.is_success());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn begin_transaction(&mut self) -> Result<(), LONG> {
        transaction::begin(&*self.card(SCARD_SHARE_SHARED)?)
    }

    /// Ends a transaction, and leaves the card as it is.
    ///
    /// # Errors
    /// `SCARD_E_NOT_TRANSACTED` where none is open; others of `SCardEndTransaction`.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// let mut other = reader.other_program().unwrap();
    /// other.begin_transaction().unwrap();
    /// assert_eq!(other.end_transaction(), Ok(()));
    /// assert_eq!(other.end_transaction(), Err(pcsc_sys::SCARD_E_NOT_TRANSACTED));
    /// ```
    pub fn end_transaction(&mut self) -> Result<(), LONG> {
        transaction::end(&*self.card(SCARD_SHARE_SHARED)?, SCARD_LEAVE_CARD)
    }

    /// Ends a transaction, and resets the card: all connections get `SCARD_W_RESET_CARD` for their next call, this
    /// program's own too.
    ///
    /// # Errors
    /// `SCARD_E_NOT_TRANSACTED` where none is open, though the card is reset then too; others of `SCardEndTransaction`.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// let mut other = reader.other_program().unwrap();
    /// other.begin_transaction().unwrap();
    /// other.end_transaction_with_reset().unwrap();
    /// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C]).unwrap_err().is_card_reset());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn end_transaction_with_reset(&mut self) -> Result<(), LONG> {
        transaction::end(&*self.card(SCARD_SHARE_SHARED)?, SCARD_RESET_CARD)
    }

    /// Sends a command to the card, connected where it is not, and returns the answer with its status word.
    ///
    /// Blocks while a transaction of others is open.
    ///
    /// # Errors
    /// Those of `SCardConnect` and `SCardTransmit`.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// use pcsc_session::Command;
    ///
    /// session.execute(&Command::select_aid(DemoCard::AID))?.ok()?;
    /// // Another program selects the master file, and the application is selected no more.
    /// let answer = reader.other_program().unwrap().transmit(&[0x00, 0xA4, 0x00, 0x0C]);
    /// assert_eq!(answer, Ok(vec![0x90, 0x00]));
    /// assert_eq!(sim.calls("SCardTransmit"), 1); // the session's alone
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, LONG> {
        let card = self.card(SCARD_SHARE_SHARED)?;
        let mut answer = vec![0; MAX_BUFFER_SIZE_EXTENDED];
        let mut exchange = Exchange {
            protocol: ANY_PROTOCOL,
            command: (command.len() <= MAX_BUFFER_SIZE_EXTENDED).then_some(command),
            room: Room::from(&mut answer[..]),
            instead: None,
        };
        let transmitted = transmit(&card, &mut exchange);
        match transmitted {
            Ok((len, _)) => {
                answer.truncate(len);
                Ok(answer)
            }
            Err(Failed::Refused(code, _) | Failed::Unanswered(code)) => Err(code),
        }
    }

    /// Resets the card and disconnects from it: all other connections get `SCARD_W_RESET_CARD` for their next call.
    ///
    /// Blocks while a transaction of others is open.
    ///
    /// # Errors
    /// Those of `SCardConnect` where it is not connected.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// reader.other_program().unwrap().reset().unwrap();
    /// let error = session.transmit(&[0x00, 0xA4, 0x00, 0x0C]).unwrap_err();
    /// assert!(error.is_card_reset());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn reset(&mut self) -> Result<(), LONG> {
        self.card(SCARD_SHARE_SHARED)?;
        self.disconnect(SCARD_RESET_CARD)
    }

    fn card(&mut self, share_mode: DWORD) -> Result<Arc<Connection>, LONG> {
        if let Some(card) = &self.card {
            return Ok(Arc::clone(card));
        }
        let request = Request {
            share_mode,
            protocols: SCARD_PROTOCOL_ANY,
        };
        let call = self.context.begin_call()?;
        let card = Arc::new(connecting::connect(&call, &self.reader, request).connection?);
        Ok(Arc::clone(self.card.insert(card)))
    }

    fn disconnect(&mut self, disposition: DWORD) -> Result<(), LONG> {
        match self.card.take() {
            Some(card) => disconnecting::disconnect(&card, disposition),
            None => Ok(()),
        }
    }
}

impl Drop for OtherProgram {
    fn drop(&mut self) {
        // A program that just wants its own way leaves the card as it is. After the service's end there is nothing to
        // leave.
        let _ = self.disconnect(SCARD_LEAVE_CARD);
    }
}
