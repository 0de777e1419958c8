//! The example `application`, run as a user runs it.

mod example;

#[test]
fn the_application_reads_a_file_and_verifies_a_pin() {
    let output = example::example("application").output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let expected = "\
Session on \"Simulated Reader 00 00\" (T=1)
application selected
  8192 bytes
  16384 bytes
  24576 bytes
  32768 bytes
file read: 32768 bytes, the last is 89
PIN: wrong, 2 tries left
PIN: right
protected file: 18 bytes
";
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}
