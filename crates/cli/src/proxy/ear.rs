//! What is heard of connections, on its way to who follows them.

use crate::recording_file::Stop;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::SystemTime;
use zeroize::Zeroizing;

/// What is heard of a connection, by its number.
pub(super) enum Heard {
    /// The program has said this.
    Asked(u64, Zeroizing<Vec<u8>>),
    /// The service has said this.
    Answered(u64, Zeroizing<Vec<u8>>, SystemTime),
    /// The program has said its last.
    Left(u64, SystemTime),
    /// The service has closed it before the program has left.
    Closed(u64),
    /// The connection has ended.
    Ended(u64, SystemTime),
    /// Nothing more is to be heard.
    Over,
}

/// As many bytes of what was heard wait at most for an output that takes them slowly.
const MOST: usize = 16 << 20;

/// As many as each takes besides.
const EACH: usize = 128;

/// Makes the two ends of it.
pub(super) fn ear(stop: Arc<Stop>) -> (Ear, Told) {
    let (to, from) = channel();
    let behind = Arc::new(Behind {
        bytes: AtomicUsize::new(0),
        is_over: AtomicBool::new(false),
        stop,
    });
    let told = Told {
        from,
        behind: Arc::clone(&behind),
    };
    (Ear { to, behind }, told)
}

/// The end at which it is heard.
#[derive(Debug, Clone)]
pub(super) struct Ear {
    to: Sender<Heard>,
    behind: Arc<Behind>,
}

/// The end at which it is followed.
pub(super) struct Told {
    from: Receiver<Heard>,
    behind: Arc<Behind>,
}

/// How far behind who follows is.
#[derive(Debug)]
struct Behind {
    bytes: AtomicUsize,
    /// It was too much once: nothing is told any more.
    is_over: AtomicBool,
    stop: Arc<Stop>,
}

impl Ear {
    /// Tells what was heard; never waits. Where too much waits already the recording has its end before it.
    pub(super) fn tell(&self, heard: Heard) {
        if self.behind.is_over.load(Ordering::SeqCst) {
            return;
        }
        let size = heard.size();
        if self.behind.bytes.fetch_add(size, Ordering::SeqCst) + size > MOST {
            self.behind.is_over.store(true, Ordering::SeqCst);
            self.behind
                .stop
                .tell(&"what it is written to does not take as much as the program sends");
            return;
        }
        // Who follows has ended only where the program has, or has panicked.
        let _ = self.to.send(heard);
    }

    /// Tells that nothing more is to be heard.
    pub(super) fn end(&self) {
        let _ = self.to.send(Heard::Over);
    }

    /// Returns how many bytes wait.
    pub(super) fn behind(&self) -> usize {
        self.behind.bytes.load(Ordering::SeqCst)
    }

    /// Says that the recording ends where it is.
    pub(super) fn give_up(&self) {
        let text = format!(
            "what it is written to does not take the last {} bytes",
            self.behind()
        );
        self.behind.stop.tell(&text);
    }
}

impl Told {
    /// Follows what is told, until nothing more is to be heard.
    pub(super) fn follow(&self, mut follow: impl FnMut(Heard)) {
        for heard in &self.from {
            if matches!(heard, Heard::Over) {
                return;
            }
            let size = heard.size();
            follow(heard);
            // Not before it is written.
            self.behind.bytes.fetch_sub(size, Ordering::SeqCst);
        }
    }

    /// Tells whether all that was heard was told.
    pub(super) fn is_whole(&self) -> bool {
        !self.behind.is_over.load(Ordering::SeqCst)
    }
}

impl Heard {
    fn size(&self) -> usize {
        match self {
            Heard::Asked(_, bytes) | Heard::Answered(_, bytes, _) => bytes.len() + EACH,
            _ => EACH,
        }
    }
}
