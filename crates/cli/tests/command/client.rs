//! A program as its service sees it: the requests of a library, one by one.

use crate::program::call;
use pcsclite_wire::{Command, Header, Message, READERS, ReaderName, ReaderState, Version, message};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

/// How long who waits for its end may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// Dispositions.
pub(crate) const LEAVE: u32 = 0;
pub(crate) const RESET: u32 = 1;
pub(crate) const UNPOWER: u32 = 2;
pub(crate) const EJECT: u32 = 3;

/// Share modes.
pub(crate) const EXCLUSIVE: u32 = 1;
pub(crate) const SHARED: u32 = 2;

/// A connection to a service, with a context, and the last card that it was connected to.
pub(crate) struct Client {
    stream: UnixStream,
    context: u32,
    card: i32,
}

fn bytes<M: Message>(message: &M) -> Vec<u8> {
    let mut bytes = vec![0; M::LEN];
    message.encode_into(&mut bytes);
    bytes
}

impl Client {
    /// Connects, as a library does that speaks version 4:4.
    pub(crate) fn new(socket: &str) -> Client {
        Client::try_new(socket).unwrap()
    }

    /// Connects, and fails where the service closes the connection.
    pub(crate) fn try_new(socket: &str) -> io::Result<Client> {
        let stream = UnixStream::connect(socket).unwrap();
        let mut client = Client {
            stream,
            context: 0,
            card: 0,
        };
        let version = Version { major: 4, minor: 4 };
        let answer = client.try_ask(Command::VERSION, &message::Version::from(version), &[])?;
        assert_eq!(answer.code, 0);
        let context = message::EstablishContext::default();
        client.context = client.ask(Command::ESTABLISH_CONTEXT, &context, &[]).context;
        Ok(client)
    }

    fn ask<M: Message>(&mut self, command: Command, message: &M, data: &[u8]) -> M {
        self.try_ask(command, message, data).unwrap()
    }

    fn try_ask<M: Message>(&mut self, command: Command, message: &M, data: &[u8]) -> io::Result<M> {
        let request = [&Header::of::<M>(command).encode(), &*bytes(message), data].concat();
        self.stream.write_all(&request)?;
        Ok(M::decode(&self.try_receive(M::LEN)?).unwrap())
    }

    fn receive(&mut self, len: usize) -> Vec<u8> {
        self.try_receive(len).unwrap()
    }

    fn try_receive(&mut self, len: usize) -> io::Result<Vec<u8>> {
        let mut answer = vec![0; len];
        self.stream.read_exact(&mut answer)?;
        Ok(answer)
    }

    /// Asks for the states of the readers, by which it learns the answers to reset.
    pub(crate) fn states(&mut self) {
        let request = Header::alone(Command::GET_READERS_STATE).encode();
        self.stream.write_all(&request).unwrap();
        self.receive(READERS * ReaderState::LEN);
    }

    pub(crate) fn connect(&mut self, share_mode: u32) {
        let asked = message::Connect {
            context: self.context,
            reader: ReaderName::new(b"R").unwrap(),
            share_mode,
            preferred_protocols: 3,
            ..message::Connect::default()
        };
        let answer = self.ask(Command::CONNECT, &asked, &[]);
        assert_eq!(answer.code, 0);
        self.card = answer.card;
    }

    pub(crate) fn reconnect(&mut self, initialization: u32) {
        let asked = message::Reconnect {
            card: self.card,
            share_mode: SHARED,
            preferred_protocols: 3,
            initialization,
            ..message::Reconnect::default()
        };
        assert_eq!(self.ask(Command::RECONNECT, &asked, &[]).code, 0);
    }

    pub(crate) fn disconnect(&mut self, disposition: u32) {
        let asked = message::Disconnect {
            card: self.card,
            disposition,
            code: 0,
        };
        assert_eq!(self.ask(Command::DISCONNECT, &asked, &[]).code, 0);
    }

    pub(crate) fn begin(&mut self) {
        let asked = message::BeginTransaction {
            card: self.card,
            code: 0,
        };
        assert_eq!(self.ask(Command::BEGIN_TRANSACTION, &asked, &[]).code, 0);
    }

    pub(crate) fn end(&mut self, disposition: u32) {
        let asked = message::EndTransaction {
            card: self.card,
            disposition,
            code: 0,
        };
        let code = self.ask(Command::END_TRANSACTION, &asked, &[]).code;
        // Few readers can eject a card; the transaction ends anyway.
        assert!(code == 0 || disposition == EJECT);
    }

    pub(crate) fn release(&mut self) {
        let asked = message::ReleaseContext {
            context: self.context,
            code: 0,
        };
        assert_eq!(self.ask(Command::RELEASE_CONTEXT, &asked, &[]).code, 0);
    }

    /// Sends a command; returns the answer, or the code of what came instead.
    pub(crate) fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, u32> {
        let asked = message::Transmit {
            card: self.card,
            send_protocol: 2,
            send_pci_length: 16,
            send_length: command.len() as u32,
            receive_length: 65_548,
            ..message::Transmit::default()
        };
        let answer = self.ask(Command::TRANSMIT, &asked, command);
        match answer.code {
            0 => Ok(self.receive(answer.receive_length as usize)),
            code => Err(code),
        }
    }
}

/// What waits, a recorder or a simulator, for the test to end it, and the socket at which a program finds its service.
pub(crate) struct Waiting {
    pub(crate) child: Child,
    pub(crate) socket: String,
    program: Option<ChildStdin>,
}

impl Waiting {
    /// Calls the program with a command that tells its socket, and ends when it is told to.
    pub(crate) fn start(arguments: &[&str], service: Option<&str>) -> Waiting {
        let mut command = call(arguments);
        command.args(["--", "sh", "-c", "echo $PCSCLITE_CSOCK_NAME; read line"]);
        if let Some(service) = service {
            command.env("PCSCLITE_CSOCK_NAME", service);
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut socket = String::new();
        let told = child.stdout.as_mut().unwrap();
        BufReader::new(told).read_line(&mut socket).unwrap();
        Waiting {
            program: child.stdin.take(),
            child,
            socket: socket.trim_end().to_owned(),
        }
    }

    /// Has its command end; returns what it has said.
    pub(crate) fn end(mut self) -> String {
        drop(self.program.take());
        let mut errors = self.child.stderr.take().unwrap();
        let (to, said) = channel();
        std::thread::spawn(move || {
            let mut said = String::new();
            errors.read_to_string(&mut said).unwrap();
            // Nobody waits so long.
            let _ = to.send(said);
        });
        let said = said.recv_timeout(PATIENCE).expect("it ends with its command");
        self.child.wait().unwrap();
        said
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // Where a test has not ended it; its command ends with its input.
        drop(self.program.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
