//! A card, as the configuration describes it.

use super::answers::Answers;
use super::hexadecimal::Hex;
use super::mistake::Mistake;
use super::values::{Number, Word, tables};
use crate::card::Card;
use crate::demo_card::DemoCard;
use crate::slow_card::SlowCard;
use pcsc_iso7816::atr::Atr;
use pcsc_iso7816::command::Form;
use pcsc_iso7816::status_word::StatusWord;
use serde::{Deserialize, Deserializer};
use std::collections::HashSet;
use std::ops::Range;
use std::time::Duration;
use toml::Spanned;

/// A card's table. Which keys go with which kind is checked by [`check`](CardConfig::check).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, as under [reader.card]")]
pub(crate) struct CardConfig {
    kind: Kind,

    delay_ms: Option<Spanned<Word>>,

    protocol: Option<Spanned<Protocol>>,
    extended_length: Option<Spanned<bool>>,
    chaining: Option<Spanned<bool>>,
    get_response: Option<Spanned<bool>>,
    exact_le: Option<Spanned<bool>>,
    rounds_of: Option<Spanned<Number<1, 65_536>>>,
    channels: Option<Spanned<Number<1, 20>>>,

    atr: Option<Spanned<Hex>>,
    exchange: Option<Spanned<Exchanges>>,
    default: Option<Spanned<Hex>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Demo,
    Scripted,
    Mute,
    None,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Demo => "\"demo\"",
            Self::Scripted => "\"scripted\"",
            Self::Mute => "\"mute\"",
            Self::None => "\"none\"",
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Protocol {
    T0,
    T1,
    Both,
}

/// A command and its answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, as under [[reader.card.exchange]]")]
struct Exchange {
    command: Spanned<Hex>,
    answer: Spanned<Hex>,
}

#[derive(Debug, Clone)]
struct Exchanges(Vec<Exchange>);

impl<'de> Deserialize<'de> for Exchanges {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tables(deserializer, "[[reader.card.exchange]]").map(Self)
    }
}

impl CardConfig {
    /// A card that does not answer its reset.
    pub(super) const MUTE: Self = Self {
        kind: Kind::Mute,
        delay_ms: None,
        protocol: None,
        extended_length: None,
        chaining: None,
        get_response: None,
        exact_le: None,
        rounds_of: None,
        channels: None,
        atr: None,
        exchange: None,
        default: None,
    };

    /// Finds what the language of the file alone cannot tell.
    pub(crate) fn check(&self, place: &Range<usize>) -> Result<(), Mistake> {
        self.check_keys()?;
        if let Some(atr) = &self.atr {
            check_atr(atr)?;
        } else if self.kind == Kind::Scripted {
            let message = "a scripted card without an answer to reset, expected atr = \"3B ...\"";
            return Err(Mistake::new(place.clone(), message));
        }
        self.check_exchanges()
    }

    /// A key of another kind of card would be without effect.
    fn check_keys(&self) -> Result<(), Mistake> {
        type Key = (&'static str, &'static [Kind], Option<Range<usize>>);
        fn key<T>(name: &'static str, kinds: &'static [Kind], value: &Option<Spanned<T>>) -> Key {
            (name, kinds, value.as_ref().map(Spanned::span))
        }
        const DEMO: &[Kind] = &[Kind::Demo];
        const SCRIPTED: &[Kind] = &[Kind::Scripted];
        let keys = [
            key("delay_ms", &[Kind::Demo, Kind::Scripted], &self.delay_ms),
            key("protocol", DEMO, &self.protocol),
            key("extended_length", DEMO, &self.extended_length),
            key("chaining", DEMO, &self.chaining),
            key("get_response", DEMO, &self.get_response),
            key("exact_le", DEMO, &self.exact_le),
            key("rounds_of", DEMO, &self.rounds_of),
            key("channels", DEMO, &self.channels),
            key("atr", SCRIPTED, &self.atr),
            key("exchange", SCRIPTED, &self.exchange),
            key("default", SCRIPTED, &self.default),
        ];
        for (name, kinds, place) in keys {
            if let Some(place) = place.filter(|_| !kinds.contains(&self.kind)) {
                let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
                let message = format!(
                    "{name} is not for kind = {}, expected it with kind = {}",
                    self.kind.name(),
                    names.join(" or ")
                );
                return Err(Mistake::new(place, message));
            }
        }
        Ok(())
    }

