//! Where a recording of another program has the resets of its cards.

use crate::client::{Client, EJECT, EXCLUSIVE, LEAVE, RESET, SHARED, UNPOWER, Waiting};
use crate::program::{file_of, scripted};
use pcsc_recording::{Packet, Reader};
use std::fs::File;
use std::time::{Duration, Instant};

/// Commands, by a number, and what they are answered with.
fn command(number: u8) -> [u8; 4] {
    [0x00, 0xB0, 0x00, number]
}

/// A card that knows the commands 1 to 5, on a simulator.
fn card() -> tempfile::NamedTempFile {
    let commands: Vec<_> = (1..=5).map(|number| format!("00B000{number:02X}")).collect();
    let exchanges: Vec<_> = commands.iter().map(|command| (&**command, "9000")).collect();
    file_of(&scripted(&exchanges))
}

/// What is recorded of what this does with the socket: "reset", and the numbers of the commands.
fn recorded(act: impl FnOnce(&str)) -> Vec<String> {
    let config = card();
    recorded_on(&[&format!("--sim={}", config.path().display())], None, act)
}

fn recorded_on(options: &[&str], service: Option<&str>, act: impl FnOnce(&str)) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.pcapng");
    let record = ["record", "-o", path.to_str().unwrap()];
    let recorder = Waiting::start(&[options, &record].concat(), service);
    act(&recorder.socket);
    assert_eq!(recorder.end(), "");
    Reader::new(File::open(&path).unwrap())
        .unwrap()
        .map(|record| match record.unwrap().packet {
            Packet::AnswerToReset(_) => "reset".to_owned(),
            Packet::Exchange(exchange) => match exchange.why_unanswered {
                None => exchange.command[3].to_string(),
                Some(why) => format!("{} {}", exchange.command[3], why.split(' ').next().unwrap()),
            },
            _ => unreachable!(),
        })
        .collect()
}

/// A program that knows its readers, connected to the card.
fn connected(socket: &str, share_mode: u32) -> Client {
    let mut client = Client::new(socket);
    client.states();
    client.connect(share_mode);
    client
}

fn send(client: &mut Client, number: u8) {
    assert_eq!(client.transmit(&command(number)).unwrap(), [0x90, 0x00]);
}

#[test]
fn a_reset_is_recorded_where_it_was() {
    let seen = recorded(|socket| {
        let mut client = connected(socket, SHARED);
        send(&mut client, 1);
        client.reconnect(RESET);
        send(&mut client, 2);
        client.states();
        send(&mut client, 3);
        client.disconnect(LEAVE);
    });
    assert_eq!(seen, ["reset", "1", "reset", "2", "3"]);
}

#[test]
fn each_way_to_reset_a_card_is_recorded_and_nothing_else() {
    for disposition in [LEAVE, RESET, UNPOWER, EJECT] {
        let resets: &[&str] = match disposition {
            RESET | UNPOWER => &["reset"],
            _ => &[],
        };
        if disposition != EJECT {
            let seen = recorded(|socket| {
                let mut client = connected(socket, SHARED);
                send(&mut client, 1);
                client.reconnect(disposition);
                send(&mut client, 2);
                client.disconnect(LEAVE);
            });
            assert_eq!(seen, [&["reset", "1"], resets, &["2"]].concat());
        }
        let seen = recorded(|socket| {
            let mut client = connected(socket, SHARED);
            client.begin();
            send(&mut client, 1);
            client.end(disposition);
            client.reconnect(LEAVE);
            send(&mut client, 2);
            client.disconnect(LEAVE);
        });
        assert_eq!(seen, [&["reset", "1"], resets, &["2"]].concat());
        let seen = recorded(|socket| {
            let mut client = connected(socket, SHARED);
            send(&mut client, 1);
            client.disconnect(disposition);
            client.connect(SHARED);
            send(&mut client, 2);
            client.disconnect(LEAVE);
        });
        assert_eq!(seen, [&["reset", "1"], resets, &["2"]].concat());
    }
}

/// The service resets what was left in a transaction, or by a program that had the card for itself.
#[test]
fn the_reset_of_a_card_that_a_program_has_left_is_recorded() {
    type End = fn(Client);
    let leaves: [End; 2] = [drop, |mut client| client.release()];
    for leave in leaves {
        let next = |socket: &str| {
            let mut client = connected(socket, SHARED);
            // Not before the service has ended what was left.
            let end = Instant::now() + Duration::from_secs(60);
            while client.transmit(&command(2)) != Ok(vec![0x90, 0x00]) {
                assert!(Instant::now() < end);
            }
            client.disconnect(LEAVE);
        };
        let seen = recorded(|socket| {
            let mut client = connected(socket, SHARED);
            client.begin();
            send(&mut client, 1);
            leave(client);
            next(socket);
        });
        let answered: Vec<_> = seen.iter().filter(|seen| !seen.contains("SHARING")).collect();
        assert_eq!(answered, ["reset", "1", "reset", "2"]);
        let seen = recorded(|socket| {
            let mut client = connected(socket, EXCLUSIVE);
            send(&mut client, 1);
            leave(client);
        });
        assert_eq!(seen, ["reset", "1", "reset"]);
        let seen = recorded(|socket| {
            let mut client = connected(socket, SHARED);
            send(&mut client, 1);
            for disposition in [LEAVE, EJECT] {
                client.begin();
                client.end(disposition);
            }
            leave(client);
            next(socket);
        });
        assert_eq!(seen, ["reset", "1", "2"]);
    }
}

#[test]
fn a_reset_by_a_program_that_is_not_recorded_is_recorded_when_it_is_told() {
    let config = card();
    let served = Waiting::start(&[&format!("--sim={}", config.path().display()), "sim"], None);
    let seen = recorded_on(&[], Some(&served.socket), |socket| {
        let mut client = connected(socket, SHARED);
        send(&mut client, 1);
        let mut other = connected(&served.socket, SHARED);
        other.disconnect(RESET);
        for _ in 0..2 {
            assert_eq!(client.transmit(&command(2)).unwrap_err(), 0x8010_0068);
        }
        client.reconnect(LEAVE);
        send(&mut client, 3);
        client.disconnect(LEAVE);
        // One that both know of is one.
        let mut both = [connected(socket, SHARED), connected(socket, SHARED)];
        both[0].disconnect(RESET);
        assert!(both[1].transmit(&command(4)).is_err());
        both[1].reconnect(LEAVE);
        send(&mut both[1], 5);
    });
    let reset = "SCARD_W_RESET_CARD";
    let expected = [
        "reset",
        "1",
        "reset",
        &format!("2 {reset}"),
        &format!("2 {reset}"),
        "3",
        "reset",
        &format!("4 {reset}"),
        "5",
    ];
    assert_eq!(seen, expected);
}
