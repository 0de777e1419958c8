//! The ways out to raw handles and back.

use crate::error::Error;
use crate::exchange::Connection;
use crate::ffi::card::CardHandle;
use crate::ffi::context::ContextHandle;
use crate::service::Context;
use crate::session::Session;
use pcsc_sys::{Provider, SCARDCONTEXT, SCARDHANDLE};

impl Context {
    /// Takes over a context that was established in another way.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Context;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # let context = pcsc_session::Context::establish_on(simulator.provider())?;
    /// let handle = context.into_raw().unwrap();
    /// // SAFETY: the handle is established, and `into_raw` has given it up.
    /// let context = unsafe { Context::from_raw(simulator.provider(), handle) };
    /// assert_eq!(context.list_readers()?, ["Simulated Reader 00 00"]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    ///
    /// # Safety
    /// `handle` is an established context of the library behind `provider`, and nobody else releases it: from now on
    /// this value owns it, as an `OwnedFd` owns a descriptor.
    #[must_use]
    pub unsafe fn from_raw(provider: Provider, handle: SCARDCONTEXT) -> Context {
        // SAFETY: the caller's promise.
        Context::of(unsafe { ContextHandle::from_raw(provider, handle) })
    }

    /// Hands out the handle; it stays established and is the caller's to release.
    ///
    /// # Errors
    /// The context comes back where clones or sessions share it.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # let context = pcsc_session::Context::establish_on(simulator.provider())?;
    /// let clone = context.clone();
    /// let context = context.into_raw().unwrap_err(); // the clone shares it
    /// drop(clone);
    /// let handle = context.into_raw().unwrap();
    /// // SAFETY: the handle is the caller's now, and in no other call.
    /// let code = unsafe { (simulator.provider().functions().SCardReleaseContext)(handle) };
    /// assert_eq!(code, pcsc_sys::SCARD_S_SUCCESS);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn into_raw(self) -> Result<SCARDCONTEXT, Context> {
        self.into_handle().map(ContextHandle::into_raw)
    }

    /// Returns the handle, for C functions that this crate does not wrap. It stays this context's own.
    #[must_use]
    pub fn as_raw(&self) -> SCARDCONTEXT {
        self.handle().as_raw()
    }
}

impl Session {
    /// Takes over a card that was connected in another way, shared; its reader and protocol are asked of the service.
    ///
    /// The session disconnects it at its end, with a reset.
    ///
    /// # Errors
    /// [`Error::UnknownHandle`] where the service does not know the handle; [`Error::WrongAnswer`] where it names no reader, or
    /// a protocol that no header lists; else what `SCardStatus` returned. The handle then stays the caller's.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Session;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let (context, card) = session.into_raw();
    /// // SAFETY: the card was connected on this context, and `into_raw` has given it up.
    /// let session = unsafe { Session::from_raw(context, card)? };
    /// assert_eq!(session.reader_name(), &"Simulated Reader 00 00");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    ///
    /// # Safety
    /// `card` was connected on `context`, and nobody else disconnects it: where this succeeds, the session owns it.
    pub unsafe fn from_raw(context: Context, card: SCARDHANDLE) -> Result<Session, Error> {
        // SAFETY: the caller's promise.
        let handle = unsafe { CardHandle::from_raw(context.handle().clone(), card) };
        Session::take_over(handle)
    }

    /// Hands out the card's handle with its context; it stays connected and is the caller's to disconnect.
    ///
    /// Keep the context for as long as the handle: its release with the last clone disconnects the card.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let (context, card) = session.into_raw();
    /// // SAFETY: the card is connected, and the caller's now.
    /// let code = unsafe { (context.provider().functions().SCardDisconnect)(card, pcsc_sys::SCARD_LEAVE_CARD) };
    /// assert_eq!(code, pcsc_sys::SCARD_S_SUCCESS);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn into_raw(self) -> (Context, SCARDHANDLE) {
        let (context, card) = self.give_handle_away();
        (Context::shared(context), card)
    }
}

impl Connection {
    /// Returns the handle, for C functions that this crate does not wrap. It stays this session's own.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let functions = session.context().provider().functions();
    /// // SAFETY: the session keeps the card connected, and the transaction is ended below.
    /// let begun = unsafe { (functions.SCardBeginTransaction)(session.as_raw()) };
    /// // SAFETY: as above.
    /// let ended = unsafe { (functions.SCardEndTransaction)(session.as_raw(), pcsc_sys::SCARD_LEAVE_CARD) };
    /// assert_eq!((begun, ended), (pcsc_sys::SCARD_S_SUCCESS, pcsc_sys::SCARD_S_SUCCESS));
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn as_raw(&self) -> SCARDHANDLE {
        self.card.handle().as_raw()
    }
}
