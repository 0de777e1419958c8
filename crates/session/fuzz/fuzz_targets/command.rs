//! What is parsed as a command is encoded to the same bytes, and chains to the same data.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pcsc_session::Command;
use pcsc_session::iso7816::command::{Case, Form, is_sensitive_apdu};

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
    // The form is the one whose case it is; a header alone has the same bytes in both.
    let form = if command.case(Form::Short) == case {
        Form::Short
    } else {
        Form::Extended
    };
    assert_eq!(command.case(form), case);
    assert_eq!(command.encode(form).expect("the form that it came in"), bytes);
    let _ = (command.to_string(), format!("{command:?}"));
    if let Ok(chain) = command.chain() {
        let data: Vec<u8> = chain.flat_map(|part| part.data().to_vec()).collect();
        assert_eq!(data, command.data());
    }
    for channel in 0..=u8::MAX {
        let _ = command.with_channel(channel);
    }
});
