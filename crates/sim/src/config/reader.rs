//! A reader, as the configuration describes it, and what happens to it.

use super::card::CardConfig;
use super::hexadecimal::Hex;
use super::mistake::Mistake;
use super::values::{Byte, Word, tables};
use crate::reader::Reader;
use crate::service::attribute::LONGEST as LONGEST_ATTRIBUTE;
use crate::simulator::Simulator;
use pcsc_sys::{LONG, SCARD_E_UNSUPPORTED_FEATURE};
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, HashSet};
use std::hash::Hash;
use std::ops::Range;
use toml::Spanned;

/// A `[[reader]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, as under [[reader]]")]
pub(crate) struct ReaderConfig {
    pub(crate) name: Spanned<String>,
    pub(crate) card: Option<Spanned<CardConfig>>,
    plugged: Option<bool>,
    #[serde(default, rename = "event", deserialize_with = "events")]
    pub(crate) events: Vec<Event>,
    #[serde(default, rename = "feature", deserialize_with = "features")]
    features: Vec<Feature>,
    #[serde(default, rename = "control", deserialize_with = "controls")]
    controls: Vec<Control>,
    #[serde(default, rename = "attribute", deserialize_with = "attributes")]
    attributes: Vec<Attribute>,
}

/// What happens to a reader at some time.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, as under [[reader.event]]")]
pub(crate) struct Event {
    /// Milliseconds after the process's first call; for one that was forked after it, after its own first context.
    pub(crate) after_ms: Word,
    pub(crate) action: Spanned<Action>,
    pub(crate) card: Option<Spanned<CardConfig>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    Insert,
    Remove,
    Swap,
    Mute,
    PowerOff,
    Unplug,
    Plug,
}

/// A feature of PC/SC part 10.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, as under [[reader.feature]]")]
struct Feature {
    tag: Spanned<Byte>,
    code: Word,
}

/// The answer to a control code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, as under [[reader.control]]")]
struct Control {
    code: Spanned<Word>,
    answer: Hex,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, as under [[reader.attribute]]")]
struct Attribute {
    id: Spanned<Word>,
    value: Spanned<Hex>,
}

/// Makes a function for each list of tables, which names it where it is no list.
macro_rules! lists {
    ($($name:ident: $table:ty = $head:literal;)*) => {
        $(
            fn $name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<$table>, D::Error> {
                tables(deserializer, $head)
            }
        )*
    };
}

lists! {
    events: Event = "[[reader.event]]";
    features: Feature = "[[reader.feature]]";
    controls: Control = "[[reader.control]]";
    attributes: Attribute = "[[reader.attribute]]";
}

impl ReaderConfig {
    /// Finds what the language of the file alone cannot tell.
    pub(crate) fn check(&self) -> Result<(), Mistake> {
        check_name(&self.name)?;
        if let Some(card) = &self.card {
            card.as_ref().check(&card.span())?;
        }
        for event in &self.events {
            event.check()?;
        }
        check_once(
            self.features.iter().map(|it| &it.tag),
            "a second feature of this tag",
        )?;
        check_once(
            self.controls.iter().map(|it| &it.code),
            "a second answer to this control code",
        )?;
        check_once(
            self.attributes.iter().map(|it| &it.id),
            "a second attribute of this number",
        )?;
        for attribute in &self.attributes {
            let len = attribute.value.as_ref().0.len();
            if len > LONGEST_ATTRIBUTE {
                let message = format!("an attribute of {len} bytes, expected at most {LONGEST_ATTRIBUTE}");
                return Err(Mistake::new(attribute.value.span(), message));
            }
        }
        Ok(())
    }

    /// Tells whether the reader is there at first.
    pub(crate) fn is_plugged(&self) -> bool {
        self.plugged != Some(false)
    }

    /// Plugs the reader in, with its card.
    pub(crate) fn plug_into(&self, simulator: &Simulator) -> Reader {
        let reader = simulator.add_reader(self.name.as_ref());
        let features: Vec<_> = self
            .features
            .iter()
            .map(|it| (it.tag.as_ref().0 as u8, it.code.0))
            .collect();
        reader.set_features(features);
        for attribute in &self.attributes {
            reader.set_attribute(attribute.id.as_ref().0, attribute.value.as_ref().0.clone());
        }
        let answers: BTreeMap<u32, Vec<u8>> = self
            .controls
            .iter()
            .map(|control| (control.code.as_ref().0, control.answer.0.clone()))
            .collect();
        reader.on_control(move |code, _input, output| answer(&answers, code, output));
        if let Some(card) = self.card.as_ref().and_then(|card| card.as_ref().make()) {
            reader.insert(card);
        }
        if !self.is_plugged() {
            reader.unplug();
        }
        reader
    }
}

impl Event {
    fn check(&self) -> Result<(), Mistake> {
        check_card(&self.action, self.card.as_ref())
    }
}

/// Finds a card that is missing, or too many, or not right.
pub(super) fn check_card(
    action: &Spanned<Action>,
    card: Option<&Spanned<CardConfig>>,
) -> Result<(), Mistake> {
    let action_place = action.span();
    let action = *action.as_ref();
    match card {
        None if action == Action::Insert => Err(Mistake::new(
            action_place,
            "an insertion without a card, expected card = { kind = ... } beside it",
        )),
        Some(card) if !matches!(action, Action::Insert | Action::Swap) => Err(Mistake::new(
            card.span(),
            "a card is not for this action, expected it with action = \"insert\" or \"swap\"",
        )),
        Some(card) => card.as_ref().check(&card.span()),
        None => Ok(()),
    }
}

fn answer(answers: &BTreeMap<u32, Vec<u8>>, code: u32, output: &mut Vec<u8>) -> Result<(), LONG> {
    let answer = answers.get(&code).ok_or(SCARD_E_UNSUPPORTED_FEATURE)?;
    output.extend_from_slice(answer);
    Ok(())
}

/// Refuses a number that is there twice: the one would hide the other.
fn check_once<'a, T: Eq + Hash + 'a>(
    numbers: impl Iterator<Item = &'a Spanned<T>>,
    second: &str,
) -> Result<(), Mistake> {
    let mut seen = HashSet::new();
    for number in numbers {
        if !seen.insert(number.as_ref()) {
            return Err(Mistake::new(
                number.span(),
                format!("{second}, expected each once"),
            ));
        }
    }
    Ok(())
}

/// The name that stands for readers that come and go in `SCardGetStatusChange`, in letters of either case.
const PSEUDO_READER: &str = r"\\?PnP?\Notification";

/// pcsc-lite's names have 127 bytes at most.
fn check_name(name: &Spanned<String>) -> Result<(), Mistake> {
    let refused = |what: String| {
        let place: Range<usize> = name.span();
        Err(Mistake::new(
            place,
            format!("{what}, expected a name of 1 to 127 bytes without a null"),
        ))
    };
    let text: &str = name.as_ref();
    if text.contains('\0') {
        refused("a null in the reader's name".to_owned())
    } else if text.eq_ignore_ascii_case(PSEUDO_READER) {
        refused("the name of the pseudo-reader for readers that come and go".to_owned())
    } else if text.is_empty() || text.len() > 127 {
        refused(format!("a reader's name of {} bytes", text.len()))
    } else {
        Ok(())
    }
}
