//! Who follows all conversations, behind them.

use super::conversation::Conversation;
use super::ear::{Heard, Told};
use super::tape::Tape;
use crate::failure::tell;
use std::collections::HashMap;
use std::time::SystemTime;

/// Writes down what is heard, until it is over; returns how many packets there were.
pub(super) fn follow(told: &Told, mut tape: Tape) -> u64 {
    let mut conversations: HashMap<u64, Conversation> = HashMap::new();
    let mut is_told = false;
    told.follow(|heard| {
        let result = match heard {
            Heard::Asked(number, bytes) => conversations.entry(number).or_default().asked(&bytes),
            Heard::Answered(number, bytes, time) => {
                let conversation = conversations.entry(number).or_default();
                conversation.answered(&bytes, time, &mut tape)
            }
            Heard::Left(number, time) => {
                if let Some(conversation) = conversations.get_mut(&number) {
                    conversation.left(time, &mut tape);
                }
                Ok(())
            }
            Heard::Closed(number) => {
                if let Some(conversation) = conversations.get(&number) {
                    conversation.closed(&mut tape);
                }
                Ok(())
            }
            Heard::Ended(number, time) => {
                if let Some(mut conversation) = conversations.remove(&number) {
                    conversation.end(time, &mut tape);
                }
                Ok(())
            }
            Heard::Over => Ok(()),
        };
        match result {
            Err(why) if !is_told => {
                tell(&format!(
                    "what the program says to the service is not recorded from here on: {why}"
                ));
                is_told = true;
            }
            _ => {}
        }
    });
    // Else there may be answers that were not told.
    if told.is_whole() {
        for conversation in conversations.values_mut() {
            conversation.end(SystemTime::now(), &mut tape);
        }
    }
    tape.packets()
}
