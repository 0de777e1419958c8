//! `winscard.dll` under programs for Windows: `pcsc-session`, its example, and one in C.
//!
//! The library has to be the system's: `cargo xtask test windows` builds it, puts it into System32 of a Wine of its own, and
//! runs this.
#![cfg(windows)]

#[path = "../../../tests/example/mod.rs"]
mod example;
mod system_library;

use std::ffi::{CString, c_char, c_void};
use std::path::Path;
use std::process::{Command, Output};
use std::{fs, ptr};

use example::example;
use pcsc_session::{Attribute, CardChannel, Code, Context, Disposition, Protocol, Session};
use pcsc_sim::DemoCard;
use pcsc_sys::{Functions, Provider};
use system_library::{TESTS, built, system, system32};

#[link(name = "kernel32")]
unsafe extern "system" {
    fn GetModuleHandleA(name: *const c_char) -> *mut c_void;
    fn GetProcAddress(module: *mut c_void, name: *const c_char) -> *mut c_void;
    fn SetErrorMode(mode: u32) -> u32;
    fn GetModuleFileNameW(module: *mut c_void, name: *mut u16, len: u32) -> u32;
}

/// The readers' names in `winscard.toml`, but for one that goes.
const READERS: [&str; 2] = ["Simulated Reader 00 00", "Lesegerät 読取機 00 00"];

/// What the example prints, with `libpcsc_sim.so` as well.
const SESSION: &str = include_str!("session_example.txt");

const SELECT: [u8; 15] = [
    0x00, 0xA4, 0x04, 0x00, 0x09, 0xF0, 0x50, 0x43, 0x53, 0x43, 0x2D, 0x53, 0x49, 0x4D, 0x00,
];

fn open(reader: &str) -> Session {
    Session::options()
        .provider(system())
        .reader(reader)
        .open()
        .unwrap()
}

/// Runs a program to its end, without the variable of this process.
fn run(command: &mut Command) -> Output {
    command.env_remove("PCSC_SIM_CONFIG").output().unwrap()
}

/// What a program prints that succeeds, with C's ends of lines.
fn printed(output: &Output) -> String {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{text}{errors}", output.status);
    text.replace("\r\n", "\n")
}

#[test]
fn readers_are_listed_by_their_names_in_unicode() {
    let context = Context::establish_on(system()).unwrap();
    let names = context.list_readers().unwrap();
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    assert_eq!(names[..2], READERS);
    assert!(context.is_valid().is_ok());
}

#[test]
fn a_session_sends_commands_and_asks_for_status_attributes_and_controls() {
    let mut session = open(READERS[0]);
    assert_eq!(session.protocol(), Protocol::T1);
    let answer = session.transmit(&SELECT).unwrap();
    assert!(answer.ok().unwrap().data().ends_with(b"\x8A\x01\x05"));
    let status = session.status().unwrap();
    assert_eq!(status.readers[0].to_string(), READERS[0]);
    assert!(status.state.is_present() && status.state.is_powered());
    assert_eq!(status.atr.as_bytes(), session.atr().unwrap().as_bytes());
    assert_eq!(session.get_attribute(Attribute::VENDOR_NAME).unwrap(), b"Sim\0");
    let error = session
        .get_attribute(Attribute::VENDOR_IFD_SERIAL_NO)
        .unwrap_err();
    assert_eq!(error.code(), Some(Code::UNSUPPORTED_FEATURE));
    assert_eq!(session.control(0x4233_0006, &[]).unwrap(), [1, 2, 0x90, 0]);
    let features = session.features().unwrap();
    assert_eq!(
        (features[0].tag, features[0].control_code),
        (pcsc_sys::FEATURE_VERIFY_PIN_DIRECT, 0x4233_0006)
    );
    session.close().unwrap();
}

#[test]
fn a_transaction_keeps_others_off_and_a_reset_is_told_of() {
    let (mut one, mut other) = (open(READERS[1]), open(READERS[1]));
    assert_eq!(one.protocol(), Protocol::T0);
    let mut transaction = one.transaction().unwrap();
    transaction.transmit(&SELECT).unwrap();
    transaction.end(Disposition::Reset).unwrap();
    let error = other.transmit(&SELECT).unwrap_err();
    assert!(error.is_card_reset(), "{error}");
    other.reconnect(Disposition::Leave).unwrap();
    assert_eq!(other.transmit(&SELECT).unwrap().status().sw1(), 0x61);
}

#[test]
fn every_function_of_the_list_is_exported_under_its_name() {
    system();
    // SAFETY: the name is a null-terminated text.
    let module = unsafe { GetModuleHandleA(c"winscard.dll".as_ptr()) };
    assert!(!module.is_null());
    let data = ["g_rgSCardT0Pci", "g_rgSCardT1Pci", "g_rgSCardRawPci"];
    for name in Functions::NAMES.iter().chain(&data) {
        let text = CString::new(*name).unwrap();
        // SAFETY: the module is loaded, and the name a null-terminated text.
        assert!(
            !unsafe { GetProcAddress(module, text.as_ptr()) }.is_null(),
            "{name}"
        );
    }
    let mut path = [0; 512];
    // SAFETY: the module is loaded, and the buffer as long as it is said to be.
    let len = unsafe { GetModuleFileNameW(module, path.as_mut_ptr(), path.len() as u32) };
    let path = String::from_utf16(&path[..len as usize]).unwrap();
    let expected = system32().join("winscard.dll");
    assert_eq!(path.to_lowercase(), expected.to_str().unwrap().to_lowercase());
}

