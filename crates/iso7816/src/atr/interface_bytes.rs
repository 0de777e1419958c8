//! The interface bytes: which are there, and which protocol each belongs to.

use core::fmt;

/// One of the four kinds of interface byte.
///
/// ISO/IEC 7816-3:2006, 8.2.3.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::{Atr, InterfaceByteKind};
///
/// let atr = Atr::new(&[0x3B, 0x10, 0x95]);
/// let ta1 = atr.interface_byte(InterfaceByteKind::Ta, 1).expect("T0 announces it");
/// assert_eq!(ta1.kind().to_string(), "TA");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InterfaceByteKind {
    /// TA1, TA2, ...
    Ta,
    /// TB1, TB2, ...
    Tb,
    /// TC1, TC2, ...
    Tc,
    /// TD1, TD2, ..., which name a protocol and the interface bytes that follow.
    Td,
}

/// An interface byte: its name, its value, and the protocol that it belongs to.
///
/// `Display` shows both: `TA1=95`. ISO/IEC 7816-3:2006, 8.2.3.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::Atr;
///
/// let atr = Atr::new(&[0x3B, 0x10, 0x95]);
/// let ta1 = atr.interface_bytes().next().expect("T0 announces it");
/// assert_eq!(ta1.to_string(), "TA1=95");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterfaceByte {
    kind: InterfaceByteKind,
    index: u8,
    value: u8,
    protocol: Option<u8>,
}

/// The meaning of an interface byte, as far as the standard knows it.
#[derive(Clone, Copy)]
pub(super) enum Role {
    /// TA1.
    FD,
    /// TB1 and TB2.
    Vpp,
    /// TC1.
    ExtraGuardTime,
    /// TA2.
    SpecificMode,
    /// TC2.
    WaitingTime,
    /// The first TA for T=1.
    Ifsc,
    /// The first TB for T=1.
    BwiCwi,
    /// The first TC for T=1.
    ErrorDetection,
    /// The first TA for T=15.
    ClockStopAndClasses,
    /// The first TB for T=15.
    C6,
    /// Every TD.
    Protocol,
    /// All others.
    Unknown,
}

impl InterfaceByte {
    /// Gives which of TA, TB, TC and TD it is.
    #[must_use]
    pub const fn kind(&self) -> InterfaceByteKind {
        self.kind
    }

    /// Gives its number: 1 for TA1.
    #[must_use]
    pub const fn index(&self) -> u8 {
        self.index
    }

    /// Gives its value.
    #[must_use]
    pub const fn value(&self) -> u8 {
        self.value
    }

    /// Gives the T that it is specific to, which the TD before it names; `None` for the bytes with the numbers 1 and 2,
    /// which are global but for TC2 (T=0). 15 means global, too.
    #[must_use]
    pub fn protocol(&self) -> Option<u8> {
        match (self.kind, self.index) {
            (InterfaceByteKind::Tc, 2) => Some(0),
            (_, 3..) => self.protocol,
            _ => None,
        }
    }

    /// Gives the T that a TD byte names.
    #[must_use]
    pub fn offered_protocol(&self) -> Option<u8> {
        (self.kind == InterfaceByteKind::Td).then_some(self.value & 0x0F)
    }

    /// `first` tells that no byte of this kind with a number above 2 comes before it for the same T.
    pub(super) fn role(&self, first: bool) -> Role {
        use InterfaceByteKind::{Ta, Tb, Tc, Td};
        match (self.kind, self.index, self.protocol()) {
            (Td, ..) => Role::Protocol,
            (Ta, 1, _) => Role::FD,
            (Tb, 1 | 2, _) => Role::Vpp,
            (Tc, 1, _) => Role::ExtraGuardTime,
            (Ta, 2, _) => Role::SpecificMode,
            (Tc, 2, _) => Role::WaitingTime,
            (Ta, _, Some(1)) if first => Role::Ifsc,
            (Tb, _, Some(1)) if first => Role::BwiCwi,
            (Tc, _, Some(1)) if first => Role::ErrorDetection,
            (Ta, _, Some(15)) if first => Role::ClockStopAndClasses,
            (Tb, _, Some(15)) if first => Role::C6,
            _ => Role::Unknown,
        }
    }
}

impl fmt::Display for InterfaceByteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ta => "TA",
            Self::Tb => "TB",
            Self::Tc => "TC",
            Self::Td => "TD",
        })
    }
}

impl fmt::Display for InterfaceByte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}={:02X}", self.kind, self.index, self.value)
    }
}

/// The interface bytes of an ATR in their order, as an iterator.
///
/// Made by [`Atr::interface_bytes`](crate::atr::Atr::interface_bytes).
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::Atr;
///
/// let atr = Atr::new(&[0x3B, 0x90, 0x95, 0x01, 0x04]);
/// let names: Vec<_> = atr.interface_bytes().map(|byte| byte.to_string()).collect();
/// assert_eq!(names, ["TA1=95", "TD1=01"]);
/// ```
#[derive(Clone, Debug)]
pub struct InterfaceBytes<'a> {
    bytes: &'a [u8],
    position: usize,
    /// What is left of Y: TA in bit 1 to TD in bit 4.
    announced: u8,
    index: u8,
    protocol: Option<u8>,
}

impl<'a> InterfaceBytes<'a> {
    pub(super) fn new(atr: &'a [u8], t0: Option<u8>) -> Self {
        let announced = t0.map_or(0, |t0| t0 >> 4);
        Self {
            bytes: atr,
            position: 2,
            announced,
            index: 1,
            protocol: None,
        }
    }

    /// Where the next byte is, or, at the end, the first historical byte.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// How many announced bytes are left: at the end, how many are missing.
    pub(super) fn missing(&self) -> usize {
        usize::try_from(self.announced.count_ones()).unwrap_or(0)
    }
}

impl Iterator for InterfaceBytes<'_> {
    type Item = InterfaceByte;

    fn next(&mut self) -> Option<InterfaceByte> {
        let kind = match self.announced.trailing_zeros() {
            0 => InterfaceByteKind::Ta,
            1 => InterfaceByteKind::Tb,
            2 => InterfaceByteKind::Tc,
            3 => InterfaceByteKind::Td,
            _ => return None,
        };
        let value = *self.bytes.get(self.position)?;
        let byte = InterfaceByte {
            kind,
            index: self.index,
            value,
            protocol: self.protocol,
        };
        self.position += 1;
        self.announced &= self.announced - 1;
        if let Some(t) = byte.offered_protocol() {
            self.announced = value >> 4;
            self.index += 1;
            self.protocol = Some(t);
        }
        Some(byte)
    }
}

impl core::iter::FusedIterator for InterfaceBytes<'_> {}
