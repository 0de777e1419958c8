//! Programs that print the same on each service.

use pcsc_sim::{Card, DemoCard};

pub(crate) const READERS: [&str; 2] = ["Virtual 0 00 00", "Virtual 0 00 01"];

/// SELECT of the demonstration card's application, for opensc-tool, and what that prints for it.
const SELECT: &str = "00:A4:04:00:09:F0:50:43:53:43:2D:53:49:4D:00";
const SELECTED: &str =
    "Sending: 00 A4 04 00 09 F0 50 43 53 43 2D 53 49 4D 00 \nReceived (SW1=0x90, SW2=0x00):\n";

/// Each program, and how its standard output begins; {atr} and {ATR} are the card's answer to reset.
///
/// The wrong PIN comes last: this card's tries outlive a program on pcscd, and begin anew with each on the simulator.
pub(crate) const PROGRAMS: [(&[&str], &str); 5] = [
    (
        &["opensc-tool", "-l"],
        "# Detected readers (pcsc)\nNr.  Card  Features  Name\n0    Yes             Virtual 0 00 00\n\
         1    No              Virtual 0 00 01\n",
    ),
    (&["opensc-tool", "-r", "0", "-a"], "{atr}\n"),
    (
        &[
            "opensc-tool",
            "-r",
            "0",
            "-s",
            SELECT,
            "-s",
            "00:B0:81:00:05",
            "-s",
            "00:20:00:81",
        ],
        "",
    ),
    (&["pcsc_scan", "-r"], "0: Virtual 0 00 00\n1: Virtual 0 00 01\n"),
    (
        &["/usr/bin/python3", PYSCARD, READERS[0]],
        "readers: ['Virtual 0 00 00', 'Virtual 0 00 01']\n\
         session: <Session instance: readerName='Virtual 0 00 00'>\n\
         ATR: {ATR}\nSELECT: 9000\n",
    ),
];

pub(crate) const PYSCARD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pyscard.py");

pub(crate) fn hex(bytes: &[u8], separator: &str) -> String {
    let words: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    words.join(separator)
}

/// Checks what a program of the list has printed.
pub(crate) fn check(words: &[&str], expected: &str, printed: &str) {
    let card = DemoCard::new();
    let expected = expected
        .replace("{atr}", &hex(card.atr(), ":").to_lowercase())
        .replace("{ATR}", &hex(card.atr(), " "));
    assert!(
        printed.starts_with(&expected),
        "{words:?} prints\n{printed}\nnot\n{expected}"
    );
    let parts: &[&str] = match words {
        [_, _, _, "-s", ..] => &[SELECTED, "48 65 6C 6C 6F Hello", "(SW1=0x63, SW2=0xC3)"],
        [_, PYSCARD, ..] => &[
            "\nREAD BINARY: 48 65 6C 6C 6F",
            "\nVERIFY: 63C2\n",
            "\nCardRequest: 3B",
            "\nprotocol: True\n",
        ],
        _ => {
            assert_eq!(printed, expected, "{words:?}");
            &[]
        }
    };
    for part in parts {
        assert!(
            printed.contains(part),
            "{words:?} prints\n{printed}\nwithout {part:?}"
        );
    }
}
