//! Which reader is meant, as people think of them.

use super::cards::{Slot, look, look_until, no_matching_card, with_card};
use super::watch::CardSeen;
use crate::error::Error;
use crate::ffi::ReaderName;
use crate::service::context::Context;
use pcsc_iso7816::atr::AtrPattern;
use std::time::Instant;

/// Which reader a session is opened on: see [`SessionOptions::choose`](crate::SessionOptions::choose).
///
/// The readers are those that the service lists, in its order. A choice that two of them fit is an error that lists them, but
/// for the choices that say "first".
///
/// # Examples
/// ```
/// use pcsc_session::{Error, ReaderChoice, Session};
///
/// let simulator = pcsc_sim::Simulator::new();
/// simulator.add_reader("ACS ACR122U PICC Interface 00 00");
/// simulator.add_reader("Alcor Link AK9563 01 00").insert(pcsc_sim::DemoCard::new());
/// simulator.add_reader("Alcor Link AK9567 02 00");
/// let open = |choice| Session::options().provider(simulator.provider()).choose(choice).open();
///
/// assert_eq!(open(ReaderChoice::part("ak9563"))?.reader_name(), &"Alcor Link AK9563 01 00");
/// assert_eq!(open(ReaderChoice::FirstWithCard)?.reader_name(), &"Alcor Link AK9563 01 00");
/// let error = open(ReaderChoice::part("alcor")).unwrap_err();
/// assert!(matches!(error, Error::AmbiguousReader { candidates, .. } if candidates.len() == 2));
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReaderChoice {
    /// The first one listed, whether there is a card in it or not.
    #[default]
    First,
    /// The one of this exact name; Windows compares names without regard to case.
    Name(ReaderName),
    /// The one that has this in its name, in capitals or not. Where several have, the one that has this and no more for its
    /// name, if there is one.
    Part(String),
    /// The one at this place in [`list_readers`](crate::list_readers), counted from 0.
    Index(usize),
    /// The only one that there is.
    Only,
    /// The first one with a card that answers.
    FirstWithCard,
    /// The one whose card answers to reset like this.
    Atr(AtrPattern),
}

impl ReaderChoice {
    /// Chooses the reader of this exact name.
    #[must_use]
    pub fn name(name: impl Into<ReaderName>) -> ReaderChoice {
        ReaderChoice::Name(name.into())
    }

    /// Chooses the reader that has this in its name, in capitals or not.
    #[must_use]
    pub fn part(part: impl Into<String>) -> ReaderChoice {
        ReaderChoice::Part(part.into())
    }

    /// Tells whether the cards decide.
    pub(crate) fn is_by_card(&self) -> bool {
        matches!(self, ReaderChoice::FirstWithCard | ReaderChoice::Atr(_))
    }

    /// Chooses among the readers of the service.
    ///
    /// No call is made for an exact name, one for another choice of a name, and as many as it takes to look at the cards.
    pub(crate) fn choose(&self, context: &Context) -> Result<ReaderName, Error> {
        if let ReaderChoice::Name(name) = self {
            return Ok(name.clone());
        }
        let listed = context.list_readers()?;
        self.among(&if self.is_by_card() {
            look(context, &listed)?
        } else {
            listed.into_iter().map(Slot::unseen).collect()
        })
    }

    /// Chooses among the readers of the service; nothing where the cards decide and a look at them would not be done by the
    /// deadline.
    pub(crate) fn choose_until(
        &self,
        context: &Context,
        deadline: Option<Instant>,
    ) -> Result<Option<ReaderName>, Error> {
        let Some(deadline) = deadline.filter(|_| self.is_by_card()) else {
            return self.choose(context).map(Some);
        };
        let slots = look_until(context, &context.list_readers()?, deadline)?;
        slots.map(|slots| self.among(&slots)).transpose()
    }

