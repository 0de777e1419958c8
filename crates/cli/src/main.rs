//! `pcsc`: what a person does with smart cards and readers, over PC/SC.
#![forbid(unsafe_code)]

mod apdu;
mod arguments;
mod card;
mod card_names;
mod closed_pipe;
mod commands;
mod doctor;
mod exchange;
mod exit;
mod failure;
mod hexadecimal;
mod interrupt;
mod output;
mod pattern;
#[cfg(unix)]
mod program;
mod progress;
#[cfg(unix)]
mod proxy;
mod reader_arguments;
mod reader_words;
mod recording_file;
mod script_line;
mod secret;
mod service;
mod session_arguments;
mod settings;
mod tlv_tree;

use arguments::Arguments;
use clap::{CommandFactory, Parser};
use std::process::ExitCode;

fn main() -> ExitCode {
    let Arguments { common, command } = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return arguments::explain(&error),
    };
    let settings = common.settings();
    let result = command.run(&settings, Arguments::command);
    progress::end();
    interrupt::end();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(settings.output),
    }
}
