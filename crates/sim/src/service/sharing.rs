//! Who uses a reader: how many connections, which of them alone, and which has it locked.

use pcsc_sys::{SCARD_E_NOT_TRANSACTED, SCARD_E_SHARING_VIOLATION};

use super::code::Code;

/// The connections of a reader, counted, and the lock that a transaction or an exclusive connection holds.
///
/// Lock and exclusiveness are two things, as in pcscd: an exclusive connection takes the lock once, and neither its
/// transactions' end nor becoming shared again gives that back. A card's removal ends the lock alone. A connection goes by
/// its number with the reader.
#[derive(Debug, Default)]
pub(crate) struct Sharing {
    users: Users,
    lock: Option<Lock>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Users {
    Exclusive,
    Shared(u32),
}

impl Default for Users {
    fn default() -> Self {
        Self::Shared(0)
    }
}

#[derive(Debug)]
struct Lock {
    holder: u64,
    depth: u32,
}

impl Sharing {
    pub(crate) fn users(&self) -> Users {
        self.users
    }

    /// Whether no other connection has the reader locked.
    #[inline]
    pub(crate) fn is_free_for(&self, user: u64) -> bool {
        self.lock.as_ref().is_none_or(|lock| lock.holder == user)
    }

    pub(crate) fn is_locked(&self) -> bool {
        self.lock.is_some()
    }

    /// Adds a connection that shares the reader.
    pub(crate) fn join(&mut self) {
        if let Users::Shared(count) = &mut self.users {
            *count += 1;
        }
    }

    /// Adds a connection that has the reader for itself, the first one.
    pub(crate) fn join_exclusively(&mut self, user: u64) {
        self.users = Users::Exclusive;
        // Fails where another connection has the lock, but the first one has no others beside it.
        let _ = self.begin(user);
    }

    /// Makes a connection's reader its own: only where it is the last.
    pub(crate) fn become_exclusive(&mut self, user: u64) -> Result<(), Code> {
        match self.users {
            Users::Exclusive => Ok(()),
            Users::Shared(1) => {
                self.join_exclusively(user);
                Ok(())
            }
            Users::Shared(_) => Err(SCARD_E_SHARING_VIOLATION),
        }
    }

    /// Makes an exclusive connection one that shares; it keeps the lock all the same if it has only the first.
    pub(crate) fn become_shared(&mut self, user: u64) {
        if self.users == Users::Exclusive {
            // Fails for the first lock, and that is pcscd's way.
            let _ = self.end(user);
            self.users = Users::Shared(1);
        }
    }

    /// Removes a connection.
    pub(crate) fn leave(&mut self) {
        self.users = match self.users {
            Users::Exclusive => Users::Shared(0),
            Users::Shared(count) => Users::Shared(count.saturating_sub(1)),
        };
    }

    /// Locks the reader once more for a connection.
    pub(crate) fn begin(&mut self, user: u64) -> Result<(), Code> {
        let lock = self.lock.get_or_insert(Lock {
            holder: user,
            depth: 0,
        });
        if lock.holder != user {
            return Err(SCARD_E_SHARING_VIOLATION);
        }
        lock.depth += 1;
        Ok(())
    }

    /// Unlocks the reader once for a connection; an exclusive one keeps its first lock.
    pub(crate) fn end(&mut self, user: u64) -> Result<(), Code> {
        let Some(lock) = &mut self.lock else {
            return Err(SCARD_E_NOT_TRANSACTED);
        };
        if lock.holder != user {
            return Err(SCARD_E_SHARING_VIOLATION);
        }
        if self.users == Users::Exclusive && lock.depth <= 1 {
            return Err(SCARD_E_NOT_TRANSACTED);
        }
        lock.depth -= 1;
        if lock.depth == 0 {
            self.lock = None;
        }
        Ok(())
    }

    /// Ends all of a connection's locks; false where it has none.
    pub(crate) fn release_lock(&mut self, user: u64) -> bool {
        self.lock.take_if(|lock| lock.holder == user).is_some()
    }

    /// Ends whoever's lock, as a card does that is taken out.
    pub(crate) fn break_lock(&mut self) {
        self.lock = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_nests_for_its_holder_and_shuts_others_out() {
        let mut sharing = Sharing::default();
        assert_eq!(sharing.end(1), Err(SCARD_E_NOT_TRANSACTED));
        sharing.begin(1).unwrap();
        sharing.begin(1).unwrap();
        assert_eq!(sharing.begin(2), Err(SCARD_E_SHARING_VIOLATION));
        assert_eq!(sharing.end(2), Err(SCARD_E_SHARING_VIOLATION));
        sharing.end(1).unwrap();
        assert!(!sharing.is_free_for(2));
        sharing.end(1).unwrap();
        assert!(sharing.is_free_for(2));
        assert!(!sharing.release_lock(2));
    }

    #[test]
    fn an_exclusive_connection_keeps_its_first_lock() {
        let mut sharing = Sharing::default();
        sharing.join_exclusively(1);
        assert_eq!(sharing.end(1), Err(SCARD_E_NOT_TRANSACTED));
        sharing.begin(1).unwrap();
        sharing.end(1).unwrap();
        assert!(!sharing.is_free_for(2));
        sharing.become_shared(1);
        assert_eq!(sharing.users(), Users::Shared(1));
        assert!(!sharing.is_free_for(2), "pcscd's own mistake");
        sharing.end(1).unwrap();
        assert!(sharing.is_free_for(2));
        sharing.join();
        assert_eq!(sharing.become_exclusive(1), Err(SCARD_E_SHARING_VIOLATION));
    }
}
