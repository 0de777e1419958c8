//! `pcsc readers`, `pcsc features`, and which reader is chosen.

use crate::program::{failed, file_of, on, pcsc, printed, simulated};

const THREE: &str = r#"
[[reader]]
name = "ACS ACR122U 00 00"

[[reader]]
name = "Alcor Link AK9563 01 00"
card = { kind = "demo", protocol = "t0" }

  [[reader.feature]]
  tag = 6
  code = 0x42330006

  [[reader.feature]]
  tag = 0x12
  code = 0x42330012

  [[reader.control]]
  code = 0x42330012
  answer = "06 01 04 07 01 0C 0A 04 00 00 01 00 02 01 06 08 03 31 1B 32"

  [[reader.attribute]]
  id = 0x00010100
  value = "53 1B 5B 32 4A 00"

  [[reader.attribute]]
  id = 0x00010102
  value = "07 00 05 01"

[[reader]]
name = "Alcor Link AK9567 02 00"
card = { kind = "mute" }
"#;

#[test]
fn readers_are_listed_with_their_cards() {
    let (mut command, _file) = on(THREE, &["readers"]);
    assert_eq!(
        printed(&mut command),
        "\
ACS ACR122U 00 00
  card      none
Alcor Link AK9563 01 00
  card      3B0A8031F873F6219F829000
            T=0, command chaining, 8 channels
  features  PIN verification at the reader, properties
  driver    maker S\\u{1b}[2J, driver version 1.5.7
Alcor Link AK9567 02 00
  card      does not answer
"
    );
}

#[test]
fn readers_are_listed_for_programs() {
    let (mut command, _file) = on(THREE, &["readers", "--json"]);
    let list: serde_json::Value = serde_json::from_str(&printed(&mut command)).unwrap();
    let readers = list["readers"].as_array().unwrap();
    let cards: Vec<_> = readers
        .iter()
        .map(|reader| reader["card"].as_str().unwrap())
        .collect();
    assert_eq!(cards, ["none", "present", "mute"]);
    assert_eq!(readers[1]["atr"], "3B0A8031F873F6219F829000");
    assert_eq!(readers[1]["used"], "none");
    assert_eq!(readers[0].get("atr"), None);
}

#[test]
fn without_readers_the_list_says_so() {
    let (mut command, _file) = on("", &["readers"]);
    assert_eq!(printed(&mut command), "no reader\n");
    let (mut command, _file) = on("", &["readers", "--json"]);
    assert_eq!(printed(&mut command), "{\"readers\":[]}\n");
}

#[test]
fn a_list_names_the_cards() {
    let list = file_of("3B 8A 01 .*\n\tDemonstration card\n\thttp://example.org/\n");
    let mut command = simulated(&["readers"]);
    let printed = printed(command.env("SMARTCARD_LIST", list.path()));
    assert!(
        printed.contains("8 channels\n            Demonstration card\n"),
        "{printed}"
    );
}

#[test]
fn features_are_told_in_words() {
    let (mut command, _file) = on(THREE, &["features", "--reader", "ak9563"]);
    // There the answer to reset is an attribute, too.
    let attributes = if cfg!(windows) {
        "
    maker            S\\u{1b}[2J  SCARD_ATTR_VENDOR_NAME
    driver version   1.5.7  SCARD_ATTR_VENDOR_IFD_VERSION
    name             Alcor Link AK9563 01 00  SCARD_ATTR_DEVICE_FRIENDLY_NAME
    system's name    Alcor Link AK9563 01 00  SCARD_ATTR_DEVICE_SYSTEM_NAME
    answer to reset  3B 0A 80 31 F8 73 F6 21 9F 82 90 00  SCARD_ATTR_ATR_STRING"
    } else {
        "
    maker           S\\u{1b}[2J  SCARD_ATTR_VENDOR_NAME
    driver version  1.5.7  SCARD_ATTR_VENDOR_IFD_VERSION
    name            Alcor Link AK9563 01 00  SCARD_ATTR_DEVICE_FRIENDLY_NAME
    system's name   Alcor Link AK9563 01 00  SCARD_ATTR_DEVICE_SYSTEM_NAME"
    };
    let rest = "
  features
    PIN verification at the reader  control code 0x42330006  FEATURE_VERIFY_PIN_DIRECT
    properties                      control code 0x42330012  FEATURE_GET_TLV_PROPERTIES
  properties
    shortest PIN            4 digits
    longest PIN             12 digits
    most data of a command  65536 bytes
    a PIN entry ends by     a key, time
    firmware                1.2
";
    assert_eq!(
        printed(&mut command),
        format!("Alcor Link AK9563 01 00\n  attributes{attributes}{rest}")
    );
}

#[test]
fn a_reader_is_chosen_as_a_person_thinks_of_it() {
    let file = file_of(THREE);
    let sim = format!("--sim={}", file.path().display());
    let chosen = |choice: &[&str]| {
        let mut command = pcsc(&[&sim, "features", "--json"]);
        let output = command.args(choice).output().unwrap();
        if !output.status.success() {
            return Err(output.status.code());
        }
        let abilities: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        Ok(abilities["reader"].as_str().unwrap().to_owned())
    };
    let alcor = Ok("Alcor Link AK9563 01 00".to_owned());
    assert_eq!(chosen(&[]), Ok("ACS ACR122U 00 00".to_owned()));
    assert_eq!(chosen(&["--reader", "ak9563"]), alcor);
    assert_eq!(chosen(&["--exact-reader", "Alcor Link AK9563 01 00"]), alcor);
    assert_eq!(chosen(&["--index", "1"]), alcor);
    assert_eq!(chosen(&["--with-card"]), alcor);
    assert_eq!(chosen(&["--with-atr", "3B0A8031F873F6219F829000"]), alcor);
    assert_eq!(chosen(&["--with-atr", "3B0A/FFFF"]), alcor);
    for none in [
        &["--only"][..],
        &["--reader", "alcor"],
        &["--exact-reader", "Alcor Link AK9563"],
        &["--index", "3"],
    ] {
        assert_eq!(chosen(none), Err(Some(4)), "{none:?}");
    }
    assert_eq!(chosen(&["--with-atr", "3B00"]), Err(Some(5)));
    assert_eq!(chosen(&["--index", "1", "--only"]), Err(Some(2)));
}

#[test]
fn a_card_is_waited_for_and_not_for_ever() {
    let config = "[[reader]]\nname = \"R\"\n[[reader.event]]\nafter_ms = 200\naction = \"insert\"\ncard = { kind = \"demo\" }\n";
    let (mut command, _file) = on(config, &["atr", "--wait", "30"]);
    assert!(printed(&mut command).starts_with("3B8A"));
    let (mut command, _file) = on("[[reader]]\nname = \"R\"\n", &["atr", "--wait", "0.1"]);
    let (code, _, error) = failed(&mut command);
    assert_eq!(code, 7, "{error}");
    let (mut command, _file) = on("[[reader]]\nname = \"R\"\n", &["atr"]);
    let (code, _, error) = failed(&mut command);
    assert_eq!(code, 5, "{error}");
    assert!(
        error.starts_with("pcsc: ") && error.ends_with("insert one\n"),
        "{error}"
    );
}
