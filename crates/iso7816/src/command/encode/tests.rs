use iso7816::command::{CommandBuilder, ExpectedLen, class::Class};

use crate::command::{Case, Command, EncodeError, Form};

#[test]
fn the_short_form_has_one_encoding() {
    let data = [0x5A; 255];
    for nc in 0..=255 {
        for ne in [0, 1, 2, 255, 256] {
            let command = Command::new(1, 2, 3, 4).with_data(&data[..nc]).with_ne(ne);
            let mut buffer = [0xEE; Form::Short.max_len()];
            let len = command.encode_short(&mut buffer).expect("it fits");
            assert_eq!(buffer[..len], command.encode(Form::Short).unwrap(), "{nc} {ne}");
        }
    }
}

#[test]
fn the_short_form_refuses_what_it_cannot_carry() {
    let mut buffer = [0xEE; Form::Short.max_len()];
    let data = [0x5A; 256];
    for command in [
        Command::new(1, 2, 3, 4).with_data(&data),
        Command::new(1, 2, 3, 4).with_ne(257),
    ] {
        assert_eq!(command.encode_short(&mut buffer), None);
        assert!(buffer.iter().all(|&byte| byte == 0xEE));
    }
}

#[test]
fn the_longest_commands() {
    let data = [0; Command::MAX_NC];
    for form in [Form::Short, Form::Extended] {
        let longest = Command::new(1, 2, 3, 4)
            .with_data(&data[..form.max_nc()])
            .with_ne(form.max_ne());
        assert_eq!(longest.encoded_len(form), Ok(form.max_len()));
    }
}

const BOUNDARIES: [usize; 8] = [0, 1, 2, 255, 256, 257, 65_535, 65_536];

/// What the crate iso7816 makes of the same command; it chooses the short form where that can carry it.
fn by_iso7816(command: &Command<'_>, form: Form) -> Vec<u8> {
    let class = Class::try_from(command.cla()).expect("an interindustry class");
    let ne = u16::try_from(command.ne()).map_or(ExpectedLen::Max, ExpectedLen::Ne);
    let builder = CommandBuilder::new(
        class,
        command.ins().into(),
        command.p1(),
        command.p2(),
        command.data(),
        ne,
    );
    let builder = if form == Form::Extended {
        builder.force_extended()
    } else {
        builder
    };
    let mut bytes = vec![0; builder.required_len()];
    let mut rest = &mut bytes[..];
    builder.serialize_into(&mut rest).expect("room enough");
    assert!(rest.is_empty());
    bytes
}

#[test]
fn every_case_at_every_boundary_as_the_crate_iso7816_has_it() {
    let data: Vec<u8> = (0..65_536_u32).map(|n| n.to_le_bytes()[0] | 1).collect();
    for form in [Form::Short, Form::Extended] {
        for nc in BOUNDARIES {
            for ne in BOUNDARIES {
                let command = Command::new(0x00, 0xA4, 0x01, 0x02)
                    .with_data(&data[..nc])
                    .with_ne(ne);
                let encoded = command.encode(form);
                if nc > form.max_nc() {
                    assert_eq!(
                        encoded,
                        Err(EncodeError::Lc {
                            nc,
                            max: form.max_nc()
                        })
                    );
                } else if ne > form.max_ne() {
                    assert_eq!(
                        encoded,
                        Err(EncodeError::Le {
                            ne,
                            max: form.max_ne()
                        })
                    );
                } else {
                    let encoded = encoded.expect("within the form's limits");
                    assert_eq!(encoded, by_iso7816(&command, form), "{form:?} Nc={nc} Ne={ne}");
                    assert_eq!(Command::parse(&encoded), Ok(command), "{form:?} Nc={nc} Ne={ne}");
                    assert_eq!(Case::of(&encoded), Ok(command.case(form)));
                    assert_eq!(command.encoded_len(form), Ok(encoded.len()));
                }
            }
        }
    }
}

#[test]
fn the_cases_of_the_standard() {
    let header = Command::new(1, 2, 3, 4);
    let data = header.with_data(&[9, 8]);
    assert_eq!(header.encode(Form::Short), Ok(vec![1, 2, 3, 4]));
    assert_eq!(header.encode(Form::Extended), Ok(vec![1, 2, 3, 4]));
    assert_eq!(header.with_ne(256).encode(Form::Short), Ok(vec![1, 2, 3, 4, 0]));
    assert_eq!(data.encode(Form::Short), Ok(vec![1, 2, 3, 4, 2, 9, 8]));
    assert_eq!(
        data.with_ne(5).encode(Form::Short),
        Ok(vec![1, 2, 3, 4, 2, 9, 8, 5])
    );
    assert_eq!(
        header.with_ne(65_536).encode(Form::Extended),
        Ok(vec![1, 2, 3, 4, 0, 0, 0])
    );
    assert_eq!(data.encode(Form::Extended), Ok(vec![1, 2, 3, 4, 0, 0, 2, 9, 8]));
    assert_eq!(
        data.with_ne(0x1234).encode(Form::Extended),
        Ok(vec![1, 2, 3, 4, 0, 0, 2, 9, 8, 0x12, 0x34])
    );
}

#[test]
fn a_buffer_too_small_is_left_alone() {
    let command = Command::new(1, 2, 3, 4).with_data(&[9, 8]).with_ne(5);
    for form in [Form::Short, Form::Extended] {
        let needed = command.encoded_len(form).expect("small enough");
        for len in 0..needed {
            let mut buffer = vec![0xEE; len];
            assert_eq!(
                command.encode_into(form, &mut buffer),
                Err(EncodeError::Buffer { needed, len })
            );
            assert!(buffer.iter().all(|&byte| byte == 0xEE));
        }
        let mut buffer = vec![0xEE; needed + 1];
        assert_eq!(command.encode_into(form, &mut buffer), Ok(needed));
        assert_eq!(buffer[needed], 0xEE);
    }
}
