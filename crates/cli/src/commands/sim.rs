//! `pcsc sim`: simulated cards for other programs, and changes to them while they run.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::{self, Held};
use crate::output::Report;
use crate::program;
use crate::settings::Settings;
use clap::{Args, Subcommand};
use pcsc_sim::config::{Control, Running};
use pcsc_sim::serve::Served;
use pcsc_sys::Escaped;
use serde::Serialize;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// What a simulator's file is like.
const FILE: &str = r#"A simulator's file, and --card:
  [[reader]]
  name = "Reader 00 00"
  card = { kind = "demo" }

  [[reader]]
  name = "Reader 01 00"
  [reader.card]
  kind = "scripted"
  atr = "3B 00"
  exchange = [{ command = "00 A4 04 00", answer = "90 00" }]
The README of pcsc-sim-capi has all of it."#;

/// Serve simulated cards to other programs, or change what runs
///
/// COMMAND runs on the simulator that --sim=FILE describes, or on one demonstration card: pcsc sim -- opensc-tool -l. Without
/// COMMAND it is served until Ctrl-C; other programs find it by the variable PCSCLITE_CSOCK_NAME.
#[derive(Debug, Args)]
#[command(after_long_help = FILE)]
pub(crate) struct Sim {
    #[command(subcommand)]
    change: Option<ChangeAt>,
    /// The socket. To serve on: where none is given pcsc-sim/pcscd.comm in the user's runtime folder, or one of its own. To
    /// change what runs: else that of PCSCLITE_CSOCK_NAME, else the one in the user's runtime folder
    #[arg(long, value_name = "PATH", global = true)]
    socket: Option<PathBuf>,
    /// The program, and its arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

#[derive(Debug, Subcommand)]
enum ChangeAt {
    /// Put a card into a reader, in the place of one that is there
    Insert(Card),
    /// Take the card out of a reader, and put another one in
    Swap(Card),
    /// Put a card into a reader that does not answer
    Mute(Reader),
    /// Take the card out of a reader
    Remove(Reader),
    /// Take the power from a card that no program is connected to
    PowerOff(Reader),
    /// Pull a reader out, with its card in it
    Unplug(Reader),
    /// Plug a reader in again
    Plug(Reader),
    /// List its readers, as pcsc readers does
    List,
    /// End the service
    Stop,
    /// Start the service again
    Start,
}

#[derive(Debug, Args)]
struct Reader {
    /// The reader
    #[arg(default_value = "Simulated Reader 00 00")]
    reader: String,
}

#[derive(Debug, Args)]
struct Card {
    #[command(flatten)]
    reader: Reader,
    /// The card, as the simulator's file has it
    #[arg(long, value_name = "TOML", default_value = "{ kind = \"demo\" }")]
    card: String,
}

impl Sim {
    pub(crate) fn run(self, settings: &Settings) -> Result<(), Failure> {
        if let Some(change) = self.change {
            return change.ask_for(self.socket, settings);
        }
        let running = settings.service.start()?;
        // It is removed whatever comes.
        let held = Held::begin();
        if !self.command.is_empty() {
            let service = Service::start(running, self.socket)?;
            return program::run(&self.command, service.socket(), &held)?.result();
        }
        let service = Service::start(running, self.socket.or_else(usual_socket))?;
        let sockets = Sockets {
            socket: service.socket().display().to_string(),
            control: service.control.path().display().to_string(),
        };
        // Before others learn of it, and may have it ended.
        interrupt::at_end(move || drop(service));
        drop(held);
        settings.output.report(&sockets)?;
        loop {
            std::thread::park();
        }
    }
}

/// How long a simulator may take to change something.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a simulator is served where nothing is said: in the user's runtime folder, where there is one.
fn usual_socket() -> Option<PathBuf> {
    let folder = std::env::var_os("XDG_RUNTIME_DIR").filter(|folder| !folder.is_empty())?;
    Some(PathBuf::from(folder).join("pcsc-sim").join("pcscd.comm"))
}

fn control_of(socket: &Path) -> PathBuf {
    let mut name = socket.as_os_str().to_owned();
    name.push(".control");
    name.into()
}

/// A simulator that is served, until this is dropped: then its sockets are removed.
struct Service {
    control: Control,
    served: Served,
    _running: Running,
    /// The folder of the socket, where it has one of its own.
    _folder: Option<TempDir>,
}

impl Service {
    fn start(running: Running, socket: Option<PathBuf>) -> Result<Service, Failure> {
        let failure = |error| Failure::of("the simulator cannot be served", error);
        let (socket, folder) = match socket {
            Some(socket) => (socket, None),
            None => {
                let folder = program::folder("pcsc-sim-").map_err(failure)?;
                (folder.path().join(program::SOCKET), Some(folder))
            }
        };
        // Programs may run elsewhere.
        let socket = std::path::absolute(&socket).map_err(failure)?;
        let served = running.simulator().serve(&socket).map_err(failure)?;
        Ok(Service {
            control: running.control(control_of(&socket)).map_err(failure)?,
            served,
            _running: running,
            _folder: folder,
        })
    }

