//! Other people's programs on the library, and on the real service with the same card.
//!
//! `cargo xtask test sim-clients` builds the library and runs this.
#![cfg(target_os = "linux")]

#[path = "../../../tests/example/mod.rs"]
mod example;
#[allow(dead_code, reason = "each test program uses its own part")]
mod simulated;

use std::process::Command;
use std::ptr;

use pcsc_sim::{Card, DemoCard};
use private_pcscd::Pcscd;
use simulated::others::{PROGRAMS, PYSCARD, READERS, check, hex};
use simulated::{Simulated, Way, library, run, stdout};

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
         { after_ms = 7000, action = \"insert\", card.kind = \"demo\" },\n{ after_ms = 9000, action = \"remove\" },\n\
         { after_ms = 13000, action = \"insert\", card.kind = \"demo\" },\n{ after_ms = 21000, action = \"remove\" },\n\
         { after_ms = 29000, action = \"insert\", card.kind = \"demo\" },\n{ after_ms = 45000, action = \"remove\" },\n]\n",
    );
    // Who comes too late for one card, or to it, finds the next one, which stays longer.
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
    let example = include_str!("../../sim/examples/simulator.toml");
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

/// Case 38: the place in OpenSC's file where the library's path counts.
#[test]
fn opensc_opens_the_library_that_its_configuration_names() {
    let simulated = Simulated::new("[[reader]]\nname = \"Virtual 0 00 00\"\ncard.kind = \"demo\"\n");
    let path = simulated.folder().join("opensc.conf");
    let library = library();
    let text = format!(
        "app default {{\n\treader_driver pcsc {{\n\t\tprovider_library = {};\n\t}}\n}}\n",
        library.display()
    );
    std::fs::write(&path, text).unwrap();
    let variable = format!("OPENSC_CONF={}", path.display());
    let printed = stdout(
        &["env", &variable, "opensc-tool", "-l"],
        &Way::System,
        Some(simulated.config()),
    );
    assert!(
        printed.ends_with("0    Yes             Virtual 0 00 00\n"),
        "{printed}"
    );
}

/// Case 38: GnuPG's daemon for cards.
#[test]
fn scdaemon_opens_the_library_that_its_configuration_names() {
    let simulated = Simulated::new("[[reader]]\nname = \"Virtual 0 00 00\"\ncard.kind = \"demo\"\n");
    let folder = simulated.folder();
    let options = format!("pcsc-driver {}\ndisable-ccid\n", library().display());
    std::fs::write(folder.join("scdaemon.conf"), options).unwrap();
    let script = format!(
        "printf 'SERIALNO undefined\\nGETINFO reader_list\\nAPDU 00A4040C09F0504353432D53494D\\n\
         APDU 00B0810005\\nBYE\\n' | GNUPGHOME={0} /usr/lib/gnupg/scdaemon --server --options {0}/scdaemon.conf",
        folder.display()
    );
    let output = run(&["sh", "-c", &script], &Way::System, Some(simulated.config()));
    let printed = String::from_utf8_lossy(&output.stdout);
    for part in ["\nS SERIALNO ", "\nD Virtual 0 00 00%0A\n", "\nD Hello"] {
        assert!(printed.contains(part), "{printed}\nis without {part:?}");
    }
}

/// Case 38: Debian's Java, which is linked to pcsc-lite's library.
#[test]
fn java_prints_the_readers_and_what_the_card_says() {
    let simulated = Simulated::new("[[reader]]\nname = \"Virtual 0 00 00\"\ncard.kind = \"demo\"\n");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/Readers.java");
    let printed = simulated.stdout(&["/usr/lib/jvm/default-java/bin/java", source]);
    assert_eq!(printed, "[Virtual 0 00 00]\nT=1\n9000\nHello\n");
}

/// Case 38: a program that opens the name without a version.
#[test]
fn a_program_that_opens_the_development_name_needs_a_link_of_that_name() {
    let simulated = Simulated::new("[[reader]]\nname = \"Virtual 0 00 00\"\n");
    let script = "import ctypes; pcsc = ctypes.CDLL('libpcsclite.so'); context = ctypes.c_long(); \
                  size = ctypes.c_ulong(200); names = ctypes.create_string_buffer(200); \
                  pcsc.SCardEstablishContext(2, None, None, ctypes.byref(context)); \
                  pcsc.SCardListReaders(context, None, names, ctypes.byref(size)); print(names.value.decode())";
    let way = Way::LinkedFolder(simulated.folder());
    let printed = stdout(
        &["/usr/bin/python3", "-c", script],
        &way,
        Some(simulated.config()),
    );
    assert_eq!(printed, "Virtual 0 00 00\n");
}

/// Case 38: a Rust program, by pcsc-sys.
#[test]
fn a_rust_program_opens_the_library_by_its_path() {
    let library = library();
    // SAFETY: the library's functions are the C functions of their names.
    let provider = unsafe { pcsc_sys::Provider::load(&library) }.unwrap();
    let (mut context, mut names, mut len) = (0, [0; 64], 64);
    let functions = provider.functions();
    // SAFETY: the pointers are null, or those of locals that outlive the call.
    let opened = unsafe { (functions.SCardEstablishContext)(2, ptr::null(), ptr::null(), &mut context) };
    assert_eq!(opened, pcsc_sys::SCARD_S_SUCCESS);
    // SAFETY: as above, and the buffer is as long as the length says.
    let listed = unsafe { (functions.SCardListReaders)(context, ptr::null(), names.as_mut_ptr(), &mut len) };
    assert_eq!((listed, len), (pcsc_sys::SCARD_S_SUCCESS, 24));
    // SAFETY: the context is open.
    assert_eq!(unsafe { (functions.SCardReleaseContext)(context) }, 0);
}

/// The same text as on Windows, where the test `winscard` compares it.
#[test]
fn the_example_of_a_session_prints_what_it_prints_on_windows() {
    let mut program = example::example("session");
    for name in simulated::ENVIRONMENT
        .iter()
        .filter(|name| !name.starts_with("LD_"))
    {
        program.env_remove(name);
    }
    let output = program
        .arg("--system")
        .env("LD_PRELOAD", library())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed, include_str!("session_example.txt"));
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
