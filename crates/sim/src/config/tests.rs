mod mistakes;

use super::*;
use crate::card::Card;
use pcsc_sys::{Functions, SCARD_S_SUCCESS};
use reader::Action;
use std::ptr;
use std::time::Instant;

const EXAMPLE: &str = include_str!("../../examples/simulator.toml");

fn send(card: &mut dyn Card, command: &[u8]) -> Vec<u8> {
    let mut response = Vec::new();
    card.transmit(command, &mut response);
    response
}

/// How many readers a program is told of.
fn listed(functions: &Functions) -> usize {
    let (mut context, mut names, mut len) = (0, [0; 256], 256);
    // SAFETY: the pointers are null, or those of locals that outlive the call.
    let opened = unsafe { (functions.SCardEstablishContext)(0, ptr::null(), ptr::null(), &mut context) };
    assert_eq!(opened, SCARD_S_SUCCESS);
    #[cfg(windows)]
    let list = functions.SCardListReadersA;
    #[cfg(not(windows))]
    let list = functions.SCardListReaders;
    // SAFETY: as above, and the buffer is as long as the length says.
    unsafe { list(context, ptr::null(), names.as_mut_ptr(), &mut len) };
    names[..len as usize].iter().filter(|&&unit| unit == 0).count() - 1
}

fn card_of(reader: &ReaderConfig) -> Box<dyn Card> {
    reader.card.as_ref().unwrap().as_ref().make().unwrap()
}

#[test]
fn the_example_is_taken_as_it_says() {
    let config = Config::parse(EXAMPLE).unwrap();
    assert_eq!(config.power_off_after(), Some(Duration::from_secs(5)));
    let [demo, scripted, empty, mute] = &config.readers[..] else {
        panic!("{config:?}")
    };
    assert!(card_of(demo).atr().starts_with(&[0x3B, 0x8A, 0x80, 0x01]));
    let mut card = card_of(scripted);
    assert_eq!(card.atr(), [0x3B, 0x80, 0x80, 0x01, 0x01]);
    assert_eq!(send(&mut *card, &[0, 0xCA, 1, 1, 0]), [1, 2, 3, 0x90, 0]);
    assert_eq!(send(&mut *card, &[0, 0xA4, 4, 0, 0]), [0x6F, 0, 0x90, 0]);
    assert_eq!(send(&mut *card, &[0, 0xA4, 4, 0]), [0x6D, 0]);
    assert!(empty.card.as_ref().unwrap().as_ref().make().is_none());
    let events: Vec<_> = empty
        .events
        .iter()
        .map(|event| (event.after_ms.0, *event.action.as_ref()))
        .collect();
    assert_eq!(
        events,
        [
            (500, Action::Insert),
            (4000, Action::PowerOff),
            (5000, Action::Remove),
            (10000, Action::Unplug),
            (12000, Action::Plug),
        ]
    );
    assert!(card_of(mute).atr().is_empty());
    let events: Vec<_> = config
        .events
        .iter()
        .map(|event| (event.after_ms.0, event.action))
        .collect();
    assert_eq!(
        events,
        [(20000, ServiceAction::Stop), (21000, ServiceAction::Start)]
    );
    let simulator = Simulator::new();
    config.plug_into(&simulator);
    let context = simulator.provider();
    assert_eq!(listed(context.functions()), 3, "the last one is not plugged in");
}

#[test]
fn without_a_file_there_is_one_reader_with_the_demo_card() {
    let config = Config::one_demo_card();
    let [reader] = &config.readers[..] else {
        panic!("{config:?}")
    };
    assert_eq!(reader.name.as_ref(), "Simulated Reader 00 00");
    assert_eq!(card_of(reader).atr(), crate::demo_card::DemoCard::new().atr());
    assert!(Config::parse("").unwrap().readers.is_empty());
}

#[test]
fn options_of_the_demo_card_arrive() {
    let of = |option: &str| {
        let text = format!("[[reader]]\nname = \"a\"\ncard = {{ kind = \"demo\", {option} }}\n");
        card_of(&Config::parse(&text).unwrap().readers[0])
    };
    assert_eq!(of("protocol = \"t0\"").atr()[..2], [0x3B, 0x0A]);
    assert_eq!(of("protocol = \"t1\"").atr()[..3], [0x3B, 0x8A, 0x01]);
    let extended = [0, 0x84, 0, 0, 0, 0, 8];
    assert_eq!(send(&mut *of("extended_length = true"), &extended).len(), 10);
    assert_eq!(send(&mut *of("extended_length = false"), &extended), [0x67, 0]);
    let chained = [0x10, 0xD6, 0, 0, 1, 0];
    assert_eq!(send(&mut *of("chaining = false"), &chained), [0x68, 0x84]);
    assert_eq!(send(&mut *of("chaining = true"), &chained), [0x90, 0]);
    let challenge = [0, 0x84, 0, 0, 8];
    assert_eq!(send(&mut *of("rounds_of = 5"), &challenge)[5..], [0x61, 3]);
    assert_eq!(send(&mut *of("channels = 1"), &[0, 0x70, 0, 0, 1]), [0x68, 0x81]);
    let start = Instant::now();
    assert_eq!(send(&mut *of("delay_ms = 30"), &challenge).len(), 10);
    assert!(start.elapsed() >= Duration::from_millis(30));
    let select = [0, 0xA4, 4, 0, 1];
    assert_eq!(
        send(&mut *of("exact_le = true"), &[&select[..4], &[1]].concat())[0],
        0x6C
    );
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = Config::read("/no/such/file.toml").unwrap_err().to_string();
    assert!(error.starts_with("/no/such/file.toml: "), "{error}");
    let expected = "expected a TOML file";
    assert!(error.ends_with(expected), "{error}");
    let error = Config::read(std::env::temp_dir()).unwrap_err().to_string();
    assert!(error.ends_with(expected), "{error}");
}

#[test]
fn a_file_that_is_no_text_is_refused_with_its_line() {
    let path = std::env::temp_dir().join(format!("pcsc-sim-{}.toml", std::process::id()));
    std::fs::write(&path, b"[[reader]]\nname = \"M\xFCller\"\n").unwrap();
    let error = Config::read(&path).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    let expected = format!("{}:2:10: a byte that is no text, expected UTF-8", path.display());
    assert_eq!(error.to_string(), expected);
}

/// Case 32.
#[test]
fn a_card_that_nobody_is_connected_to_loses_its_power_as_with_pcscd_unless_the_file_says_otherwise() {
    let of = |text: &str| Config::parse(text).unwrap().power_off_after();
    assert_eq!(of(""), Some(Duration::from_secs(5)));
    assert_eq!(of("power_off_after_ms = 0"), Some(Duration::ZERO));
    assert_eq!(of("power_off_after_ms = 250"), Some(Duration::from_millis(250)));
    assert_eq!(of("power_off_after_ms = \"never\""), None);
}
