//! The simulated service and pcscd, call by call: the same programs, and every code and every value that they get.
//!
//! Each program is a function on a [`Recorder`]. It runs on the simulator and on a private pcscd with vsmartcard's virtual
//! readers, and the two records must be the same.
#![cfg(target_os = "linux")]

mod backend;
mod buffers;
mod connecting;
mod exchange;
mod recorder;
mod removal;
mod service;
mod status_change;
mod transactions;

use backend::Backend;
use recorder::Recorder;

/// Runs a program on the simulator alone: it must come to its end there without pcscd, too.
fn run_on_simulator(program: fn(&mut Recorder)) -> Vec<String> {
    let mut recorder = Recorder::new(Backend::simulator());
    program(&mut recorder);
    recorder.finish()
}

/// Runs a program on both, and compares what it recorded.
fn agree(program: fn(&mut Recorder)) {
    let simulated = run_on_simulator(program);
    let mut recorder = Recorder::new(Backend::pcscd());
    program(&mut recorder);
    let real = recorder.finish();
    let differences: Vec<String> = (0..real.len().max(simulated.len()))
        .filter(|&line| real.get(line) != simulated.get(line))
        .map(|line| {
            format!(
                "{line}:\n  pcscd     {:?}\n  simulator {:?}",
                real.get(line),
                simulated.get(line)
            )
        })
        .collect();
    assert!(
        differences.is_empty(),
        "{}\n\nall of pcscd's:\n{}",
        differences.join("\n"),
        real.join("\n")
    );
}

/// Makes two tests of each program: with the simulator alone, and against pcscd.
macro_rules! programs {
    ($($module:ident: $($program:ident)*;)*) => {
        mod simulator {
            $($(
                #[test]
                fn $program() {
                    let record = super::run_on_simulator(super::$module::$program);
                    assert!(!record.is_empty());
                }
            )*)*
        }

        mod both {
            $($(
                #[test]
                #[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
                fn $program() {
                    super::agree(super::$module::$program);
                }
            )*)*
        }
    };
}

programs! {
    connecting: contexts modes exclusive_and_others direct_without_card direct_then_shared protocols_of_t0
        protocols_of_both raw reconnecting reconnecting_exclusively dispositions unpowered mute handles releasing;
    transactions: nested not_begun ended_with_reset ended_by_reset_meanwhile blocked_begin blocked_others
        exclusive_transactions released_with_transaction ejecting becoming_shared;
    exchange: arguments short_buffers protocol_information control_codes attributes attributes_in_transaction
        invalid_handles;
    buffers: status_lengths status_allocated list_lengths group_lengths;
    removal: removed_and_back removed_then_reset removed_while_exclusive removed_in_transaction reset_by_another;
    service: stopped back_again stopped_in_a_wait;
    status_change: known_states wrong_arguments ignored in_use counts pseudo_reader cancelling timeouts;
}
