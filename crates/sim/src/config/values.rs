//! Values of the configuration file that say in the file's own words what was expected.

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// A whole number from `LEAST` to `MOST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Number<const LEAST: u32, const MOST: u32>(pub(crate) u32);

/// A number of 8 bits.
pub(crate) type Byte = Number<0, 0xFF>;
/// A number of 32 bits.
pub(crate) type Word = Number<0, 0xFFFF_FFFF>;

impl<const LEAST: u32, const MOST: u32> Number<LEAST, MOST> {
    /// Takes a number of the file.
    pub(crate) fn checked<E: Error>(number: i128) -> Result<Self, E> {
        u32::try_from(number)
            .ok()
            .filter(|number| (LEAST..=MOST).contains(number))
            .map(Self)
            .ok_or_else(|| E::custom(format!("{number} is out of range, expected {LEAST} to {MOST}")))
    }
}

impl<'de, const LEAST: u32, const MOST: u32> Deserialize<'de> for Number<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InRange<const LEAST: u32, const MOST: u32>;

        impl<const LEAST: u32, const MOST: u32> Visitor<'_> for InRange<LEAST, MOST> {
            type Value = u32;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a whole number, {LEAST} to {MOST}")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<u32, E> {
                self.visit_i128(number.into())
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<u32, E> {
                self.visit_i128(number.into())
            }

            fn visit_i128<E: Error>(self, number: i128) -> Result<u32, E> {
                Number::<LEAST, MOST>::checked(number).map(|number| number.0)
            }
        }

        deserializer.deserialize_i64(InRange::<LEAST, MOST>).map(Self)
    }
}

/// Tables of one name, each under a head of two brackets.
pub(crate) fn tables<'de, D, T>(deserializer: D, head: &'static str) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Tables<T>(&'static str, PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Tables<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut tables: A) -> Result<Vec<T>, A::Error> {
            let mut all = Vec::new();
            while let Some(table) = tables.next_element()? {
                all.push(table);
            }
            Ok(all)
        }
    }

    deserializer.deserialize_seq(Tables(head, PhantomData))
}
