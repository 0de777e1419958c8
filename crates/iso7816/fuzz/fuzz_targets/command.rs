//! What is parsed as a command is encoded to the same bytes, and chains to the same data.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pcsc_iso7816::class::{Class, GetResponseClass};
use pcsc_iso7816::command::{Case, Command, Form, is_sensitive_apdu};

fuzz_target!(|bytes: &[u8]| {
    let _ = is_sensitive_apdu(bytes);
    let command = match Command::parse(bytes) {
        Ok(command) => command,
        Err(error) => {
            assert!(error.offset() <= bytes.len());
            assert!(Case::of(bytes).is_err());
            let _ = error.to_string();
            return;
        }
    };
    let case = Case::of(bytes).expect("it was parsed");
    // A header alone has the same bytes in both forms.
    let form = case.form().unwrap_or(Form::Short);
    assert_eq!(command.case(form), case);
    assert_eq!(command.encode(form).expect("the form that it came in"), bytes);
    let mut buffer = [0; Form::Short.max_len()];
    let short = command.encode_short(&mut buffer).map(|len| &buffer[..len]);
    assert_eq!(short, command.encode(Form::Short).as_deref().ok());
    for rule in [GetResponseClass::Interindustry, GetResponseClass::AsCommand] {
        let class = Class::new(command.cla());
        assert_eq!(class.of_get_response(rule).channel(), class.channel());
    }
    let _ = (command.to_string(), format!("{command:?}"));
    if let Ok(chain) = command.chain() {
        let data: Vec<u8> = chain.flat_map(|part| part.data().to_vec()).collect();
        assert_eq!(data, command.data());
    }
    for channel in 0..=u8::MAX {
        let _ = command.with_channel(channel);
    }
});
