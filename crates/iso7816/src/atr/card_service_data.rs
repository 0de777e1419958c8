//! The card service data byte: how applications are selected and where data objects are.

use core::fmt;

use super::listing::list;

/// The card service data byte.
///
/// From the historical bytes (tag 3), or from the data object 43 of EF.ATR/INFO. `Display` lists what it says.
/// ISO/IEC 7816-4:2013, 12.1.1.5.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::{CardServiceData, DataObjectAccess};
///
/// let services = CardServiceData::new(0x98);
/// assert!(services.selects_by_full_df_name() && services.data_objects_in_ef_atr());
/// assert_eq!(services.access(), Some(DataObjectAccess::ReadBinary));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CardServiceData(u8);

/// The command by which EF.DIR and EF.ATR/INFO are read. ISO/IEC 7816-4:2013, 12.1.1.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataObjectAccess {
    /// READ BINARY: transparent files.
    ReadBinary,
    /// READ RECORD: files of records.
    ReadRecord,
    /// GET DATA: files of data objects.
    GetData,
}

impl CardServiceData {
    /// Takes the byte.
    #[must_use]
    pub const fn new(byte: u8) -> Self {
        Self(byte)
    }

    /// Gives the byte.
    #[must_use]
    pub const fn to_u8(self) -> u8 {
        self.0
    }

    /// Tells whether an application can be selected by its full DF name.
    #[must_use]
    pub const fn selects_by_full_df_name(self) -> bool {
        self.0 & 0x80 != 0
    }

    /// Tells whether an application can be selected by the beginning of its DF name.
    #[must_use]
    pub const fn selects_by_partial_df_name(self) -> bool {
        self.0 & 0x40 != 0
    }

    /// Tells whether EF.DIR has data objects.
    #[must_use]
    pub const fn data_objects_in_ef_dir(self) -> bool {
        self.0 & 0x20 != 0
    }

    /// Tells whether EF.ATR/INFO has data objects.
    #[must_use]
    pub const fn data_objects_in_ef_atr(self) -> bool {
        self.0 & 0x10 != 0
    }

    /// Gives the command by which those two files are read; `None` where the code is reserved.
    #[must_use]
    pub const fn access(self) -> Option<DataObjectAccess> {
        match self.0 >> 1 & 0x07 {
            0b100 => Some(DataObjectAccess::ReadBinary),
            0b000 => Some(DataObjectAccess::ReadRecord),
            0b010 => Some(DataObjectAccess::GetData),
            _ => None,
        }
    }

    /// Tells whether the card has an MF.
    #[must_use]
    pub const fn has_mf(self) -> bool {
        self.0 & 0x01 == 0
    }
}

impl fmt::Display for CardServiceData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let in_files = self.data_objects_in_ef_dir() || self.data_objects_in_ef_atr();
        let read_by = |access| in_files && self.access() == Some(access);
        let says = [
            (self.selects_by_full_df_name(), "application by full name"),
            (self.selects_by_partial_df_name(), "application by partial name"),
            (self.data_objects_in_ef_dir(), "data objects in EF.DIR"),
            (self.data_objects_in_ef_atr(), "data objects in EF.ATR"),
            (read_by(DataObjectAccess::ReadBinary), "read by READ BINARY"),
            (read_by(DataObjectAccess::ReadRecord), "read by READ RECORD"),
            (read_by(DataObjectAccess::GetData), "read by GET DATA"),
            (self.has_mf(), "with MF"),
            (!self.has_mf(), "without MF"),
        ];
        list(f, &says)
    }
}

#[cfg(test)]
mod tests {
    use super::{CardServiceData, DataObjectAccess};

    #[test]
    fn each_bit() {
        for bit in 0..8 {
            let services = CardServiceData::new(1 << bit);
            assert_eq!(services.selects_by_full_df_name(), bit == 7);
            assert_eq!(services.selects_by_partial_df_name(), bit == 6);
            assert_eq!(services.data_objects_in_ef_dir(), bit == 5);
            assert_eq!(services.data_objects_in_ef_atr(), bit == 4);
            assert_eq!(services.has_mf(), bit != 0);
            let access = match bit {
                1 => None,
                2 => Some(DataObjectAccess::GetData),
                3 => Some(DataObjectAccess::ReadBinary),
                _ => Some(DataObjectAccess::ReadRecord),
            };
            assert_eq!(services.access(), access, "{bit}");
            assert_eq!(services.to_u8(), 1 << bit);
        }
    }
}