    fn check_exchanges(&self) -> Result<(), Mistake> {
        if let Some(default) = &self.default {
            check_answer(default)?;
        }
        let mut seen = HashSet::new();
        for exchange in self.exchanges() {
            let command = exchange.command.as_ref();
            if command.0.len() < 4 {
                let message = format!(
                    "a command of {} bytes, expected CLA INS P1 P2 at least",
                    command.0.len()
                );
                return Err(Mistake::new(exchange.command.span(), message));
            }
            if !seen.insert(command) {
                let message = "a second answer to the same command, expected one exchange for each command";
                return Err(Mistake::new(exchange.command.span(), message));
            }
            check_answer(&exchange.answer)?;
        }
        Ok(())
    }

    fn exchanges(&self) -> &[Exchange] {
        self.exchange.as_ref().map_or(&[], |list| &list.as_ref().0)
    }

    /// Tells whether there is a card: kind "none" is none.
    pub(super) fn is_one(&self) -> bool {
        self.kind != Kind::None
    }

    /// Makes the card; `None` for kind "none".
    pub(crate) fn make(&self) -> Option<Box<dyn Card>> {
        let card: Box<dyn Card> = match self.kind {
            Kind::None => return None,
            Kind::Demo => Box::new(self.demo()),
            Kind::Scripted => Box::new(self.scripted()),
            Kind::Mute => Box::new(Answers::mute()),
        };
        let delay = value(&self.delay_ms).map_or(0, |delay| delay.0);
        Some(if delay == 0 {
            card
        } else {
            Box::new(SlowCard::new(card, Duration::from_millis(delay.into())))
        })
    }

    fn demo(&self) -> DemoCard {
        let mut card = DemoCard::new();
        card = match value(&self.protocol) {
            Some(Protocol::T0) => card.t0(),
            Some(Protocol::Both) => card.t0_and_t1(),
            Some(Protocol::T1) | None => card.t1(),
        };
        if value(&self.extended_length) == Some(false) {
            card = card.without_extended_length();
        }
        if value(&self.chaining) == Some(false) {
            card = card.without_chaining();
        }
        if value(&self.get_response) == Some(false) {
            card = card.without_get_response();
        }
        if let Some(exact) = value(&self.exact_le) {
            card = card.exact_le(exact);
        }
        if let Some(bytes) = value(&self.rounds_of) {
            card = card.rounds_of(bytes.0 as usize);
        }
        if let Some(channels) = value(&self.channels) {
            card = card.channels(channels.0 as u8);
        }
        card
    }

    fn scripted(&self) -> Answers {
        let bytes = |hex: &Option<Spanned<Hex>>| hex.as_ref().map(|hex| hex.as_ref().0.clone());
        let exchanges = self.exchanges().iter();
        Answers {
            atr: bytes(&self.atr).unwrap_or_default(),
            answers: exchanges
                .map(|exchange| {
                    (
                        exchange.command.as_ref().0.clone(),
                        exchange.answer.as_ref().0.clone(),
                    )
                })
                .collect(),
            default: bytes(&self.default)
                .unwrap_or_else(|| <[u8; 2]>::from(StatusWord::INSTRUCTION_NOT_SUPPORTED).to_vec()),
        }
    }
}

fn value<T: Copy>(option: &Option<Spanned<T>>) -> Option<T> {
    option.as_ref().map(|value| *value.as_ref())
}

/// ISO/IEC 7816-3:2006, 8.2.
fn check_atr(atr: &Spanned<Hex>) -> Result<(), Mistake> {
    match Atr::new(&atr.as_ref().0).problems().next() {
        None => Ok(()),
        Some(problem) => {
            let message = format!("no valid answer to reset: {problem}; expected one by ISO/IEC 7816-3, 8.2");
            Err(Mistake::new(atr.span(), message))
        }
    }
}

fn check_answer(answer: &Spanned<Hex>) -> Result<(), Mistake> {
    let len = answer.as_ref().0.len();
    let longest = Form::Extended.max_ne() + 2;
    if (2..=longest).contains(&len) {
        return Ok(());
    }
    let message = format!("an answer of {len} bytes, expected data and SW1 SW2: 2 to {longest} bytes");
    Err(Mistake::new(answer.span(), message))
}
