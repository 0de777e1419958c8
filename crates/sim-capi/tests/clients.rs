//! Other people's programs on the library, and on the real service with the same card.
//!
//! `cargo xtask test sim-clients` builds the library and runs this.
#![cfg(target_os = "linux")]

mod simulated;

use std::process::Command;

use pcsc_sim::{Card, DemoCard};
use private_pcscd::Pcscd;
use simulated::{Simulated, Way, library, run, stdout};

const READERS: [&str; 2] = ["Virtual 0 00 00", "Virtual 0 00 01"];

/// SELECT of the demonstration card's application, for opensc-tool, and what that prints for it.
const SELECT: &str = "00:A4:04:00:09:F0:50:43:53:43:2D:53:49:4D:00";
const SELECTED: &str =
    "Sending: 00 A4 04 00 09 F0 50 43 53 43 2D 53 49 4D 00 \nReceived (SW1=0x90, SW2=0x00):\n";

/// Each program, and how its standard output begins; {atr} and {ATR} are the card's answer to reset.
///
/// The wrong PIN comes last: this card's tries outlive a program on pcscd, and begin anew with each on the simulator.
const PROGRAMS: [(&[&str], &str); 5] = [
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

const PYSCARD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pyscard.py");

fn hex(bytes: &[u8], separator: &str) -> String {
    let words: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    words.join(separator)
}

/// Checks what a program of the list has printed.
fn check(words: &[&str], expected: &str, printed: &str) {
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

#[test]
fn programs_print_on_the_simulator_what_they_print_on_pcscd() {
    let simulated = Simulated::new(
        "[[reader]]\nname = \"Virtual 0 00 00\"\ncard.kind = \"demo\"\n[[reader]]\nname = \"Virtual 0 00 01\"\n",
    );
    let pcscd = Pcscd::start(2).unwrap();
    assert_eq!(pcscd.reader_names(), READERS);
    let _card = pcscd.insert(0, DemoCard::new()).unwrap();
    let script = "import sys; from smartcard.CardRequest import CardRequest; \
                  CardRequest(timeout=50, readers=[sys.argv[1]]).waitforcard()";
    stdout(
        &["/usr/bin/python3", "-c", script, READERS[0]],
        &Way::System,
        None,
    );
    for (words, expected) in PROGRAMS {
        let printed = simulated.stdout(words);
        check(words, expected, &printed);
        assert_eq!(stdout(words, &Way::System, None), printed, "{words:?}");
        println!("{} prints the same", words.join(" "));
    }
}

#[test]
fn a_python_program_waits_for_a_card_and_sees_it_go() {
    let simulated = Simulated::new(
        "[[reader]]\nname = \"Virtual 0 00 00\"\ncard.kind = \"demo\"\n[[reader]]\nname = \"Virtual 0 00 01\"\n\
         event = [\n{ after_ms = 3000, action = \"insert\", card.kind = \"demo\" },\n\
         { after_ms = 5000, action = \"remove\" },\n\
         { after_ms = 7000, action = \"insert\", card.kind = \"demo\" },\n{ after_ms = 9000, action = \"remove\" },\n]\n",
    );
    let printed = simulated.stdout(&["/usr/bin/python3", PYSCARD, READERS[0], READERS[1]]);
    for part in [
        "\nnew card: 3B",
        "\nCardMonitor, inserted: True\n",
        "\nCardMonitor, removed: True\n",
    ] {
        assert!(printed.contains(part), "{printed}\nis without {part:?}");
    }
}

#[test]
fn without_a_configuration_there_is_one_reader_with_the_demo_card() {
    let library = library();
    let way = Way::Preloaded(&library);
    assert_eq!(
        stdout(&["pcsc_scan", "-r"], &way, None),
        "0: Simulated Reader 00 00\n"
    );
    let atr = hex(DemoCard::new().atr(), ":").to_lowercase();
    assert_eq!(stdout(&["opensc-tool", "-a"], &way, None), format!("{atr}\n"));
}

#[test]
fn the_example_configuration_runs() {
    let example = include_str!("../examples/simulator.toml");
    let printed = Simulated::new(example).stdout(&["opensc-tool", "-r", "1", "-s", "00:CA:01:01:00"]);
    assert!(printed.contains("(SW1=0x90, SW2=0x00):\n01 02 03"), "{printed}");
}

#[test]
fn a_malformed_configuration_gives_an_error_and_its_reason_once() {
    let simulated =
        Simulated::new("[[reader]]\nname = \"a\"\ncard = { kind = \"scripted\", atr = \"3B 02\" }\n");
    let library = library();
    for way in [Way::LinkedFolder(simulated.folder()), Way::Preloaded(&library)] {
        let output = run(&["pcsc_scan", "-r"], &way, Some(simulated.config()));
        assert!(!output.status.success());
        let shown = String::from_utf8_lossy(&output.stderr);
        let place = format!(
            "libpcsc_sim: {}:3:35: no valid answer to reset",
            simulated.config().display()
        );
        assert_eq!(shown.matches(&place).count(), 1, "{shown}");
    }
}

/// A connection of the parent's would be in its way for ever.
#[test]
fn a_forked_process_has_readers_of_its_own() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fork.py");
    let simulated = Simulated::new("[[reader]]\nname = \"Simulated Reader 00 00\"\ncard.kind = \"demo\"\n");
    let printed = simulated.stdout(&["/usr/bin/python3", script]);
    let printed: Vec<_> = printed.split_whitespace().collect();
    let used = "establish 00000000 connect 00000000 begin 00000000";
    // The parent's own connection is still there, and ends.
    let expected = format!(
        "{used} {used} {used} ended 0 ended 0 establish 00000000 connect 8010000B end 00000000 00000000"
    );
    assert_eq!(printed.join(" "), expected);
}

#[test]
fn the_library_exports_what_pcsclite_exports() {
    let library = library();
    let library = library.to_str().unwrap();
    let listed = Command::new("nm")
        .args(["-D", "--defined-only", library])
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let mut exported: Vec<_> = listed
        .lines()
        .filter_map(|line| line.split_whitespace().nth(2))
        .collect();
    let mut expected = pcsc_sys::Functions::NAMES.to_vec();
    expected.extend(["g_rgSCardT0Pci", "g_rgSCardT1Pci", "g_rgSCardRawPci"]);
    exported.sort_unstable();
    expected.sort_unstable();
    assert_eq!(exported, expected);
    let dynamic = Command::new("readelf").args(["-d", library]).output().unwrap();
    let dynamic = String::from_utf8(dynamic.stdout).unwrap();
    assert!(
        dynamic.contains("soname: [libpcsclite.so.1]") && dynamic.contains("NODELETE"),
        "{dynamic}"
    );
    assert!(!dynamic.contains("Shared library: [libpcsclite"), "{dynamic}");
}
