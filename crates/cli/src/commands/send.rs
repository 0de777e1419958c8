//! `pcsc send`: commands to a card, exactly as they are given.

use crate::apdu::Apdu;
use crate::exchange::{Exchange, check_for_rules, transmit};
use crate::exit::Exit;
use crate::failure::{Failure, tell};
use crate::session_arguments::SessionArguments;
use crate::settings::Settings;
use clap::Args;
use serde::Serialize;

/// Send commands to a card: exactly these bytes, and no others
///
/// An APDU is written in hexadecimal digits, with spaces or colons or without. A secret has a name in its place, and is asked
/// for at the terminal without echo: {pin} for its characters, {pin:8} with FF up to 8 bytes, {key:hex} where it is typed in
/// hexadecimal; {lc} is the number of the bytes behind it. As in: pcsc send '00 20 00 81 {lc} {pin}'
#[derive(Debug, Args)]
pub(crate) struct Send {
    /// The commands, an argument for each; or the bytes of one, an argument for each
    #[arg(required = true, value_name = "APDU", value_parser = Apdu::parse)]
    apdus: Vec<Apdu>,
    /// Send what ISO/IEC 7816 asks for besides: GET RESPONSE after 61xx, the right Le after 6Cxx, long commands in parts
    #[arg(short, long)]
    follow: bool,
    /// Go on with the next command where the card refuses one
    #[arg(short, long)]
    keep_going: bool,
    #[command(flatten)]
    session: SessionArguments,
}

/// How many commands were left, for programs.
#[derive(Debug, Serialize)]
struct NotSent {
    not_sent: usize,
}

impl Send {
    pub(crate) fn run(self, settings: &Settings) -> Result<(), Failure> {
        let apdus = if self.apdus.iter().all(Apdu::is_byte) {
            vec![Apdu::join(self.apdus)]
        } else {
            self.apdus
        };
        if self.follow {
            apdus.iter().try_for_each(check_for_rules)?;
        }
        let card = self.session.open(&settings.service)?;
        let mut all_done = true;
        for (number, apdu) in apdus.iter().enumerate() {
            let exchange = Exchange::new(apdu, transmit(&card, apdu, self.follow)?);
            settings.output.report(&exchange)?;
            all_done &= exchange.is_success();
            if !all_done && !self.keep_going {
                let not_sent = apdus.len() - number - 1;
                if not_sent > 0 {
                    tell(&format!(
                        "not sent, since the card has refused this one: {not_sent} more; --keep-going sends all"
                    ));
                    settings.output.document(&NotSent { not_sent })?;
                }
                break;
            }
        }
        card.close()?;
        if all_done {
            Ok(())
        } else {
            Err(Failure::Said(Exit::Refused))
        }
    }
}
