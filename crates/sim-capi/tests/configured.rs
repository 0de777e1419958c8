//! What a configuration describes, and what the environment says, as a program in C meets it.
//!
//! `cargo xtask test sim-clients` builds the library and runs this.
#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "each test program uses its own part")]
mod simulated;

use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::{Duration, Instant};

use simulated::library;
use simulated::program::{Program, succeeded};

const READER: &str = "[[reader]]\nname = \"Simulated Reader 00 00\"\ncard.kind = \"demo\"\n";

/// Commands to the demonstration card: its application, its PIN right and wrong, the file that the PIN opens, and a file of
/// the application.
const SELECT: &str = "t|X|00A4040C09F0504353432D53494D";
const VERIFY: &str = "t|X|0020008106313233343536";
const VERIFY_WRONG: &str = "t|X|002000810431323334";
const TRIES_LEFT: &str = "t|X|00200081";
const READ_SECRET: &str = "t|X|00B0850002";
const READ_GREETING: &str = "t|X|00B0810005";

const SUCCESS: &str = "transmit 00000000 9000";

/// What `calls.c` prints for these steps, line by line.
fn calls(config: &str, steps: &[&str]) -> Vec<String> {
    lines(&Program::compiled("calls", &library(), &[]).stdout(config, steps))
}

