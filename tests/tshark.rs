//! What Wireshark makes of a recording, by its program tshark.
#![cfg(target_os = "linux")]

use pcsc_session::{CardChannel, Command, ExchangeOptions, LongForm, Recorder, Session};
use pcsc_sim::{DemoCard, FnCard, Simulator};
use std::path::Path;
use std::process::Command as Program;
use std::time::{SystemTime, UNIX_EPOCH};

/// A packet, as tshark prints it.
#[derive(Debug)]
struct Printed {
    reader: String,
    time: f64,
    comment: String,
    bytes: Vec<u8>,
    instruction: String,
    status: String,
    problems: String,
}

/// What tshark prints of each packet.
const FIELDS: [&str; 7] = [
    "frame.interface_name",
    "frame.time_epoch",
    "frame.comment",
    "udp.payload",
    "gsm_sim.apdu.ins",
    "gsm_sim.apdu.sw",
    "_ws.malformed",
];

fn print(path: &Path) -> Vec<Printed> {
    let mut tshark = Program::new("tshark");
    tshark.args(["-n", "-T", "fields"]).arg("-r").arg(path);
    for field in FIELDS {
        tshark.args(["-e", field]);
    }
    let output = tshark.output().expect("tshark is installed");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let output = String::from_utf8(output.stdout).unwrap();
    output.lines().map(parse).collect()
}

fn parse(line: &str) -> Printed {
    let fields: Vec<_> = line.split('\t').map(str::to_owned).collect();
    let [reader, time, comment, payload, instruction, status, problems] = fields.try_into().unwrap();
    let byte = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap();
    Printed {
        reader,
        time: time.parse().unwrap(),
        comment,
        // Behind GSMTAP's header.
        bytes: payload.as_bytes().chunks(2).skip(16).map(byte).collect(),
        instruction,
        status,
        problems,
    }
}

fn now() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs_f64()
}

/// Short commands are named; of all the bytes are there.
#[test]
#[ignore = "needs tshark: run by cargo xtask test"]
fn tshark_reads_every_command_and_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("card.pcapng");
    let recorder = Recorder::create(&path).unwrap();
    let simulator = Simulator::new();
    let names = ["Simulated Reader 00 00", "Leser \"Ü\" 01 00"];
    simulator.add_reader(names[0]).insert(DemoCard::new());
    let long = |_: &[u8], response: &mut Vec<u8>| {
        response.extend(vec![0xA5; 65_536]);
        response.extend([0x90, 0x00]);
    };
    simulator
        .add_reader(names[1])
        .insert(FnCard::new([0x3B, 0x80, 0x01, 0x81], long));
    let start = now();
    let [mut session, mut other] = names.map(|name| {
        let options = Session::options().provider(simulator.provider());
        options.reader(name).record(&recorder).open().unwrap()
    });
    let atr = session.atr().unwrap();
    // What is to be seen: the reader, the bytes of the packet, and the comment.
    let mut expected = vec![
        (0, atr.as_bytes().to_vec(), ""),
        (1, vec![0x3B, 0x80, 0x01, 0x81], ""),
    ];
    let select = [&[0x00, 0xA4, 0x04, 0x00, 0x09][..], DemoCard::AID, &[0x00]].concat();
    for (command, comment) in [
        (&select[..], ""),
        (&[0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00], ""),
        (&[0x00, 0x84, 0x00, 0x00, 0x08], ""),
        (&[0x00, 0xB0, 0x81, 0x00, 0x00], ""),
        (&[0x00, 0xB0, 0x81, 0x00, 0xFF], ""),
        (&[0x00, 0xCA, 0x01, 0x02, 0x00], ""),
        (&[0x00, 0xEE, 0x00, 0x00], "command of 4 bytes, answer of 2 bytes"),
    ] {
        let response = session.transmit(command).unwrap();
        let fifth: &[u8] = if command.len() == 4 { &[0] } else { &[] };
        let status = response.status().to_u16().to_be_bytes();
        expected.push((0, [command, fifth, response.data(), &status].concat(), comment));
    }
    let secret = "secret left out: command of 11 bytes, answer of 2 bytes";
    let verify = Command::verify(DemoCard::PIN_REFERENCE, DemoCard::PIN).unwrap();
    let status = session.execute(&verify).unwrap().status().to_u16();
    expected.push((
        0,
        [&[0x00, 0x20, 0x00, 0x81, 0x00][..], &status.to_be_bytes()].concat(),
        secret,
    ));
    other.set_exchange_options(ExchangeOptions::iso().long_form(Some(LongForm::Extended)));
    for len in [255, 256, 65_535] {
        let data = vec![0x5A; len];
        other
            .execute(&Command::new(0, 0xD6, 0, 0).with_data(&data).with_ne(65_536))
            .unwrap();
        let lc = (len as u16).to_be_bytes();
        let bytes = [
            &[0, 0xD6, 0, 0, 0][..],
            &lc,
            &data,
            &[0, 0],
            &vec![0xA5; 65_536],
            &[0x90, 0],
        ]
        .concat();
        expected.push((1, bytes, "command of"));
    }
    session.transaction().unwrap().transmit(&select).unwrap();
    drop((session, other));
    let end = now();

    let printed = print(&path);
    assert_eq!(printed.len(), expected.len() + 1);
    let mut last = start;
    for (printed, (reader, bytes, comment)) in printed.iter().zip(&expected) {
        assert_eq!(printed.reader, names[*reader]);
        assert!(printed.bytes == *bytes, "{printed:?}");
        assert!(
            printed.comment.starts_with(comment) && printed.comment.is_empty() == comment.is_empty(),
            "{printed:?}"
        );
        assert!((last - 1e-6..=end + 1e-6).contains(&printed.time), "{printed:?}");
        last = printed.time;
    }
    for (printed, (_, bytes, _)) in printed.iter().zip(&expected).skip(2) {
        assert_eq!(printed.instruction, format!("0x{:02x}", bytes[1]), "{printed:?}");
        let status = u16::from_be_bytes([bytes[bytes.len() - 2], bytes[bytes.len() - 1]]);
        // tshark 4.0 looks for as many bytes as Le says, and so misses the status word of a READ BINARY that was refused.
        let is_refused_read = bytes[1] == 0xB0 && bytes.len() < 7 + usize::from(bytes[4]);
        if !is_refused_read {
            assert_eq!(printed.problems, "", "{printed:?}");
        }
        if !is_refused_read && bytes.len() < 0x100 {
            assert_eq!(printed.status, format!("0x{status:04x}"), "{printed:?}");
        }
    }
}
