//! The program `pcsc` as a person or a script runs it.

mod atr;
#[cfg(target_os = "linux")]
mod client;
mod completions;
#[cfg(not(any(windows, target_os = "macos")))]
mod doctor;
mod hostile;
mod json;
#[cfg(target_os = "linux")]
mod pcscd;
#[cfg(not(windows))]
mod pictures;
mod program;
mod readers;
#[cfg(not(windows))]
mod readme;
#[cfg(target_os = "linux")]
mod record;
#[cfg(target_os = "linux")]
mod recorded_secrets;
#[cfg(target_os = "linux")]
mod recording_file;
#[cfg(unix)]
mod replay;
#[cfg(target_os = "linux")]
mod resets;
mod script;
mod send;
#[cfg(any(target_os = "linux", target_os = "macos"))]
mod shell;
#[cfg(any(target_os = "linux", target_os = "macos"))]
mod signals;
#[cfg(unix)]
mod sim;
#[cfg(any(target_os = "linux", target_os = "macos"))]
mod terminal;
mod watch;
mod without_service;