/// What it prints for steps of which some have to come before an event: with times that are so many times as long, where the
/// program says by its status that one came too late.
fn calls_in_time(config: impl Fn(u32) -> String, steps: &[&str]) -> Vec<String> {
    const LATE: Option<i32> = Some(75);
    let program = Program::compiled("calls", &library(), &[]);
    for times in [1, 2, 4, 8] {
        let longer = format!("x|{times}");
        let steps = [&[&*longer], steps].concat();
        let output = program.command(&config(times), &[], &steps).output().unwrap();
        if output.status.code() != LATE {
            return lines(&succeeded(&output));
        }
    }
    panic!("a step comes too late, whatever its time");
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// Case 32: two programs, one after the other.
#[test]
fn a_card_forgets_what_needs_power_after_the_period_and_not_before() {
    let after = |period: &str, pause| {
        let config = format!("power_off_after_ms = {period}\n{READER}");
        let first = [
            "e|A",
            "c|A|X|Simulated Reader 00 00",
            SELECT,
            VERIFY,
            "d|X",
            "r|A",
            pause,
        ];
        let second = ["e|B", "c|B|X|Simulated Reader 00 00", SELECT, READ_SECRET];
        let printed = calls(&config, &[&first[..], &second[..]].concat());
        assert_eq!(printed[3], SUCCESS);
        printed.last().unwrap().clone()
    };
    let (kept, forgotten) = ("transmit 00000000 4F6E9000", "transmit 00000000 6982");
    assert_eq!(after("30000", "p|1"), kept);
    assert_eq!(after("200", "p|400"), forgotten);
    assert_eq!(after("0", "p|0"), forgotten);
    assert_eq!(after("\"never\"", "p|400"), kept);
}

#[test]
fn a_card_loses_its_power_at_an_event_where_nobody_is_connected() {
    // The other reader comes after it.
    let config = |times| {
        format!(
            "power_off_after_ms = \"never\"\n{READER}event = [{{ after_ms = {0}, action = \"power_off\" }}]\n\
             [[reader]]\nname = \"after\"\nplugged = false\nevent = [{{ after_ms = {0}, action = \"plug\" }}]\n",
            1500 * times
        )
    };
    let connect = "c|A|X|Simulated Reader 00 00";
    let steps = [
        "e|A",
        connect,
        SELECT,
        "d|X",
        "b|1500",
        "n|A|2",
        connect,
        READ_GREETING,
    ];
    assert_eq!(
        calls_in_time(config, &steps)[4..],
        ["count 2", "connect 00000000", "transmit 00000000 6A82"]
    );
    let connected = ["e|A", connect, SELECT, "b|1500", "n|A|2", READ_GREETING];
    assert_eq!(
        calls_in_time(config, &connected)[3..],
        ["count 2", "transmit 00000000 48656C6C6F9000"]
    );
}

#[test]
fn a_reader_goes_and_comes_back_with_its_card() {
    let config = |times| {
        format!(
            "[[reader]]\nname = \"one\"\ncard.kind = \"demo\"\n\
             event = [{{ after_ms = {0}, action = \"unplug\" }}, {{ after_ms = {1}, action = \"plug\" }}]\n\
             [[reader]]\nname = \"two\"\nplugged = false\ncard.kind = \"mute\"\n\
             event = [{{ after_ms = {1}, action = \"plug\" }}]\n",
            2000 * times,
            3500 * times
        )
    };
    let steps = [
        "e|A",
        "l|A",
        "c|A|X|one",
        SELECT,
        VERIFY_WRONG,
        // As much time again for the call itself.
        "g|A|one|1000",
        "a|2000",
        "s|A|one",
        READ_GREETING,
        "b|3500",
        "n|A|2",
        "a|3500",
        "l|A",
        READ_GREETING,
        "c|A|X|one",
        READ_GREETING,
        SELECT,
        TRIES_LEFT,
    ];
    // The connection from before is an odd number to the service, and the card has lost its power, but not what it counts.
    let expected = "establish 00000000\nlist 00000000 [one]\nconnect 00000000\n\
        transmit 00000000 9000\ntransmit 00000000 63C2\nchange 00000000\nstate 80100009 0000\n\
        transmit 80100011 \ncount 2\nlist 00000000 [one] [two]\ntransmit 80100011 \nconnect 00000000\n\
        transmit 00000000 6A82\ntransmit 00000000 9000\ntransmit 00000000 63C2\n";
    assert_eq!(calls_in_time(config, &steps), lines(expected));
}

/// What is done with a reader that is not there is there with it.
#[test]
fn a_card_that_comes_or_goes_while_the_reader_is_not_there_has_done_so_when_it_comes_back() {
    let config = "[[reader]]\nname = \"one\"\nplugged = false\n\
        event = [{ after_ms = 0, action = \"insert\", card.kind = \"demo\" }, { after_ms = 1, action = \"plug\" }]\n\
        [[reader]]\nname = \"two\"\nplugged = false\ncard.kind = \"mute\"\n\
        event = [{ after_ms = 0, action = \"insert\", card.kind = \"demo\" },\n\
        { after_ms = 0, action = \"remove\" }, { after_ms = 1, action = \"plug\" }]\n";
    let steps = ["e|A", "n|A|2", "c|A|X|one", SELECT, "c|A|Y|two"];
    let expected = ["connect 00000000", SUCCESS, "connect 8010000C"];
    assert_eq!(calls(config, &steps)[2..], expected);
}

#[test]
fn a_mute_card_is_there_and_no_program_gets_to_it() {
    let config = "[[reader]]\nname = \"one\"\ncard.kind = \"mute\"\n";
    // SCARD_STATE_MUTE, SCARD_STATE_PRESENT, SCARD_STATE_CHANGED; SCARD_W_UNPOWERED_CARD.
    assert_eq!(
        calls(config, &["e|A", "s|A|one", "c|A|X|one"])[1..],
        ["state 00000000 0222", "connect 80100067"]
    );
}

#[test]
fn a_slow_card_takes_its_time_for_each_command() {
    let config = "[[reader]]\nname = \"one\"\ncard = { kind = \"demo\", delay_ms = 300 }\n";
    let start = Instant::now();
    let printed = calls(config, &["e|A", "c|A|X|one", SELECT, READ_GREETING]);
    assert!(start.elapsed() >= Duration::from_millis(600));
    assert_eq!(printed[2..], [SUCCESS, "transmit 00000000 48656C6C6F9000"]);
}

#[test]
fn a_service_ends_for_its_contexts_and_comes_back_for_new_ones() {
    let config = |times| {
        format!(
            "[[reader]]\nname = \"one\"\ncard.kind = \"demo\"\n\
             [[event]]\nafter_ms = {}\naction = \"stop\"\n[[event]]\nafter_ms = {}\naction = \"start\"\n",
            1500 * times,
            2500 * times
        )
    };
    let steps = [
        "e|A",
        "c|A|X|one",
        // It has to wait when the service ends: there is as much time again for that.
        "g|A|one|750",
        "a|1500",
        READ_GREETING,
        "l|A",
        "e|B",
        "b|2500",
        "u",
        "a|2500",
        "l|A",
        "d|X",
        "v|A",
        "r|A",
        "v|A",
        "e|B",
        "c|B|X|one",
        SELECT,
    ];
    // Who waits is told that the answer did not come, SCARD_F_COMM_ERROR, and all others that there is no service.
    let expected = "establish 00000000\nconnect 00000000\nchange 80100013\ntransmit 8010001D \n\
        list 8010001D\nestablish 8010001D untouched\nlist 8010001D\ndisconnect 8010001D\nvalid 00000000\n\
        release 8010001D\nvalid 80100003\nestablish 00000000\nconnect 00000000\ntransmit 00000000 9000\n";
    assert_eq!(calls_in_time(config, &steps), lines(expected));
}

/// Case 37.
#[test]
fn where_the_environment_names_no_socket_there_is_no_service() {
    let program = Program::compiled("calls", &library(), &[]);
    let establish = |name: Option<&str>| {
        let mut command = program.command(READER, &[], &["e|A"]);
        if let Some(name) = name {
            command.env("PCSCLITE_CSOCK_NAME", name);
        }
        succeeded(&command.output().unwrap())
    };
    assert_eq!(establish(None), "establish 00000000\n");
    // As with pcsc-lite, which looks first, and then tries to connect.
    assert_eq!(
        establish(Some("/no/such/socket")),
        "establish 8010001D untouched\n"
    );
    assert_eq!(establish(Some("")), "establish 8010001D untouched\n");
    assert_eq!(establish(Some("/")), "establish 8010001D 0\n");
    assert_eq!(establish(Some("cards.toml")), "establish 8010001D 0\n");
    // Whatever serves a socket is not asked.
    let path = program.folder().join("socket");
    let socket = UnixListener::bind(&path).unwrap();
    socket.set_nonblocking(true).unwrap();
    assert_eq!(establish(path.to_str()), "establish 00000000\n");
    assert!(socket.accept().is_err());
}

/// Case 37: the same by the system's library.
#[test]
fn the_systems_library_says_the_same_where_there_is_no_socket() {
    let program = Program::compiled("calls", &library(), &[]);
    let file = program.folder().join("cards.toml");
    for name in ["/no/such/socket", "", "/", file.to_str().unwrap()] {
        let establish = |folder: Option<&Path>| {
            let mut command = program.command(READER, &[], &["e|A"]);
            command
                .env("PCSCLITE_CSOCK_NAME", name)
                .env_remove("LD_LIBRARY_PATH");
            if let Some(folder) = folder {
                command.env("LD_LIBRARY_PATH", folder);
            }
            succeeded(&command.output().unwrap())
        };
        assert_eq!(establish(Some(program.folder())), establish(None), "{name:?}");
    }
}

/// Case 38.
#[test]
fn a_relative_path_counts_from_the_folder_in_which_the_program_was_started() {
    let program = Program::compiled("calls", &library(), &[]);
    let mut command = program.command(READER, &[], &["k|/", "e|A", "l|A"]);
    command.env("PCSC_SIM_CONFIG", "cards.toml");
    assert_eq!(
        succeeded(&command.output().unwrap()),
        "establish 00000000\nlist 00000000 [Simulated Reader 00 00]\n"
    );
}
