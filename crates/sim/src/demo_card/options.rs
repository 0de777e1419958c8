//! What a card can do, and the answer to reset that says so.

use pcsc_iso7816::command::Form;
use pcsc_iso7816::ef_atr::{ExtendedLengthInformation, tags};
use pcsc_iso7816::tlv::ber::Writer;

/// The transmission protocols that the answer to reset offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocols {
    T0,
    T1,
    T0AndT1,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    pub(super) protocols: Protocols,
    pub(super) extended_length: bool,
    pub(super) chaining: bool,
    pub(super) get_response: bool,
    /// `None`: as the protocol has it.
    pub(super) exact_le: Option<bool>,
    /// The most bytes of data in one answer.
    pub(super) round: usize,
    /// 1 to 20, the basic channel included.
    pub(super) channels: u8,
}

impl Options {
    pub(super) const ALL: Self = Self {
        protocols: Protocols::T1,
        extended_length: true,
        chaining: true,
        get_response: true,
        exact_le: None,
        round: usize::MAX,
        channels: 20,
    };

    /// On T=0 extended lengths would come in ENVELOPE, which the card does not have.
    pub(super) fn extended_length(&self) -> bool {
        self.extended_length && self.protocols != Protocols::T0
    }

    /// On T=0 the card sends as many bytes as the reader asked for, no fewer.
    pub(super) fn exact_le(&self) -> bool {
        self.exact_le.unwrap_or(self.protocols == Protocols::T0)
    }

    /// The card capabilities. ISO/IEC 7816-4:2013, 12.1.1.9.
    pub(super) fn capabilities(&self) -> [u8; 3] {
        // DF by full name, partial name, path, file identifier; short EF identifiers; record numbers.
        const SELECTION: u8 = 0xF6;
        // Data units of one byte; what a write does is the card's own way.
        const DATA_CODING: u8 = 0x21;
        let mut commands = (self.channels - 1).min(7);
        for (has, bits) in [
            (self.chaining, 0x80),
            (self.extended_length(), 0x40 | 0x20),
            (self.channels > 1, 0x10 | 0x08),
        ] {
            if has {
                commands |= bits;
            }
        }
        [SELECTION, DATA_CODING, commands]
    }

    /// The answer to reset. ISO/IEC 7816-3:2006, 8.2; ISO/IEC 7816-4:2013, 12.1.1.
    pub(super) fn atr(&self) -> Vec<u8> {
        // Applications by full and by partial name; EF.DIR and EF.ATR are there and READ BINARY reads them; an MF.
        const CARD_SERVICE_DATA: u8 = 0xF8;
        let [selection, data_coding, commands] = self.capabilities();
        let historical = [
            0x80,
            0x31,
            CARD_SERVICE_DATA,
            0x73,
            selection,
            data_coding,
            commands,
            0x82,
            0x90,
            0x00,
        ];
        let interface: &[u8] = match self.protocols {
            Protocols::T0 => &[0x0A],
            Protocols::T1 => &[0x8A, 0x01],
            Protocols::T0AndT1 => &[0x8A, 0x80, 0x01],
        };
        let mut atr = [&[0x3B], interface, &historical].concat();
        if self.protocols != Protocols::T0 {
            atr.push(atr[1..].iter().fold(0, |tck, byte| tck ^ byte));
        }
        atr
    }

    /// The contents of EF.ATR: card capabilities and, of extended length, the longest command and answer.
    ///
    /// ISO/IEC 7816-4:2013, 12.7.1.
    pub(super) fn ef_atr(&self) -> Vec<u8> {
        let mut contents = Vec::new();
        let mut writer = Writer::appending(&mut contents);
        let mut written = writer.object(tags::CARD_CAPABILITIES, &self.capabilities());
        if self.extended_length() {
            // The longest response has a status word behind its data.
            let longest_response = Form::Extended.max_ne() + 2;
            let lengths = ExtendedLengthInformation::new(Form::Extended.max_len(), longest_response);
            written = written.and_then(|writer| lengths.write(writer));
        }
        written.expect("these are tags, and their values are short");
        contents
    }
}