    /// Chooses one of these readers. Their cards count only where [they decide](Self::is_by_card).
    pub(crate) fn among(&self, slots: &[Slot]) -> Result<ReaderName, Error> {
        let listed = || slots.iter().map(|slot| &slot.reader);
        match self {
            ReaderChoice::Name(name) => {
                let found = listed().find(|listed| name.names(listed));
                found.cloned().ok_or_else(|| Error::InvalidReader {
                    name: name.clone(),
                    available: names(slots),
                })
            }
            _ if slots.is_empty() => Err(Error::NoReaders {}),
            ReaderChoice::First => self.one_of(listed().take(1), slots),
            ReaderChoice::Index(index) => self.one_of(listed().skip(*index).take(1), slots),
            ReaderChoice::Only => self.one_of(listed(), slots),
            ReaderChoice::Part(part) => {
                let folded = part.to_lowercase();
                let whole: Vec<&ReaderName> = listed().filter(|name| fold(name) == folded).collect();
                match (listed().find(|name| **name == *part), &*whole) {
                    (Some(whole), _) | (None, &[whole]) => Ok(whole.clone()),
                    _ => self.one_of(listed().filter(|name| fold(name).contains(&folded)), slots),
                }
            }
            ReaderChoice::FirstWithCard => {
                // One without an answer to reset may be about to be powered.
                let has_answered =
                    |card| matches!(card, CardSeen::Answers(atr) if !atr.as_bytes().is_empty());
                let answered = with_card(slots, has_answered).next();
                let first = || with_card(slots, |card| card != CardSeen::Mute).next();
                let found = answered.or_else(first).cloned();
                found.ok_or_else(|| no_matching_card(slots))
            }
            ReaderChoice::Atr(pattern) => {
                let is_such = |card| matches!(card, CardSeen::Answers(atr) if pattern.matches(&atr));
                self.one_of(with_card(slots, is_such), slots)
            }
        }
    }

    /// Takes the only candidate; a list may have a name twice.
    fn one_of<'a>(
        &self,
        candidates: impl Iterator<Item = &'a ReaderName>,
        slots: &[Slot],
    ) -> Result<ReaderName, Error> {
        let mut different: Vec<ReaderName> = Vec::new();
        for name in candidates {
            if !different.contains(name) {
                different.push(name.clone());
            }
        }
        match &*different {
            [] if self.is_by_card() => Err(no_matching_card(slots)),
            [] => Err(Error::NoMatchingReader {
                choice: self.in_words(),
                available: names(slots),
            }),
            [one] => Ok(one.clone()),
            _ => Err(Error::AmbiguousReader {
                choice: self.in_words(),
                candidates: different,
            }),
        }
    }

    /// Says what is meant, as in "there is no ...".
    fn in_words(&self) -> String {
        match self {
            ReaderChoice::First | ReaderChoice::Only => "reader".to_owned(),
            ReaderChoice::Name(name) => format!("reader {name:?}"),
            ReaderChoice::Part(part) => format!("reader with {part:?} in its name"),
            ReaderChoice::Index(index) => format!("reader with the index {index}, counted from 0"),
            ReaderChoice::FirstWithCard => "reader with a card".to_owned(),
            ReaderChoice::Atr(_) => "reader with a card of this answer to reset".to_owned(),
        }
    }
}

fn names(slots: &[Slot]) -> Vec<ReaderName> {
    slots.iter().map(|slot| slot.reader.clone()).collect()
}

