//! How long to wait until the next look.

use std::time::Duration;

/// The longest wait: what pcsc-lite's library itself wakes up for.
pub(super) const LONGEST: Duration = Duration::from_secs(60);

/// Waits that grow while nothing happens.
///
/// Where the platform tells of every change, each may be as long as it gets. Where it does not, as when a reader comes
/// between the list and the wait, what was missed shows at the next look, which is soon after the last news and so after
/// what came at the same moment; a look for every doubling of the time costs next to nothing.
#[derive(Debug)]
pub(crate) struct Pace {
    first: Duration,
    next: Duration,
}

impl Pace {
    /// Makes one whose first wait is this.
    pub(crate) fn new(first: Duration) -> Pace {
        Pace { first, next: first }
    }

    /// Begins again.
    pub(crate) fn restart(&mut self) {
        self.next = self.first;
    }

    /// Returns the time to wait now, twice the last one, and at most `longest`.
    pub(crate) fn wait(&mut self, longest: Duration) -> Duration {
        let wait = self.next;
        self.next = (wait * 2).min(LONGEST);
        wait.min(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_minute_has_a_dozen_looks() {
        let mut pace = Pace::new(Duration::from_millis(50));
        let mut time = Duration::ZERO;
        let mut looks = 0;
        while time < Duration::from_secs(60) {
            time += pace.wait(LONGEST);
            looks += 1;
        }
        assert_eq!(looks, 11);
        assert_eq!(pace.wait(Duration::from_secs(1)), Duration::from_secs(1));
        pace.restart();
        assert_eq!(pace.wait(LONGEST), Duration::from_millis(50));
    }
}
