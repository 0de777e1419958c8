//! A small ISO/IEC 7816-4 card that shows each exchange rule.

mod applications;
mod authenticate;
mod binary;
mod card;
mod chain;
mod channels;
mod contents;
mod data;
mod data_objects;
mod execution;
mod files;
mod inspection;
mod making;
mod manage_channel;
mod options;
mod pin;
mod records;
mod request;
mod rounds;
mod select;
mod selection;
#[cfg(test)]
mod tests;
mod verification;

pub use card::DemoCard;
