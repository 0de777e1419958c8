//! Every ATR of Debian's pcsc-tools: read without panic, and read as Debian's python3-pyscard reads it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::thread;

use pcsc_iso7816::atr::{Atr, Tck};

const LIST: &str = "/usr/share/pcsc/smartcard_list.txt";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pyscard/atr.py");

/// Where the two readings may differ, and why ours is as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    /// pyscard takes a single byte after the historical bytes for TCK also where T=0 alone is named, and there is no TCK by
    /// ISO/IEC 7816-3:2006, 8.2.5. For us it is one byte after the end.
    ByteAfterT0,
    /// pyscard looks for TCK only where the ATR ends with it. We find it in its place and list the bytes after it.
    BytesAfterTck,
}

/// The patterns of the list are regular expressions: `.` for a digit, `[..]` for one of several, `.*` for anything.
/// `variant`, 0 to 15, chooses what stands there.
fn fill(pattern: &str, variant: usize) -> String {
    let digit = char::from_digit(u32::try_from(variant).expect("0 to 15"), 16)
        .expect("0 to 15")
        .to_ascii_uppercase();
    let mut filled = String::new();
    let mut rest = pattern.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '.' if rest.next_if_eq(&'*').is_some() => {
                filled.extend(std::iter::repeat_n(digit, 2 * (variant % 3)))
            }
            '.' => filled.push(digit),
            '[' => {
                let set: Vec<char> = rest
                    .by_ref()
                    .take_while(|&c| c != ']')
                    .filter(|c| *c != ',')
                    .collect();
                let set: Vec<char> = match set[..] {
                    [first, '-', last] => (first..=last).collect(),
                    _ => set,
                };
                filled.push(set[variant % set.len()]);
            }
            digit if digit.is_ascii_hexdigit() => filled.push(digit.to_ascii_uppercase()),
            ' ' => {}
            other => panic!("{pattern}: what does {other:?} mean?"),
        }
    }
    assert_eq!(filled.len() % 2, 0, "{pattern} as {filled}");
    filled
}

/// All ATRs of the list, wildcards filled in 16 ways.
fn atrs() -> Vec<String> {
    let list = fs::read(LIST).expect("the list of Debian's package pcsc-tools");
    let list = String::from_utf8_lossy(&list);
    let patterns = list
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty() && !line.starts_with(['#', '\t']));
    let mut atrs: Vec<String> = Vec::new();
    for pattern in patterns {
        let variants = if pattern.contains(['.', '[']) { 16 } else { 1 };
        atrs.extend((0..variants).map(|variant| fill(pattern, variant)));
    }
    assert!(atrs.len() > 4000, "only {} ATRs in {LIST}", atrs.len());
    atrs
}

fn bytes_of(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal"))
        .collect()
}

/// What pyscard makes of each ATR.
fn by_pyscard(atrs: &[String]) -> Vec<String> {
    let mut python = Command::new("/usr/bin/python3");
    let mut python = python
        .arg(SCRIPT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Debian's python3");
    let mut stdin = python.stdin.take().expect("piped");
    let mut stdout = python.stdout.take().expect("piped");
    let mut answers = String::new();
    thread::scope(|scope| {
        scope.spawn(move || {
            stdin
                .write_all((atrs.join("\n") + "\n").as_bytes())
                .expect("python reads to the end")
        });
        stdout.read_to_string(&mut answers).expect("text");
    });
    assert!(
        python.wait().expect("it was started").success(),
        "is python3-pyscard installed?"
    );
    answers.lines().map(str::to_owned).collect()
}

/// What we make of it, in the words of the script.
fn by_us(atr: &Atr) -> String {
    let protocols: Vec<_> = atr.protocols().map(|t| t.to_string()).collect();
    let tck = match atr.tck() {
        Tck::NotExpected | Tck::Missing => "none",
        Tck::Correct(_) => "right",
        Tck::Wrong { .. } => "wrong",
    };
    let historical: String = atr
        .historical_bytes()
        .as_bytes()
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    format!("{};{tck};{historical}", protocols.join(","))
}

fn without_tck(reading: &str) -> Vec<&str> {
    let fields: Vec<_> = reading.split(';').collect();
    vec![fields[0], fields[2]]
}

/// Which of the rules explains that the readings differ.
fn explain(atr: &Atr, ours: &str, theirs: &str) -> Option<Difference> {
    if theirs == "refused" {
        return None;
    }
    if without_tck(ours) != without_tck(theirs) {
        return None;
    }
    match (atr.tck(), atr.trailing_bytes().len()) {
        (Tck::NotExpected, 1) => Some(Difference::ByteAfterT0),
        (Tck::Correct(_) | Tck::Wrong { .. }, 1..) if theirs.contains(";none;") => {
            Some(Difference::BytesAfterTck)
        }
        _ => None,
    }
}

#[test]
#[ignore = "needs Debian's pcsc-tools: run by cargo xtask test"]
fn every_atr_of_the_list_is_read_and_shown() {
    for hex in atrs() {
        let bytes = bytes_of(&hex);
        let atr = Atr::new(&bytes);
        assert_eq!(atr.as_bytes(), &bytes[..bytes.len().min(Atr::MAX_LEN)], "{hex}");
        let lines = atr
            .to_string()
            .lines()
            .filter(|line| !line.starts_with("problem: "))
            .count();
        assert_eq!(lines, atr.as_bytes().len(), "{hex}\n{atr}");
    }
}

#[test]
#[ignore = "needs Debian's pcsc-tools and python3-pyscard: run by cargo xtask test"]
fn protocols_tck_and_historical_bytes_are_pyscards() {
    let atrs = atrs();
    let answers = by_pyscard(&atrs);
    assert_eq!(answers.len(), atrs.len());
    let mut agreed = 0;
    let mut differences = BTreeMap::new();
    for (hex, theirs) in atrs.iter().zip(&answers) {
        let atr = Atr::new(&bytes_of(hex));
        let ours = by_us(&atr);
        if ours == *theirs {
            agreed += 1;
            continue;
        }
        let difference = explain(&atr, &ours, theirs);
        let difference = difference.unwrap_or_else(|| panic!("{hex}: we say {ours}, pyscard {theirs}"));
        *differences.entry(difference).or_insert(0) += 1;
    }
    println!("{agreed} agreed, {differences:?}");
    let rules = [Difference::ByteAfterT0, Difference::BytesAfterTck];
    assert!(
        differences.keys().eq(&rules),
        "a rule that explains nothing should go: {differences:?}"
    );
    assert!(agreed > 9 * atrs.len() / 10, "{agreed} of {}", atrs.len());
}
