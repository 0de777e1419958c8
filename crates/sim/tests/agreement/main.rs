//! The simulated service and pcscd, call by call: the same programs, and every code and every value that they get.
//!
//! Each program is a function on a [`Recorder`]. It runs on the simulator and on a private pcscd with vsmartcard's virtual
//! readers, and the two records must be the same. pcscd's are in `records`, for the simulator to be compared with where
//! there is no pcscd: with PCSC_SIM_RECORD set, a run against pcscd 1.9.9 writes them.
// What agrees is what pcscd does. On Windows the simulator does as winscard does where the two differ, and the records have
// pcsc-lite's numbers, of other widths there.
#![cfg(target_os = "linux")]

mod availability;
mod backend;
mod buffers;
mod connecting;
mod exchange;
mod limits;
mod power;
mod recorder;
mod removal;
mod service;
mod status_change;
mod transactions;

use backend::Backend;
use private_pcscd::Pcscd;
use recorder::Recorder;
use std::path::PathBuf;

fn run(program: fn(&mut Recorder), backend: Backend) -> Vec<String> {
    let mut recorder = Recorder::new(backend);
    program(&mut recorder);
    recorder.finish()
}

/// Where the record is that pcscd has given for a program.
fn file(name: &str) -> PathBuf {
    let name = format!("tests/agreement/records/{name}.txt");
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A record without the numbers of lines, which change with the programs' text alone.
fn kept(record: &[String]) -> String {
    let what = |line: &String| match line.strip_prefix("line ").and_then(|line| line.split_once(": ")) {
        Some((_, what)) => format!("{what}\n"),
        None => format!("{line}\n"),
    };
    record.iter().map(what).collect()
}

/// Runs a program on the simulator alone, and compares what it recorded with what pcscd has given.
fn run_on_simulator(name: &str, program: fn(&mut Recorder), backend: fn() -> Backend) {
    let simulated = run(program, backend());
    let path = file(name);
    let real = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(
        kept(&simulated) == real,
        "{}",
        differences(&lines(&real), &simulated)
    );
}

/// What the client without a library does otherwise than libpcsclite, on purpose: the program, and what it is. Its records
/// are in `records/natively`.
#[cfg(feature = "native")]
const OTHERWISE: &[(&str, &str)] = &[
    (
        "limits-cancelling_at_the_limit",
        "a cancellation takes no place for a program, so that none is refused",
    ),
    (
        "limits-too_many_of_a_context",
        "a connection that was refused has no number",
    ),
    (
        "status_change-wrong_arguments",
        "an array may have more than 16 readers",
    ),
];

/// Runs a program on pcscd, without libpcsclite, and compares what it recorded with what it gets by that.
#[cfg(feature = "native")]
fn run_natively(name: &str, program: fn(&mut Recorder)) {
    let version = Pcscd::version().unwrap();
    if is_known_to_differ(SERVICES, name, &version) {
        return;
    }
    let native = run(program, Backend::native());
    let read = |name: &str| {
        let path = file(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let by_library = read(name);
    let otherwise = OTHERWISE.iter().find(|(program, _)| *program == name);
    let expected = otherwise.map_or(by_library.clone(), |(_, what)| {
        println!("{what}");
        let own = format!("natively/{name}");
        if version == VERSION && std::env::var_os("PCSC_SIM_RECORD").is_some() {
            std::fs::write(file(&own), kept(&native)).unwrap();
        }
        read(&own)
    });
    assert!(
        kept(&native) == expected,
        "{}",
        differences(&lines(&expected), &native)
    );
    assert_eq!(
        expected == by_library,
        otherwise.is_none(),
        "this is the same now"
    );
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// The version of pcscd that the simulator follows, and that gave the records.
const VERSION: &str = "1.9.9";

/// Versions of pcsc-lite beside the simulator's.
enum Versions {
    From([u32; 2]),
    UpTo([u32; 3]),
}

impl Versions {
    fn have(&self, version: &str) -> bool {
        let numbers: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
        match self {
            Self::From(first) => numbers[..] >= first[..],
            Self::UpTo(last) => numbers[..] <= last[..],
        }
    }
}

/// What versions of the service do otherwise: the program, the versions, and what it is.
const SERVICES: &[(&str, Versions, &str)] = &[
    ("status_change-pseudo_reader", Versions::From([2, 3]), COUNTED),
    (
        "connecting-direct_then_shared",
        Versions::UpTo([1, 9, 1]),
        RECONNECTED,
    ),
    (
        "connecting-direct_without_card",
        Versions::UpTo([1, 9, 1]),
        RECONNECTED,
    ),
    (
        "connecting-protocols_of_both",
        Versions::UpTo([1, 9, 1]),
        RECONNECTED,
    ),
    (
        "connecting-protocols_of_t0",
        Versions::UpTo([1, 9, 1]),
        RECONNECTED,
    ),
    ("connecting-reconnecting", Versions::UpTo([1, 9, 1]), RECONNECTED),
    (
        "removal-removed_then_reset",
        Versions::UpTo([1, 9, 1]),
        RECONNECTED,
    ),
];

/// Both ends have to know of it.
const COUNTED: &str = "the pseudo-reader's events are counted";

/// pcscd sends what it has not set.
const RECONNECTED: &str = "a reconnection that fails tells any protocol";

/// What versions of the library do otherwise.
const LIBRARIES: &[(&str, Versions, &str)] = &[
    ("status_change-pseudo_reader", Versions::From([2, 3]), COUNTED),
    (
        "status_change-wrong_arguments",
        Versions::From([2, 5]),
        "a question may name more than 16 readers",
    ),
    (
        "limits-cancelling_at_the_limit",
        Versions::UpTo([1, 9, 1]),
        REFUSED,
    ),
    ("limits-too_many_contexts", Versions::UpTo([1, 9, 1]), REFUSED),
];

/// pcscd closes the connection, and the library does not tell that from other ends.
const REFUSED: &str = "a client too many may get SCARD_F_COMM_ERROR, too";

/// Tells whether a program is known to do otherwise with this version, and says so.
fn is_known_to_differ(known: &[(&str, Versions, &str)], name: &str, version: &str) -> bool {
    let is_it = |(program, versions, _): &&(&str, Versions, &str)| *program == name && versions.have(version);
    let found = known.iter().find(is_it);
    if let Some((_, _, what)) = found {
        println!("not compared: with pcsc-lite {version} {what}");
    }
    found.is_some()
}

/// Runs a program with libpcsclite on the simulator behind a socket, and compares what it recorded with what pcscd has given.
fn run_on_served(name: &str, program: fn(&mut Recorder)) {
    // Library and daemon are of the same version.
    let version = Pcscd::version().unwrap();
    if !is_known_to_differ(LIBRARIES, name, &version) {
        run_on_simulator(name, program, Backend::served);
    }
}

/// Runs a program on both, and compares what it recorded; and that with what pcscd has given before.
///
/// Another version of pcscd than the simulator's is compared with the simulator alone, but for what is known to differ.
fn agree(name: &str, program: fn(&mut Recorder)) {
    let version = Pcscd::version().unwrap();
    let same = version == VERSION;
    if is_known_to_differ(SERVICES, name, &version) || is_known_to_differ(LIBRARIES, name, &version) {
        return;
    }
    let real = run(program, Backend::pcscd());
    let path = file(name);
    if same && std::env::var_os("PCSC_SIM_RECORD").is_some() {
        std::fs::write(&path, kept(&real)).unwrap();
    }
    let simulated = run(program, Backend::simulator());
    assert!(
        simulated == real,
        "the simulator follows pcscd {VERSION}, and this is {version}:\n{}",
        differences(&real, &simulated)
    );
    if !same {
        println!(
            "compared with the simulator alone: the records are of pcscd {VERSION}, and this is {version}"
        );
        return;
    }
    let before = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(
        before == kept(&real),
        "{}:\n{}",
        path.display(),
        differences(&real, &lines(&before))
    );
}

/// What differs between pcscd's record and another one, and all of pcscd's.
fn differences(real: &[String], other: &[String]) -> String {
    let differing: Vec<String> = (0..real.len().max(other.len()))
        .filter(|&line| {
            kept(real.get(line..=line).unwrap_or_default())
                != kept(other.get(line..=line).unwrap_or_default())
        })
        .map(|line| {
            format!(
                "{line}:\n  pcscd {:?}\n  other {:?}",
                real.get(line),
                other.get(line)
            )
        })
        .collect();
    format!("{}\n\nall of pcscd's:\n{}", differing.join("\n"), real.join("\n"))
}

/// Makes four tests of each program: with the simulator alone, with libpcsclite on a simulator that is served, against pcscd,
/// and of the client without a library.
macro_rules! programs {
    ($($module:ident: $($program:ident)*;)*) => {
        mod simulator {
            $($(
                #[test]
                fn $program() {
                    super::run_on_simulator(
                        concat!(stringify!($module), "-", stringify!($program)),
                        super::$module::$program,
                        super::Backend::simulator,
                    );
                }
            )*)*
        }

        mod served {
            $($(
                #[test]
                #[ignore = "needs libpcsclite and namespaces: run by cargo xtask test"]
                fn $program() {
                    super::run_on_served(
                        concat!(stringify!($module), "-", stringify!($program)),
                        super::$module::$program,
                    );
                }
            )*)*
        }

        #[cfg(feature = "native")]
        mod natively {
            $($(
                #[test]
                #[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
                fn $program() {
                    super::run_natively(
                        concat!(stringify!($module), "-", stringify!($program)),
                        super::$module::$program,
                    );
                }
            )*)*
        }

        mod both {
            $($(
                #[test]
                #[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
                fn $program() {
                    super::agree(
                        concat!(stringify!($module), "-", stringify!($program)),
                        super::$module::$program,
                    );
                }
            )*)*
        }
    };
}

programs! {
    connecting: contexts modes exclusive_and_others direct_without_card direct_then_shared protocols_of_t0
        protocols_of_both raw reconnecting reconnecting_exclusively dispositions unpowered
        unpowered_twice unpowered_then_direct unpowered_then_raw mute handles releasing;
    availability: away_in_use away_unused away_while_exclusive empty_and_away removed_while_away ended_while_away
        disconnected_while_away;
    transactions: nested not_begun ended_with_reset ended_by_reset_meanwhile blocked_begin blocked_others
        exclusive_transactions released_with_transaction ejecting becoming_shared;
    exchange: arguments short_buffers protocol_information control_codes attributes attributes_allocated
        attributes_in_transaction invalid_handles;
    buffers: status_lengths status_allocated list_lengths group_lengths;
    power: unused never_used released reset_without_power failed_connection;
    limits: too_many_contexts cancelling_at_the_limit too_many_of_a_reader too_many_of_a_context;
    removal: removed_and_back removed_then_reset removed_while_exclusive removed_in_transaction reset_by_another;
    service: stopped back_again stopped_in_a_wait;
    status_change: known_states wrong_arguments ignored in_use counts pseudo_reader cancelling timeouts;
}
