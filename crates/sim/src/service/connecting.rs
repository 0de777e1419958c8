//! `SCardConnect` and `SCardReconnect`: sharing a card, and agreeing on its protocol.

use super::attempt::Attempt;
use super::code::Code;
use super::connection::{Connection, check_available};
use super::context::{Call, Context};
use super::disconnecting::take_back;
use super::power::Power;
use super::protocol::{ANY_PROTOCOL, choose};
use super::reader::{Presence, Reader, ReaderState};
use super::sharing::Users;
use super::supply::Supply;
use super::user::Event;
use pcsc_sys::{
    DWORD, SCARD_E_INVALID_VALUE, SCARD_E_NO_MEMORY, SCARD_E_NO_SMARTCARD, SCARD_E_PROTO_MISMATCH,
    SCARD_E_SHARING_VIOLATION, SCARD_E_UNKNOWN_READER, SCARD_F_INTERNAL_ERROR, SCARD_LEAVE_CARD,
    SCARD_PROTOCOL_RAW, SCARD_PROTOCOL_T0, SCARD_PROTOCOL_T1, SCARD_PROTOCOL_UNDEFINED, SCARD_RESET_CARD,
    SCARD_SHARE_DIRECT, SCARD_SHARE_EXCLUSIVE, SCARD_SHARE_SHARED, SCARD_UNPOWER_CARD, SCARD_W_REMOVED_CARD,
    SCARD_W_UNPOWERED_CARD, SCARD_W_UNRESPONSIVE_CARD,
};
use std::sync::{Arc, MutexGuard};

/// What a connection asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request {
    pub(crate) share_mode: DWORD,
    pub(crate) protocols: DWORD,
}

impl Request {
    fn check_mode(self) -> Result<(), Code> {
        match self.share_mode {
            SCARD_SHARE_EXCLUSIVE | SCARD_SHARE_SHARED | SCARD_SHARE_DIRECT => Ok(()),
            _ => Err(SCARD_E_INVALID_VALUE),
        }
    }

    fn check_protocols(self) -> Result<(), Code> {
        const KNOWN: DWORD = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1 | SCARD_PROTOCOL_RAW | ANY_PROTOCOL;
        if self.needs_card() && self.protocols & KNOWN == 0 {
            Err(SCARD_E_PROTO_MISMATCH)
        } else {
            Ok(())
        }
    }

    fn needs_card(self) -> bool {
        self.share_mode != SCARD_SHARE_DIRECT
    }
}

/// What a program gets that connects: a connection, or why there is none, and the protocol that was settled all the same.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) connection: Result<Connection, Code>,
    pub(crate) protocol: DWORD,
}

impl From<Code> for Connected {
    fn from(code: Code) -> Self {
        Self {
            connection: Err(code),
            protocol: SCARD_PROTOCOL_UNDEFINED,
        }
    }
}

/// Connects a program to a reader by its name. Blocks, with the context, while another connection has the card locked.
pub(crate) fn connect(call: &Call<'_>, name: &[u8], request: Request) -> Connected {
    let context = call.context;
    let checked = context
        .ask_service()
        .and_then(|()| request.check_protocols())
        .and_then(|()| request.check_mode());
    if let Err(code) = checked {
        return code.into();
    }
    let Some(reader) = context.world.reader(name) else {
        return SCARD_E_UNKNOWN_READER.into();
    };
    let state = match prepare(context, &reader, request) {
        Ok(state) => state,
        Err(code) => return code.into(),
    };
    let protocol = state.protocol;
    let connection = attach(context, &reader, state, request).and_then(|connection| {
        if call.add_connection() {
            return Ok(connection);
        }
        // The service connects first, and then finds no room to remember it.
        take_back(&connection);
        Err(SCARD_E_NO_MEMORY)
    });
    Connected { connection, protocol }
}

/// Waits for the reader, powers the card and settles its protocol, as far as the request needs that.
fn prepare<'a>(
    context: &Context,
    reader: &'a Reader,
    request: Request,
) -> Result<MutexGuard<'a, ReaderState>, Code> {
    let mut state = reader.lock();
    loop {
        context.await_service()?;
        state.take_power_if_due();
        if !state.plugged {
            return Err(SCARD_E_UNKNOWN_READER);
        }
        check_available(&state)?;
        if state.sharing.users() == Users::Exclusive {
            return Err(SCARD_E_SHARING_VIOLATION);
        }
        if state.sharing.is_locked() {
            state = match pcsc_sys::wait_deadline() {
                Some(_) => reader.wait_in_time(state)?,
                None => context.wait_for_turn(reader, state)?,
            };
            continue;
        }
        if request.needs_card() {
            if state.presence == Presence::Absent {
                return Err(SCARD_E_NO_SMARTCARD);
            }
            if state.supply == Supply::Off {
                let (powered, result) = reader.power(state, Power::Up);
                state = powered;
                match result {
                    // The reader was unlocked meanwhile, so that all is to be asked again.
                    Ok(()) => continue,
                    Err(SCARD_W_REMOVED_CARD) => return Err(SCARD_E_NO_SMARTCARD),
                    Err(_) => return Err(SCARD_W_UNPOWERED_CARD),
                }
            }
            if state.presence != Presence::Powered {
                return Err(SCARD_W_UNPOWERED_CARD);
            }
            state.supply = Supply::InUse;
        }
        settle_protocol(&mut state, request)?;
        return Ok(state);
    }
}

