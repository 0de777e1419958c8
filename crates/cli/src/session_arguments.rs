//! How a session is opened, and what becomes of the card at its end.

use crate::card::Card;
use crate::failure::Failure;
use crate::reader_arguments::ReaderArguments;
use crate::recording_file::RecordingFile;
use crate::service::Service;
use clap::{Args, ValueEnum};
use pcsc_session::{Disposition, Protocols, Recorder, ShareMode};
use std::path::PathBuf;

/// How a session is opened: shared, with T=0 or T=1, the card reset at the end, where nothing is said.
#[derive(Debug, Args)]
pub(crate) struct SessionArguments {
    #[command(flatten)]
    reader: ReaderArguments,
    /// Keep other programs away from the card
    #[arg(long, help_heading = "Session")]
    exclusive: bool,
    /// Speak this protocol and no other
    #[arg(long, value_enum, value_name = "PROTOCOL", help_heading = "Session")]
    protocol: Option<Protocol>,
    /// Leave the card as it is at the end, with what was selected and verified, in place of a reset
    #[arg(long, help_heading = "Session")]
    leave: bool,
    /// Record what goes to the card and comes back, in a file that Wireshark opens, in place of what it held
    #[arg(long, value_name = "FILE", help_heading = "Session")]
    record: Option<PathBuf>,
    /// Record secrets, too: PINs and keys, which are left out of a recording else
    #[arg(long, requires = "record", help_heading = "Session")]
    secrets: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Protocol {
    T0,
    T1,
    Raw,
}

impl SessionArguments {
    /// Opens the session.
    pub(crate) fn open(&self, service: &Service) -> Result<Card, Failure> {
        let mut options = self.reader.options(service)?;
        if self.exclusive {
            options = options.share_mode(ShareMode::Exclusive);
        }
        if let Some(protocol) = self.protocol {
            options = options.protocols(match protocol {
                Protocol::T0 => Protocols::T0,
                Protocol::T1 => Protocols::T1,
                Protocol::Raw => Protocols::RAW,
            });
        }
        if self.leave {
            options = options.on_close(Disposition::Leave);
        }
        if let Some(path) = &self.record {
            let file = RecordingFile::replace(path)?;
            let recorder = Recorder::new(file).map_err(|error| Failure::of_file(path, error))?;
            options = options.record(&recorder).record_secrets(self.secrets);
        }
        Card::open(&options)
    }
}
