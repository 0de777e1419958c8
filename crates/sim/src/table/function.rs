//! The C functions that a service is called by.

macro_rules! functions {
    ($($function:ident $name:literal,)*) => {
        /// A C function, whichever text it takes on Windows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Function { $($function,)* }

        impl Function {
            pub(crate) const ALL: &'static [(Function, &'static str)] = &[$((Function::$function, $name),)*];
        }
    };
}

functions! {
    EstablishContext "SCardEstablishContext",
    ReleaseContext "SCardReleaseContext",
    IsValidContext "SCardIsValidContext",
    Connect "SCardConnect",
    Reconnect "SCardReconnect",
    Disconnect "SCardDisconnect",
    BeginTransaction "SCardBeginTransaction",
    EndTransaction "SCardEndTransaction",
    Status "SCardStatus",
    GetStatusChange "SCardGetStatusChange",
    Control "SCardControl",
    Transmit "SCardTransmit",
    ListReaderGroups "SCardListReaderGroups",
    ListReaders "SCardListReaders",
    FreeMemory "SCardFreeMemory",
    Cancel "SCardCancel",
    GetAttrib "SCardGetAttrib",
    SetAttrib "SCardSetAttrib",
}

impl Function {
    /// The function of a name.
    ///
    /// # Panics
    /// Where there is none: a fault that never comes would be a test that cannot fail.
    #[track_caller]
    pub(crate) fn named(name: &str) -> Self {
        match Self::ALL.iter().find(|(_, known)| *known == name) {
            Some((function, _)) => *function,
            None => panic!(
                "{name:?} is no function of the simulated service: write it as winscard.h has it, without A or W"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic = "no function"]
    fn a_misspelt_name_is_refused() {
        Function::named("SCardTransmitt");
    }

    #[test]
    fn every_name_is_one_of_the_table() {
        for (_, name) in Function::ALL {
            let symbols = [name.to_string(), format!("{name}W"), format!("{name}132")];
            let known = pcsc_sys::Functions::NAMES
                .iter()
                .any(|known| symbols.iter().any(|symbol| symbol == known));
            assert!(known || cfg!(target_os = "macos"), "{name}");
        }
    }
}
