//! Cards from recordings.

mod matching;
mod replay_card;
mod replay_error;

pub use replay_card::ReplayCard;
pub use replay_error::ReplayError;
