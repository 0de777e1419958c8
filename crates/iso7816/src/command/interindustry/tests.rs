use crate::command::{Command, Form, OffsetDataObject, OutOfRange};

fn hex(command: Command<'_>) -> String {
    let bytes = command.encode(Form::Short).expect("short");
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[test]
fn bytes_of_each_command() -> Result<(), OutOfRange> {
    let offset = OffsetDataObject::new(0x8000);
    let commands = [
        (Command::select_aid(&[0xA0, 0x01]), "00A4040002A00100"),
        (Command::select_file(&[0x3F, 0x00]), "00A40000023F0000"),
        (
            Command::select_path(&[0x50, 0x15, 0x50, 0x31]),
            "00A40800045015503100",
        ),
        (Command::read_binary(0x7FFF, 256)?, "00B07FFF00"),
        (Command::read_binary_sfi(30, 5, 16)?, "00B09E0510"),
        (Command::read_binary_odd(&offset, 256), "00B10000045402800000"),
        (Command::update_binary(0x0102, &[9])?, "00D601020109"),
        (Command::update_binary_sfi(1, 2, &[9])?, "00D681020109"),
        (
            Command::update_binary_odd(&[0x54, 1, 0, 0x53, 0]),
            "00D70000055401005300",
        ),
        (Command::read_record(1, 0, 256)?, "00B2010400"),
        (Command::read_record(2, 30, 256)?, "00B202F400"),
        (Command::update_record(3, 1, &[9])?, "00DC030C0109"),
        (Command::get_data(0x005A, 256), "00CA005A00"),
        (Command::put_data(0x5F50, &[9]), "00DA5F500109"),
        (Command::verify(0x82, b"12")?, "00200082023132"),
        (Command::verification_status(0x82), "00200082"),
        (Command::change_reference_data(0x81, b"12")?, "00240081023132"),
        (Command::reset_retry_counter(0x81, b"12")?, "002C0081023132"),
        (Command::get_challenge(8), "0084000008"),
        (Command::internal_authenticate(1, 2, &[9], 256), "00880102010900"),
        (Command::external_authenticate(1, 2, &[9])?, "008201020109"),
        (Command::authentication_status(1, 2), "00820102"),
        (Command::open_channel(), "0070000001"),
        (Command::open_numbered_channel(19)?, "00700013"),
        (Command::close_channel(3)?, "00708003"),
        (Command::get_response(256), "00C0000000"),
        (Command::envelope(&[9], 256), "00C20000010900"),
    ];
    for (command, bytes) in commands {
        assert_eq!(hex(command), bytes);
    }
    Ok(())
}

#[test]
fn a_number_out_of_range_is_named() {
    assert_eq!(
        Command::read_binary(0x8000, 1).map_err(|error| error.field()),
        Err("offset")
    );
    assert_eq!(
        Command::update_binary(0x8000, &[]).map_err(|error| error.field()),
        Err("offset")
    );
    for sfi in [0, 31, 255] {
        assert_eq!(
            Command::read_binary_sfi(sfi, 0, 1).map_err(|error| error.field()),
            Err("short EF identifier")
        );
    }
    let error = Command::read_record(1, 31, 1).expect_err("31 is reserved");
    assert_eq!(error.to_string(), "short EF identifier is 31, outside 0 to 30");
    for number in [0, 20] {
        assert!(Command::close_channel(number).is_err() && Command::open_numbered_channel(number).is_err());
    }
}

#[test]
fn field_case_26_no_data_is_no_password() {
    let error = Command::verify(0x81, b"").expect_err("it would ask for the status");
    assert_eq!(error.field(), "length of the PIN");
    assert_eq!(error.to_string(), "length of the PIN is 0, outside 1 to 65535");
    let error = Command::external_authenticate(0, 1, &[]).expect_err("it would ask for the status");
    assert_eq!(error.field(), "length of the response to the challenge");
    let error = Command::change_reference_data(0x81, b"").expect_err("there is no PIN");
    assert_eq!(error.field(), "length of the PINs");
    let error = Command::reset_retry_counter(0x81, b"").expect_err("there is no PIN");
    assert_eq!(error.field(), "length of the resetting code and the PIN");
    assert!(
        Command::change_reference_data(0x81, b"1").is_ok()
            && Command::reset_retry_counter(0x81, b"1").is_ok()
    );
    assert!(Command::verify(0x81, b"1").is_ok() && Command::external_authenticate(0, 1, &[1]).is_ok());
}
