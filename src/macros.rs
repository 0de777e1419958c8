//! What the headers say in macros that bindgen cannot read.

use crate::{DWORD, SCARD_IO_REQUEST, SCARD_PROTOCOL_RAW, SCARD_PROTOCOL_T0, SCARD_PROTOCOL_T1, ULONG};

/// Given as a buffer's length, asks the service to allocate the buffer; `SCardFreeMemory` frees it.
///
/// # Platform notes
/// macOS has neither.
pub const SCARD_AUTOALLOCATE: DWORD = DWORD::MAX;

/// Makes a control code for [`SCardControl`](crate::SCardControl) of a reader's function number.
///
/// # Platform notes
/// `0x42000000 + code` with pcsc-lite and on macOS, `0x00310000 | code << 2` on Windows.
///
/// # Examples
/// ```
/// assert_eq!(pcsc_sys::SCARD_CTL_CODE(3400), pcsc_sys::CM_IOCTL_GET_FEATURE_REQUEST);
/// ```
#[must_use]
pub const fn SCARD_CTL_CODE(code: DWORD) -> DWORD {
    if cfg!(windows) {
        0x0031_0000 | (code << 2)
    } else {
        0x4200_0000 + code
    }
}

/// Makes an attribute's identifier of its class and its tag.
///
/// # Examples
/// ```
/// use pcsc_sys::{SCARD_ATTR_VALUE, SCARD_ATTR_VENDOR_NAME, SCARD_CLASS_VENDOR_INFO};
///
/// assert_eq!(SCARD_ATTR_VALUE(SCARD_CLASS_VENDOR_INFO, 0x0100), SCARD_ATTR_VENDOR_NAME);
/// ```
#[must_use]
pub const fn SCARD_ATTR_VALUE(class: ULONG, tag: ULONG) -> ULONG {
    (class << 16) | tag
}

/// Asks a reader for its features: the answer is a list of [`PCSC_TLV_STRUCTURE`](crate::PCSC_TLV_STRUCTURE),
/// each a `FEATURE_*` tag and the control code to use for it, in big-endian order (PC/SC part 10, 2.2).
pub const CM_IOCTL_GET_FEATURE_REQUEST: DWORD = SCARD_CTL_CODE(3400);

const fn pci(protocol: DWORD) -> SCARD_IO_REQUEST {
    SCARD_IO_REQUEST {
        dwProtocol: protocol,
        cbPciLength: size_of::<SCARD_IO_REQUEST>() as DWORD,
    }
}

/// The protocol control information for T=0, as [`SCardTransmit`](crate::SCardTransmit) takes it.
///
/// [`SCardTransmit`](crate::SCardTransmit) reads only its two fields, so this crate's own structure serves
/// with every library and in every mode.
pub static g_rgSCardT0Pci: SCARD_IO_REQUEST = pci(SCARD_PROTOCOL_T0);

/// The protocol control information for T=1, as [`SCardTransmit`](crate::SCardTransmit) takes it.
pub static g_rgSCardT1Pci: SCARD_IO_REQUEST = pci(SCARD_PROTOCOL_T1);

/// The protocol control information for the raw protocol, as [`SCardTransmit`](crate::SCardTransmit) takes it.
pub static g_rgSCardRawPci: SCARD_IO_REQUEST = pci(SCARD_PROTOCOL_RAW);

/// The address of [`g_rgSCardT0Pci`].
pub const SCARD_PCI_T0: *const SCARD_IO_REQUEST = &raw const g_rgSCardT0Pci;
/// The address of [`g_rgSCardT1Pci`].
pub const SCARD_PCI_T1: *const SCARD_IO_REQUEST = &raw const g_rgSCardT1Pci;
/// The address of [`g_rgSCardRawPci`].
pub const SCARD_PCI_RAW: *const SCARD_IO_REQUEST = &raw const g_rgSCardRawPci;
