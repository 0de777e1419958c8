//! Who follows all conversations, behind them.

use super::conversation::Conversation;
use super::tape::Tape;
use crate::failure::tell;
use std::collections::HashMap;
use std::sync::mpsc::Receiver;
use std::time::SystemTime;

/// What is heard of a connection, by its number.
pub(super) enum Heard {
    /// The program has said this.
    Asked(u64, Vec<u8>),
    /// The service has said this.
    Answered(u64, Vec<u8>, SystemTime),
    /// The connection has ended.
    Ended(u64),
    /// Nothing more is to be heard.
    Over,
}

/// Writes down what is heard, until it is over; returns how many packets there were.
pub(super) fn follow(heard: &Receiver<Heard>, mut tape: Tape) -> u64 {
    let mut conversations: HashMap<u64, Conversation> = HashMap::new();
    let mut is_told = false;
    for heard in heard {
        let result = match heard {
            Heard::Asked(number, bytes) => conversations.entry(number).or_default().asked(&bytes),
            Heard::Answered(number, bytes, time) => {
                let conversation = conversations.entry(number).or_default();
                conversation.answered(&bytes, time, &mut tape)
            }
            Heard::Ended(number) => {
                if let Some(mut conversation) = conversations.remove(&number) {
                    conversation.end(SystemTime::now(), &mut tape);
                }
                Ok(())
            }
            Heard::Over => break,
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
    }
    for conversation in conversations.values_mut() {
        conversation.end(SystemTime::now(), &mut tape);
    }
    tape.packets()
}
