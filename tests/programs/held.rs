//! A program that keeps a context and a session together, opens again, and moves to other threads.

use pcsc_session::{Command, Context, Error, Provider, ReaderName, Session, SessionOptions};
use pcsc_sim::{DemoCard, Reader, Simulator};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A terminal of a shop, say: one context for as long as it runs, and a session while there is a card.
///
/// The context stands before the session, so that it is dropped first.
#[derive(Debug)]
struct Terminal {
    context: Context,
    options: SessionOptions,
    session: Option<Session>,
}

impl Terminal {
    fn start(provider: Provider, reader: &ReaderName) -> Result<Terminal, Error> {
        let context = Context::establish_on(provider)?;
        Ok(Terminal {
            context,
            options: Session::options().reader(reader),
            session: None,
        })
    }

    /// The session, opened where there is none.
    fn session(&mut self) -> Result<&mut Session, Error> {
        let session = match self.session.take() {
            Some(session) => session,
            None => self.options.open_in(&self.context)?,
        };
        Ok(self.session.insert(session))
    }

    /// Ends the session before the next one begins: its end resets the card.
    fn reopen(&mut self) -> Result<&mut Session, Error> {
        if let Some(session) = self.session.take() {
            session.close()?;
        }
        self.session()
    }

    fn greeting(&mut self) -> Result<Vec<u8>, Error> {
        let session = self.session()?;
        session.execute(&Command::select_aid(DemoCard::AID))?.ok()?;
        let read = Command::read_binary_sfi(1, 0, 256)?;
        Ok(session.execute(&read)?.ok()?.data().to_vec())
    }
}

const GREETING: &[u8] = b"Hello from a simulated card!";

fn world() -> (Simulator, Reader, ReaderName) {
    let simulator = Simulator::new();
    let reader = simulator.add_reader("Simulated Reader 00 00");
    reader.insert(DemoCard::new());
    let name = ReaderName::from(reader.name());
    (simulator, reader, name)
}

#[test]
fn a_session_is_opened_again_on_the_same_context() {
    let (simulator, _reader, name) = world();
    let mut terminal = Terminal::start(simulator.provider(), &name).unwrap();
    assert_eq!(terminal.context.list_readers().unwrap(), [name]);
    assert_eq!(terminal.greeting().unwrap(), GREETING);
    let session = terminal.reopen().unwrap();
    // The card was reset in between: no application is selected, and nothing of it is an error of this session.
    let read = Command::read_binary_sfi(1, 0, 256).unwrap();
    assert_eq!(session.execute(&read).unwrap().status(), 0x6A82);
    assert_eq!(terminal.greeting().unwrap(), GREETING);
    let calls = ["SCardEstablishContext", "SCardConnect", "SCardDisconnect"];
    assert_eq!(calls.map(|function| simulator.calls(function)), [1, 2, 1]);
    let context = terminal.session().unwrap().context();
    assert_eq!(context.as_raw(), terminal.context.as_raw());
}

#[test]
fn the_context_is_released_after_the_session_wherever_it_stands() {
    let (simulator, _reader, name) = world();
    let mut terminal = Terminal::start(simulator.provider(), &name).unwrap();
    terminal.greeting().unwrap();
    let ended = Arc::new(AtomicU64::new(0));
    simulator.before("SCardReleaseContext", 1, {
        let ended = Arc::clone(&ended);
        move |simulator| ended.store(simulator.calls("SCardDisconnect"), Ordering::SeqCst)
    });
    drop(terminal);
    assert_eq!(simulator.calls("SCardReleaseContext"), 1);
    assert_eq!(ended.load(Ordering::SeqCst), 1);
}

#[test]
fn it_moves_to_another_thread_and_back() {
    let (simulator, _reader, name) = world();
    let mut terminal = Terminal::start(simulator.provider(), &name).unwrap();
    assert_eq!(terminal.greeting().unwrap(), GREETING);
    let worker = thread::spawn(move || {
        let greeting = terminal.greeting().unwrap();
        terminal.reopen().unwrap();
        (terminal, greeting)
    });
    let (mut terminal, greeting) = worker.join().unwrap();
    assert_eq!(greeting, GREETING);
    assert_eq!(terminal.greeting().unwrap(), GREETING);
    assert_eq!(simulator.calls("SCardEstablishContext"), 1);
}

#[test]
fn several_threads_share_it_behind_a_mutex_and_list_readers_on_a_clone_of_its_context() {
    let (simulator, _reader, name) = world();
    let terminal = Terminal::start(simulator.provider(), &name).unwrap();
    let context = terminal.context.clone();
    let terminal = Arc::new(Mutex::new(terminal));
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let terminal = Arc::clone(&terminal);
            thread::spawn(move || terminal.lock().unwrap().greeting().unwrap())
        })
        .collect();
    for worker in workers {
        assert_eq!(context.list_readers().unwrap(), ["Simulated Reader 00 00"]);
        assert_eq!(worker.join().unwrap(), GREETING);
    }
    assert_eq!(simulator.calls("SCardConnect"), 1);
}

#[test]
fn it_starts_again_after_the_end_of_the_service() {
    let (simulator, _reader, name) = world();
    let mut terminal = Terminal::start(simulator.provider(), &name).unwrap();
    terminal.greeting().unwrap();
    simulator.stop_service();
    assert!(terminal.greeting().unwrap_err().is_service_down());
    simulator.start_service();
    // Neither the session nor its context comes back with the service.
    assert!(terminal.greeting().unwrap_err().is_service_down());
    assert!(terminal.reopen().unwrap_err().is_service_down());
    terminal = Terminal::start(simulator.provider(), &name).unwrap();
    assert_eq!(terminal.greeting().unwrap(), GREETING);
}

#[test]
fn it_goes_on_with_another_card() {
    let (simulator, reader, name) = world();
    let mut terminal = Terminal::start(simulator.provider(), &name).unwrap();
    terminal.greeting().unwrap();
    reader.remove();
    assert!(terminal.greeting().unwrap_err().is_card_removed());
    let absent = terminal.reopen().unwrap_err();
    assert!(
        matches!(&absent, Error::NoCard { reader, .. } if *reader == name),
        "{absent}"
    );
    reader.insert(DemoCard::new());
    assert_eq!(terminal.greeting().unwrap(), GREETING);
}