    fn socket(&self) -> &Path {
        self.served.path()
    }
}

/// Where a simulator is served.
#[derive(Serialize)]
struct Sockets {
    socket: String,
    control: String,
}

impl Report for Sockets {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        writeln!(
            to,
            "export PCSCLITE_CSOCK_NAME='{}'",
            self.socket.replace('\'', r"'\''")
        )
    }
}

/// Returns the socket of the simulator that runs.
fn running_socket(given: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let named = || std::env::var_os("PCSCLITE_CSOCK_NAME").map(PathBuf::from);
    given.or_else(named).or_else(usual_socket).ok_or_else(|| {
        Failure::usage(
            "say which simulator: by --socket PATH, or by PCSCLITE_CSOCK_NAME as pcsc sim has printed it",
        )
    })
}

/// Has this program list what is served there.
fn list(socket: &Path, settings: &Settings) -> Result<(), Failure> {
    let failure = |error| Failure::of("this program's own file is not found", error);
    let mut command = vec![std::env::current_exe().map_err(failure)?.into(), "readers".into()];
    command.extend(settings.output.is_json().then(|| "--json".into()));
    program::run(&command, socket, &Held::begin())?.result()
}

impl ChangeAt {
    /// Has the simulator that runs do it.
    fn ask_for(self, socket: Option<PathBuf>, settings: &Settings) -> Result<(), Failure> {
        let socket = running_socket(socket)?;
        let (action, reader, card) = match self {
            ChangeAt::Insert(Card { reader, card }) => ("insert", Some(reader), Some(card)),
            ChangeAt::Swap(Card { reader, card }) => ("swap", Some(reader), Some(card)),
            ChangeAt::Mute(reader) => ("mute", Some(reader), None),
            ChangeAt::Remove(reader) => ("remove", Some(reader), None),
            ChangeAt::PowerOff(reader) => ("power_off", Some(reader), None),
            ChangeAt::Unplug(reader) => ("unplug", Some(reader), None),
            ChangeAt::Plug(reader) => ("plug", Some(reader), None),
            ChangeAt::List => return list(&socket, settings),
            ChangeAt::Stop => ("stop", None, None),
            ChangeAt::Start => ("start", None, None),
        };
        let mut line = format!("{{ action = \"{action}\"");
        if let Some(Reader { reader }) = reader {
            // A text of JSON is one of TOML, but for a character that it leaves as it is.
            let name = serde_json::Value::from(reader)
                .to_string()
                .replace('\u{7F}', "\\u007F");
            line += &format!(", reader = {name}");
        }
        if let Some(card) = card {
            line += &format!(", card = {}", card.replace(['\n', '\r'], " "));
        }
        line += " }\n";
        let control = control_of(&socket);
        let failure = |error| {
            let text = format!("no simulator at {}: {error}", Escaped(&control.to_string_lossy()));
            Failure::Other(Exit::NoService, text)
        };
        let answer = answer(&control, &line).map_err(failure)?;
        match answer.trim_end() {
            "ok" => Ok(()),
            "" => Err(Failure::Other(
                Exit::NoService,
                "the simulator has ended meanwhile".to_owned(),
            )),
            refusal => Err(Failure::usage(format!(
                "{}, of {}",
                refusal.trim_start_matches("error: "),
                line.trim_end()
            ))),
        }
    }
}

fn answer(control: &Path, line: &str) -> io::Result<String> {
    let mut stream = UnixStream::connect(control)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(line.as_bytes())?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    Ok(answer)
}