/// The name without regard to case.
fn fold(name: &ReaderName) -> String {
    name.to_string_lossy().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pcsc_iso7816::atr::Atr;

    const ACS: &str = "ACS ACR122U 00 00";
    const ALCOR: &str = "Alcor Link 01 00";

    fn listed(names: &[&str]) -> Vec<Slot> {
        let slot = |name: &&str| Slot::unseen(ReaderName::from(*name));
        names.iter().map(slot).collect()
    }

    fn slot(reader: &str, card: Option<CardSeen>) -> Slot {
        Slot {
            reader: reader.into(),
            card,
        }
    }

    #[test]
    fn names_are_chosen_as_people_type_them() {
        let listed = listed(&[ACS, ALCOR]);
        let choose = |choice: ReaderChoice| choice.among(&listed).map(|name| name.to_string());
        for part in ["acs", "ACR122u", "00 00", ACS] {
            assert_eq!(choose(ReaderChoice::part(part)).unwrap(), ACS, "{part}");
        }
        assert_eq!(choose(ReaderChoice::First).unwrap(), ACS);
        assert_eq!(choose(ReaderChoice::Index(1)).unwrap(), ALCOR);
        assert_eq!(choose(ReaderChoice::name(ALCOR)).unwrap(), ALCOR);
        assert!(matches!(
            choose(ReaderChoice::name("acs")),
            Err(Error::InvalidReader { .. })
        ));
        for (choice, text) in [
            (
                ReaderChoice::part(" 0"),
                "there is more than one reader with \" 0\" in its name: [\"ACS ACR122U 00 00\", \"Alcor Link 01 00\"]: choose one of them by its exact name",
            ),
            (
                ReaderChoice::Only,
                "there is more than one reader: [\"ACS ACR122U 00 00\", \"Alcor Link 01 00\"]: choose one of them by its exact name",
            ),
            (
                ReaderChoice::part("\u{1b}gem"),
                "there is no reader with \"\\u{1b}gem\" in its name; there are 2, [\"ACS ACR122U 00 00\", \"Alcor Link 01 00\"]: choose one of them, or plug that reader in",
            ),
            (
                ReaderChoice::Index(2),
                "there is no reader with the index 2, counted from 0; there are 2, [\"ACS ACR122U 00 00\", \"Alcor Link 01 00\"]: choose one of them, or plug that reader in",
            ),
        ] {
            assert_eq!(choose(choice).unwrap_err().to_string(), text);
        }
    }

    #[test]
    fn an_exact_name_is_meant_where_it_is_a_part_of_others() {
        let listed = listed(&["Reader 1", "Reader 10", "reader 1"]);
        let choose = |part: &str| ReaderChoice::part(part).among(&listed);
        assert_eq!(choose("Reader 1").unwrap(), "Reader 1");
        assert_eq!(choose("reader 1").unwrap(), "reader 1");
        assert!(matches!(
            choose("READER 1"),
            Err(Error::AmbiguousReader { candidates, .. }) if candidates == names(&listed)
        ));
        assert_eq!(choose("READER 10").unwrap(), "Reader 10");
        let listed = self::listed(&["Reader 1", "Reader 10"]);
        assert_eq!(ReaderChoice::part("READER 1").among(&listed).unwrap(), "Reader 1");
    }

    #[test]
    fn a_name_that_is_listed_twice_is_one_reader() {
        let listed = listed(&[ACS, ACS]);
        assert_eq!(ReaderChoice::Only.among(&listed).unwrap(), ACS);
        assert_eq!(ReaderChoice::part("acs").among(&listed).unwrap(), ACS);
    }

    #[test]
    fn without_readers_there_is_nothing_to_choose() {
        for choice in [
            ReaderChoice::First,
            ReaderChoice::part(""),
            ReaderChoice::Index(0),
            ReaderChoice::Only,
        ] {
            assert_eq!(choice.among(&[]), Err(Error::NoReaders {}));
        }
        assert_eq!(ReaderChoice::FirstWithCard.among(&[]), Err(Error::NoReaders {}));
    }

    #[test]
    fn the_cards_decide() {
        let atr = |bytes: &[u8]| Some(CardSeen::Answers(Atr::new(bytes)));
        let slots = [
            slot("empty", None),
            slot("mute", Some(CardSeen::Mute)),
            slot("powering", atr(&[])),
            slot("one", atr(&[0x3B, 0x00])),
            slot("two", atr(&[0x3B, 0x80, 0x01, 0x81])),
        ];
        let first = |slots: &[Slot]| ReaderChoice::FirstWithCard.among(slots);
        assert_eq!(first(&slots).unwrap(), "one");
        assert_eq!(first(&slots[..3]).unwrap(), "powering");
        assert_eq!(
            first(&slots[..2]).unwrap_err().to_string(),
            "there is no card that can be used: none in [\"empty\"]; the card in [\"mute\"] does not answer, perhaps it is the wrong way round: insert one"
        );
        let by = |bytes: &[u8], mask: &[u8]| ReaderChoice::Atr(AtrPattern::new(bytes, mask)).among(&slots);
        assert_eq!(by(&[0x3B, 0x80], &[0xFF, 0xFF]).unwrap(), "two");
        assert_eq!(
            by(&[0x3B], &[0xFF]).unwrap_err().to_string(),
            "there is more than one reader with a card of this answer to reset: [\"one\", \"two\"]: choose one of them by its exact name"
        );
        assert_eq!(
            by(&[0x3F], &[0xFF]).unwrap_err().to_string(),
            "there is no card that was asked for: none in [\"empty\"]; the card in [\"mute\"] does not answer, perhaps it is the wrong way round; the cards in [\"powering\", \"one\", \"two\"] are others: insert it"
        );
    }
}
