//! The two services that programs run on.

use pcsc_sim::serve::Served;
use pcsc_sim::{Card, FnCard, Simulator, vpcd};
use pcsc_sys::{
    DWORD, Functions, SCARD_E_UNKNOWN_READER, SCARD_E_UNSUPPORTED_FEATURE, SCARD_S_SUCCESS,
    SCARD_SCOPE_SYSTEM, SCARD_STATE_EMPTY, SCARD_STATE_PRESENT, SCARDCONTEXT,
};
use private_pcscd::{Driver, Pcscd, Vacancy};
use std::any::Any;
use std::ffi::CString;

/// The readers of both, as pcscd names them.
pub(crate) const READERS: [&str; 2] = ["Virtual 0 00 00", "Virtual 0 00 01"];

pub(crate) enum Backend {
    /// In this process, or behind a socket.
    Simulator(Simulator, Vec<pcsc_sim::Reader>, Option<Socket>),
    Pcscd(Pcscd, Vec<Option<Box<dyn Remove>>>, &'static Functions),
}

/// A simulator's socket, and libpcsclite, which finds it there.
pub(crate) struct Socket {
    functions: &'static Functions,
    _served: Served,
    _vacancy: Vacancy,
}

/// A card in a virtual reader.
pub(crate) trait Remove: Any {
    fn remove(self: Box<Self>);
}

impl<C: 'static> Remove for vpcd::Inserted<C> {
    fn remove(self: Box<Self>) {
        (*self).remove().map(drop).unwrap();
    }
}

/// A card that forgets with a reset how many commands there were.
struct Counting {
    atr: Vec<u8>,
    commands: u8,
}

impl Card for Counting {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transmit(&mut self, _: &[u8], response: &mut Vec<u8>) {
        self.commands += 1;
        response.extend([self.commands, 0x90, 0x00]);
    }

    fn reset(&mut self) {
        self.commands = 0;
    }
}

impl Backend {
    pub(crate) fn simulator() -> Self {
        let sim = Simulator::new();
        let readers = READERS.map(|name| sim.add_reader(name)).into();
        Self::Simulator(sim, readers, None)
    }

    /// The simulator on a socket, with the machine's libpcsclite.
    pub(crate) fn served() -> Self {
        let vacancy = Vacancy::take().unwrap();
        let sim = Simulator::new();
        let readers = READERS.map(|name| sim.add_reader(name)).into();
        let served = sim.serve(Vacancy::SOCKET).unwrap();
        // SAFETY: a copy of libpcsclite, whose functions have the types of the table.
        let functions = unsafe { Functions::load(vacancy.client_library()) }.unwrap();
        let socket = Socket {
            functions,
            _served: served,
            _vacancy: vacancy,
        };
        Self::Simulator(sim, readers, Some(socket))
    }

    pub(crate) fn pcscd() -> Self {
        let pcscd = Pcscd::start_with(READERS.len(), Driver::Equipped).unwrap();
        assert_eq!(pcscd.reader_names(), READERS);
        // SAFETY: a copy of libpcsclite, whose functions have the types of the table.
        let functions = unsafe { Functions::load(pcscd.client_library()) }.unwrap();
        Self::Pcscd(pcscd, vec![None, None], functions)
    }

    /// A pcscd that is spoken to without its library.
    #[cfg(feature = "native")]
    pub(crate) fn native() -> Self {
        let pcscd = Pcscd::start_with(READERS.len(), Driver::Equipped).unwrap();
        assert_eq!(pcscd.reader_names(), READERS);
        Self::Pcscd(pcscd, vec![None, None], Functions::native())
    }

