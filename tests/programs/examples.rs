//! The examples, run as a user runs them: on the simulator, since nothing else is said.

use crate::example;
use std::process::Output;

fn run(name: &str, arguments: &[&str]) -> Output {
    example::example(name).args(arguments).output().unwrap()
}

fn assert_prints(example: &str, expected: &str) {
    assert_eq!(printed(example), expected);
}

/// As [`assert_prints`], but for what a loss of the service is called: platforms differ in that.
fn assert_prints_with_a_loss(example: &str, expected: &str) {
    const LOSS: &str = "service lost: ";
    let printed = printed(example);
    let lines = printed.lines().map(|line| {
        if line.starts_with(LOSS) && line.len() > LOSS.len() {
            format!("{LOSS}...\n")
        } else {
            format!("{line}\n")
        }
    });
    assert_eq!(lines.collect::<String>(), expected, "{printed}");
}

fn printed(example: &str) -> String {
    let output = run(example, &[]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn list_readers_shows_the_card_in_each() {
    assert_prints(
        "list_readers",
        "\
Simulated Reader 00 00: 3B8A018031F873F621FF8290008B
Simulated Reader 01 00: no card
Simulated Reader 02 00: 3B0A8031F873F6219F829000
",
    );
}

#[test]
fn transaction_sends_two_commands_and_ends() {
    assert_prints(
        "transaction",
        "\
Session on \"Simulated Reader 00 00\" (T=1)
in a transaction: no other program reaches the card
> [00, A4, 00, 00, 02, 3F, 00, 00]
< [6F, 0A, 82, 01, 38, 83, 02, 3F, 00, 8A, 01, 05] 9000: normal processing
> [00, B0, 9E, 00, 10]
< [61, 0B, 4F, 09, F0, 50, 43, 53, 43, 2D, 53, 49, 4D, 61, 0C, 4F] 9000: normal processing
ended
",
    );
}

#[test]
fn channels_uses_two_applications_at_the_same_time() {
    assert_prints(
        "channels",
        "\
Session on \"Simulated Reader 00 00\" (T=1)
basic channel: Hello from a simulated card!
channel 1: Hello from a simulated card!
channel 2: Hello from the second application!
both at once: \"a simulate\" and \"the second\"
closed
",
    );
}

#[test]
fn monitor_prints_events_as_they_come() {
    // There is no service without readers: they have gone, and no more is known.
    let loss = if cfg!(windows) {
        "Simulated Reader 00 00: reader removed\n"
    } else {
        "service lost: ...\nservice back\n"
    };
    let expected = "\
Simulated Reader 00 00: reader added
Simulated Reader 00 00: card inserted, 3B8A018031F873F621FF8290008B
Simulated Reader 00 00: card swapped, 3B8A018031F873F621FF8290008B
Simulated Reader 01 00: reader added
Simulated Reader 01 00: card inserted, 3B0A8031F873F6219F829000
Simulated Reader 00 00: card removed
Simulated Reader 01 00: reader removed
";
    let end = "Simulated Reader 00 00: reader added\n";
    assert_prints_with_a_loss("monitor", &format!("{expected}{loss}{end}"));
}

#[test]
fn wait_for_card_opens_a_session_with_the_new_one() {
    assert_prints(
        "wait_for_card",
        "\
Simulated Reader 00 00: there is a card already
waiting for a new card for 30 seconds
Session on \"Simulated Reader 01 00\" (T=0), answer to reset 3B0A8031F873F6219F829000
waiting for its removal
Simulated Reader 01 00: card removed
",
    );
}

#[test]
fn async_events_talks_to_each_card() {
    assert_prints(
        "async_events",
        "\
Simulated Reader 00 00: reader added
Simulated Reader 00 00: card inserted, 3B8A018031F873F621FF8290008B
  its challenge has 8 bytes
Simulated Reader 00 00: card swapped, 3B8A018031F873F621FF8290008B
  its challenge has 8 bytes
Simulated Reader 00 00: card removed
",
    );
}

#[test]
fn arguments_that_are_none_are_refused() {
    for example in [
        "application",
        "async_events",
        "channels",
        "list_readers",
        "monitor",
        "session",
        "transaction",
        "wait_for_card",
    ] {
        let output = run(example, &["--sytem"]);
        assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
        let usage = format!("usage: {example} [--system");
        assert!(
            String::from_utf8_lossy(&output.stderr).starts_with(&usage),
            "{output:?}"
        );
    }
}