#[test]
fn a_program_opens_the_library_by_its_path() {
    system();
    // SAFETY: the library's functions are the C functions of their names.
    let provider = unsafe { Provider::load(built("pcsc_sim.dll")) }.unwrap();
    let mut session = Session::options()
        .provider(provider)
        .reader(READERS[0])
        .open()
        .unwrap();
    assert!(session.transmit(&SELECT).unwrap().ok().is_ok());
}

/// The same text as by `libpcsc_sim.so`: the test `clients` compares it, too.
#[test]
fn the_example_prints_on_the_systems_library_what_it_prints_elsewhere() {
    system();
    let output = run(example("session").arg("--system"));
    assert_eq!(printed(&output), SESSION);
}

#[test]
fn a_program_in_c_uses_both_kinds_of_text_and_the_data_symbols() {
    system();
    // A relative path counts from the folder in which the program was started, though it leaves that.
    let mut program = Command::new(built("winscard_client.exe"));
    program.current_dir(TESTS).arg("..");
    let output = program.env("PCSC_SIM_CONFIG", "winscard.toml").output().unwrap();
    let atr = DemoCard::new().t1();
    let atr: Vec<_> = pcsc_sim::Card::atr(&atr)[..4]
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    let expected = format!(
        "started 1\npci 1 2 10000\nfirst {0}\npresent 1 atr of 14\n\
         select 6F 15 82 01 38 83 02 50 01 84 09 F0 50 43 53 43 2D 53 49 4D 8A 01 05 90 00\n\
         {0}, 24 characters, state 6 protocol 2\natr {1}\nvendor Sim, 4 bytes\ncontrol 01 02 90 00\n\
         second as it is\npresent 1\nselect 61 17\nthe same, 21 characters, state 6 protocol 1\nfailures 0\n",
        READERS[0],
        atr.join(" ")
    );
    assert_eq!(printed(&output), expected);
}

#[test]
fn a_mistake_in_the_configuration_is_told_of() {
    system();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cards.toml");
    fs::write(&path, "[[reader]]\nname = 1\n").unwrap();
    let mut program = example("session");
    let output = program
        .arg("--system")
        .env("PCSC_SIM_CONFIG", &path)
        .output()
        .unwrap();
    assert!(!output.status.success());
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(shown.contains("cards.toml:2:8: "), "{shown}");
}

/// A library of the name, beside the program and in the folder that it is started in. It is none of PC/SC: who takes it
/// fails.
#[test]
fn a_planted_library_is_not_loaded() {
    system();
    let folder = tempfile::tempdir().unwrap();
    let planted = folder.path().join("winscard.dll");
    fs::copy(system32().join("bcryptprimitives.dll"), planted).unwrap();
    let copied = |name: &str| {
        let path = folder.path().join(Path::new(name).file_name().unwrap());
        fs::copy(built(name), &path).unwrap();
        let mut program = Command::new(path);
        program.current_dir(folder.path());
        program
    };
    let output = run(copied("examples/session.exe").arg("--system"));
    assert_eq!(printed(&output), SESSION);
    // Also where it is in the current folder alone.
    let output = run(example("session").current_dir(folder.path()).arg("--system"));
    assert_eq!(printed(&output), SESSION);
    // The system's own way of looking does find it. Its window that says so would wait for somebody (SEM_FAILCRITICALERRORS
    // and SEM_NOGPFAULTERRORBOX, which programs inherit).
    // SAFETY: the function takes a number.
    unsafe { SetErrorMode(3) };
    let linked = run(copied("winscard_client.exe").current_dir(TESTS));
    assert!(
        !linked.status.success(),
        "{}",
        String::from_utf8_lossy(&linked.stdout)
    );
}

/// What the documentation says of programs that are linked: the library beside the program is theirs.
#[test]
fn a_linked_program_takes_the_library_beside_it() {
    system();
    let folder = tempfile::tempdir().unwrap();
    fs::copy(built("pcsc_sim.dll"), folder.path().join("winscard.dll")).unwrap();
    let path = folder.path().join("client.exe");
    fs::copy(built("winscard_client.exe"), &path).unwrap();
    let mut program = Command::new(path);
    let output = program
        .env("PCSC_SIM_CONFIG", format!("{TESTS}/winscard.toml"))
        .output()
        .unwrap();
    assert!(printed(&output).ends_with("failures 0\n"));
}

#[test]
fn events_of_the_service_are_set_while_it_runs() {
    let functions = *system().functions();
    // SAFETY: the function takes nothing.
    let event = unsafe { (functions.SCardAccessStartedEvent)() };
    assert_ne!(event, ptr::null_mut());
    // SAFETY: as above.
    unsafe { (functions.SCardReleaseStartedEvent)() };
}