    pub(crate) fn functions(&self) -> &'static Functions {
        match self {
            Self::Simulator(sim, _, None) => sim.provider().functions(),
            Self::Simulator(_, _, Some(socket)) => socket.functions,
            Self::Pcscd(_, _, functions) => functions,
        }
    }

    /// Inserts a card that answers each command with the number of bytes that its third one says, and 9000.
    pub(crate) fn insert(&mut self, reader: usize, atr: &[u8]) {
        let card = FnCard::new(atr, |command: &[u8], response: &mut Vec<u8>| {
            let len = command.get(2).copied().unwrap_or(0);
            response.extend((0..len).map(|index| index ^ 0x5A));
            response.extend([0x90, 0x00]);
        });
        self.insert_card(reader, card);
    }

    /// Inserts a card that answers each command with the number of commands since its reset, and 9000.
    pub(crate) fn insert_counting(&mut self, reader: usize, atr: &[u8]) {
        let card = Counting {
            atr: atr.to_vec(),
            commands: 0,
        };
        self.insert_card(reader, card);
    }

    fn insert_card(&mut self, reader: usize, card: impl Card + 'static) {
        match self {
            Self::Simulator(_, readers, _) => readers[reader].insert(card),
            Self::Pcscd(pcscd, cards, _) => {
                cards[reader] = Some(Box::new(pcscd.insert(reader, card).unwrap()))
            }
        }
        self.wait(reader, SCARD_STATE_PRESENT);
    }

    /// Has the service take the power of a card that no program uses. pcscd does so in a while.
    pub(crate) fn take_power(&mut self, reader: usize) {
        if let Self::Simulator(_, readers, _) = self {
            assert!(readers[reader].power_off());
        }
    }

    pub(crate) fn remove(&mut self, reader: usize) {
        self.remove_unseen(reader);
        self.wait(reader, SCARD_STATE_EMPTY);
    }

    /// Removes a card from a reader that does not answer, which nobody sees.
    pub(crate) fn remove_unseen(&mut self, reader: usize) {
        match self {
            Self::Simulator(_, readers, _) => drop(readers[reader].remove().unwrap()),
            Self::Pcscd(_, cards, _) => cards[reader].take().unwrap().remove(),
        }
    }

    /// Sets whether a reader answers its driver; `seen` is a bit of the state that shows it.
    pub(crate) fn set_available(&mut self, reader: usize, available: bool, seen: DWORD) {
        match self {
            Self::Simulator(_, readers, _) => readers[reader].set_available(available),
            Self::Pcscd(pcscd, ..) => pcscd.set_available(reader, available).unwrap(),
        }
        self.wait(reader, seen);
    }

    /// Ends the service, with the cards in its readers: those of pcscd are ended by its end.
    ///
    /// At once: a pcscd that is asked to end unplugs its readers first, and a wait may see that before the end.
    pub(crate) fn stop(&mut self) {
        match self {
            Self::Simulator(sim, readers, _) => {
                sim.stop_service();
                readers.iter().for_each(|reader| drop(reader.remove()));
            }
            Self::Pcscd(pcscd, cards, _) => {
                pcscd.kill().unwrap();
                cards.iter_mut().for_each(|card| *card = None);
            }
        }
    }

    pub(crate) fn start(&mut self) {
        match self {
            Self::Simulator(sim, ..) => sim.start_service(),
            Self::Pcscd(pcscd, ..) => pcscd.restart().unwrap(),
        }
    }

    /// Waits until the service has seen it: pcscd looks for cards now and then.
    fn wait(&self, reader: usize, wanted: DWORD) {
        let functions = self.functions();
        let mut context = establish(functions);
        let name = CString::new(READERS[reader]).unwrap();
        let mut state = super::recorder::reader_state(&name, 0);
        state.dwEventState = 0;
        while state.dwEventState & wanted == 0 {
            // SAFETY: one structure, whose name lives through the call.
            let code = unsafe { (functions.SCardGetStatusChange)(context, 20_000, &mut state, 1) };
            state.dwCurrentState = state.dwEventState;
            if [SCARD_E_UNKNOWN_READER, SCARD_E_UNSUPPORTED_FEATURE].contains(&code)
                && Pcscd::mixes_up_changes().unwrap()
            {
                // SAFETY: the context is open, and nobody else has it.
                unsafe { (functions.SCardReleaseContext)(context) };
                context = establish(functions);
                state = super::recorder::reader_state(&name, 0);
                state.dwEventState = 0;
                continue;
            }
            assert_eq!(code, SCARD_S_SUCCESS, "reader {reader} did not become {wanted:X}");
        }
        // SAFETY: the context is open, and nobody else has it.
        unsafe { (functions.SCardReleaseContext)(context) };
    }
}

fn establish(functions: &Functions) -> SCARDCONTEXT {
    let mut context = 0;
    // SAFETY: the reserved pointers are null, and `context` lives through the call.
    let code = unsafe {
        (functions.SCardEstablishContext)(
            SCARD_SCOPE_SYSTEM,
            std::ptr::null(),
            std::ptr::null(),
            &mut context,
        )
    };
    assert_eq!(code, SCARD_S_SUCCESS);
    context
}
