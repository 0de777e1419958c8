//! `pcsc`: what a person does with smart cards and readers, over PC/SC.
#![forbid(unsafe_code)]

mod arguments;
mod commands;
mod exit;
mod failure;
mod hexadecimal;
mod output;
mod reader_arguments;
mod service;

use arguments::Arguments;
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Arguments { common, command } = Arguments::parse();
    match command.run(&common.settings()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
