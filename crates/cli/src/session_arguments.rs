//! How a session is opened, and what becomes of the card at its end.

use crate::card::Card;
use crate::failure::Failure;
use crate::reader_arguments::ReaderArguments;
use crate::service::Service;
use clap::{Args, ValueEnum};
use pcsc_session::{Disposition, Protocols, ShareMode};

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
        Card::open(&options)
    }
}
