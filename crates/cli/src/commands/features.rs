//! `pcsc features`: what a reader can do.

use crate::failure::Failure;
use crate::output::{ASIDE, HEADING, Report};
use crate::reader_arguments::ReaderArguments;
use crate::reader_words::{self, ATTRIBUTES};
use crate::settings::Settings;
use clap::Args;
use pcsc_session::{Disposition, ShareMode};
use pcsc_sys::Escaped;
use serde::Serialize;
use std::io::{self, Write};

/// Show what a reader can do: its attributes, and its features by PC/SC part 10
///
/// It needs no card.
#[derive(Debug, Args)]
pub(crate) struct Features {
    #[command(flatten)]
    reader: ReaderArguments,
}

#[derive(Debug, Serialize)]
struct Abilities {
    reader: String,
    attributes: Vec<Item>,
    features: Vec<Item>,
    properties: Vec<Item>,
}

/// One of them: what C calls it, and what it is in words.
#[derive(Debug, Serialize)]
struct Item {
    #[serde(skip_serializing_if = "Option::is_none")]
    symbol: Option<&'static str>,
    name: String,
    value: String,
}

impl Features {
    pub(crate) fn run(self, settings: &Settings) -> Result<(), Failure> {
        let options = self.reader.options(&settings.service)?;
        let options = options.share_mode(ShareMode::Direct).on_close(Disposition::Leave);
        let session = options.open()?;
        let mut attributes = Vec::new();
        for attribute in ATTRIBUTES {
            if let Some(value) = reader_words::read(&session, attribute)? {
                let (name, value) = reader_words::attribute(attribute, &value);
                attributes.push(Item {
                    symbol: attribute.name(),
                    name: name.to_owned(),
                    value,
                });
            }
        }
        // A reader without features refuses the question.
        let features = session.features().unwrap_or_default();
        let properties = reader_words::properties(&session, &features)?;
        let abilities = Abilities {
            reader: session.reader_name().to_string_lossy().into_owned(),
            attributes,
            features: features
                .iter()
                .map(|feature| Item {
                    symbol: feature.name(),
                    name: reader_words::feature(feature),
                    value: format!("control code {:#010X}", feature.control_code),
                })
                .collect(),
            properties: properties
                .into_iter()
                .map(|(name, value)| Item {
                    symbol: None,
                    name,
                    value,
                })
                .collect(),
        };
        Ok(settings.output.report(&abilities)?)
    }
}

impl Report for Abilities {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        writeln!(to, "{HEADING}{}{HEADING:#}", Escaped(&self.reader))?;
        let parts = [
            ("attributes", &self.attributes),
            ("features", &self.features),
            ("properties", &self.properties),
        ];
        for (what, items) in parts {
            if items.is_empty() {
                writeln!(to, "  {ASIDE}no {what}{ASIDE:#}")?;
                continue;
            }
            writeln!(to, "  {what}")?;
            let width = items
                .iter()
                .map(|item| item.name.chars().count())
                .max()
                .unwrap_or(0);
            for Item { symbol, name, value } in items {
                write!(to, "    {name:width$}  {value}")?;
                match symbol {
                    Some(symbol) => writeln!(to, "  {ASIDE}{symbol}{ASIDE:#}")?,
                    None => writeln!(to)?,
                }
            }
        }
        Ok(())
    }
}