/// Agrees on the protocol: the first connection settles it, others take it or have none.
fn settle_protocol(state: &mut ReaderState, request: Request) -> Result<(), Code> {
    if request.protocols & SCARD_PROTOCOL_RAW != 0 {
        state.protocol = SCARD_PROTOCOL_RAW;
    } else if request.needs_card() {
        if state.protocol == SCARD_PROTOCOL_UNDEFINED {
            state.protocol = choose(request.protocols, state.atr.protocols())?;
        } else if request.protocols & state.protocol == 0 {
            return Err(SCARD_E_PROTO_MISMATCH);
        }
    }
    Ok(())
}

fn attach(
    context: &Arc<Context>,
    reader: &Arc<Reader>,
    mut state: MutexGuard<'_, ReaderState>,
    request: Request,
) -> Result<Connection, Code> {
    let exclusive = request.share_mode == SCARD_SHARE_EXCLUSIVE;
    if exclusive && state.sharing.users() != Users::Shared(0) {
        return Err(SCARD_E_SHARING_VIOLATION);
    }
    if state.connections.len() >= context.world.limits().connections_of_reader {
        return Err(SCARD_F_INTERNAL_ERROR);
    }
    let user = state.admit(exclusive);
    reader.notify(&mut state);
    Ok(Connection::new(Arc::clone(context), Arc::clone(reader), user))
}

/// Renews a connection. Blocks, but not the context, while another connection has the card locked, and until it is the
/// only one where it wants to be.
///
/// The protocol is settled also where the call fails later.
pub(crate) fn reconnect(connection: &Connection, request: Request, initialization: DWORD) -> Reconnected {
    let mut was_reset = false;
    let mut is_served = false;
    let reconnected = connection.attempt(|| {
        is_served = true;
        reconnect_once(connection, request, initialization, &mut was_reset)
    });
    match reconnected {
        Ok(protocol) => Reconnected::Done(protocol),
        Err(code) if is_served && connection.context.is_alive() => Reconnected::Refused(code),
        Err(code) => Reconnected::Unanswered(code),
    }
}

/// How a reconnection ended.
#[derive(Debug)]
pub(crate) enum Reconnected {
    /// With this protocol.
    Done(DWORD),
    /// By the service: there is no protocol.
    Refused(Code),
    /// By the library alone.
    Unanswered(Code),
}

/// Reconnects, or gives the reader back for another one to change it first.
///
/// The card is reset once: two connections that both want it to themselves would else wake each other for ever.
pub(crate) fn reconnect_once<'a>(
    connection: &'a Connection,
    request: Request,
    initialization: DWORD,
    was_reset: &mut bool,
) -> Result<Attempt<'a, DWORD>, Code> {
    connection.context.ask_service()?;
    let reset = match initialization {
        SCARD_LEAVE_CARD => false,
        SCARD_RESET_CARD | SCARD_UNPOWER_CARD => !*was_reset,
        _ => return Err(SCARD_E_INVALID_VALUE),
    };
    request.check_mode()?;
    request.check_protocols()?;
    let reader = &connection.reader;
    let mut state = connection.lock_reader()?;
    check_available(&state)?;
    if connection.check_sharing(&state).is_err() {
        return Ok(Attempt::Later(state));
    }
    if reset {
        *was_reset = true;
        state.tell(Event::Reset);
        reader.notify(&mut state);
    }
    let unpowered = matches!(state.presence, Presence::Unpowered | Presence::Powered) && !state.powered;
    let power = match reset {
        true => Some(Power::Reset),
        // To pcscd the card is in use from here on, and the state that it tells does not change.
        false if unpowered && request.needs_card() => Some(Power::UpUnseen),
        false => None,
    };
    if let Some(power) = power {
        let (powered, result) = reader.power(state, power);
        state = powered;
        connection.context.await_service()?;
        connection.check_plugged(&state)?;
        match result {
            Err(SCARD_W_REMOVED_CARD) => return Err(SCARD_E_NO_SMARTCARD),
            Err(_) => return Err(SCARD_W_UNRESPONSIVE_CARD),
            Ok(()) => {}
        }
    }
    match state.presence {
        Presence::Absent => return Err(SCARD_E_NO_SMARTCARD),
        Presence::Mute => return Err(SCARD_W_UNRESPONSIVE_CARD),
        Presence::Unpowered | Presence::Powered => {}
    }
    settle_protocol(&mut state, request)?;
    if request.needs_card() {
        state.supply = Supply::InUse;
    }
    if request.share_mode == SCARD_SHARE_EXCLUSIVE {
        if state.sharing.become_exclusive(connection.user.number).is_err() {
            return Ok(Attempt::Later(state));
        }
    } else {
        state.sharing.become_shared(connection.user.number);
    }
    connection.user.set_event(Event::None);
    reader.notify(&mut state);
    Ok(Attempt::Done(state.protocol))
}
