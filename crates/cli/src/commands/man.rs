//! `pcsc man`: the manual pages.

use crate::exit;
use crate::failure::Failure;
use clap::{Args, Command};
use clap_mangen::Man as Page;
use clap_mangen::roff::{Roff, bold, roman};
use std::io::{self, Write};

/// Print the manual page of pcsc, or of one of its commands: pcsc man sim insert | man -l -
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The command, and the one below it
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(WORDS), hide_possible_values = true)]
    command: Vec<String>,
}

/// The names of the commands, which a shell completes.
const WORDS: [&str; 23] = [
    "readers",
    "atr",
    "features",
    "send",
    "script",
    "shell",
    "watch",
    "record",
    "replay",
    "sim",
    "doctor",
    "completions",
    "man",
    "insert",
    "swap",
    "mute",
    "remove",
    "power-off",
    "unplug",
    "plug",
    "list",
    "stop",
    "start",
];

/// What the program asks its environment.
const VARIABLES: [(&str, &str); 4] = [
    (
        "PCSCLITE_CSOCK_NAME",
        "The socket of the service: pcscd's own where there is none. pcsc sim prints it for its simulator.",
    ),
    (
        "SMARTCARD_LIST",
        "The list with the names of cards, in place of the one that pcsc-tools has installed or the user has.",
    ),
    (
        "XDG_RUNTIME_DIR",
        "The folder in which pcsc sim has its socket, where it is not told another one.",
    ),
    (
        "NO_COLOR, CLICOLOR_FORCE",
        "Whether there is colour, in place of whether the output is a terminal.",
    ),
];

impl Man {
    pub(crate) fn run(self, mut pcsc: Command) -> Result<(), Failure> {
        pcsc.build();
        let mut described = &pcsc;
        for name in &self.command {
            let Some(below) = described.find_subcommand(name) else {
                let above = described.get_bin_name().unwrap_or_default();
                return Err(Failure::usage(format!("{above} has no command {name:?}")));
            };
            described = below;
        }
        let mut page = Vec::new();
        write(described, &mut page)?;
        Ok(io::stdout().lock().write_all(&page)?)
    }
}

/// Writes a page.
fn write(command: &Command, to: &mut dyn Write) -> io::Result<()> {
    let command = command.clone().version(env!("CARGO_PKG_VERSION")).after_help("");
    let page = Page::new(command.clone());
    page.render_title(to)?;
    page.render_name_section(to)?;
    page.render_synopsis_section(to)?;
    page.render_description_section(to)?;
    page.render_options_section(to)?;
    if command.has_subcommands() {
        page.render_subcommands_section(to)?;
    }
    let mut rest = Roff::new();
    rest.control("SH", ["EXIT STATUS"]);
    for line in exit::CODES.lines().skip(1) {
        let (code, when) = line.trim().split_once("  ").unwrap_or_default();
        rest.control("TP", ["10"]).text([bold(code)]).text([roman(when)]);
    }
    rest.control("SH", ["ENVIRONMENT"]);
    for (name, meaning) in VARIABLES {
        rest.control("TP", []).text([bold(name)]).text([roman(meaning)]);
    }
    rest.to_writer(to)?;
    page.render_version_section(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Arguments;
    use clap::CommandFactory;

    /// Each command below one, and those below them.
    fn names(command: &Command, found: &mut Vec<String>) {
        for below in command
            .get_subcommands()
            .filter(|below| below.get_name() != "help")
        {
            found.push(below.get_name().to_owned());
            names(below, found);
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_words_are_the_commands() {
        let mut pcsc = Arguments::command();
        pcsc.build();
        let mut found = Vec::new();
        names(&pcsc, &mut found);
        let mut words = WORDS.map(str::to_owned).to_vec();
        found.sort();
        words.sort();
        assert_eq!(found, words);
    }

    #[test]
    fn the_page_of_each_command_can_be_written() {
        let mut pcsc = Arguments::command();
        pcsc.build();
        for command in pcsc.get_subcommands() {
            for command in command.get_subcommands().chain([command]) {
                let mut page = Vec::new();
                write(command, &mut page).unwrap();
                let page = String::from_utf8(page).unwrap();
                for part in ["EXIT STATUS", "ENVIRONMENT", "PCSCLITE_CSOCK_NAME", ".SH VERSION"] {
                    assert!(page.contains(part), "{part}: {page}");
                }
            }
        }
    }
}
