//! Lists of packages of a call's own, beside this machine's.

use std::process::Command;

use anyhow::Result;
use tempfile::TempDir;

use crate::debian::apt_get;
use crate::files::write;

/// Lists, with the options that have apt use them: they know no installed package, and go with this value.
pub(super) struct Lists {
    folder: TempDir,
    options: Vec<(String, String)>,
}

impl Lists {
    /// Makes empty ones, of the archives that this machine knows.
    pub(super) fn new() -> Result<Lists> {
        let folder = tempfile::tempdir()?;
        let state = folder.path();
        for part in ["lists/partial", "archives/partial"] {
            fs_err::create_dir_all(state.join(part))?;
        }
        write(&state.join("status"), "")?;
        let options = [
            ("Dir::State", state.display().to_string()),
            ("Dir::State::status", state.join("status").display().to_string()),
            ("Dir::Cache", state.display().to_string()),
            // Its folder is this user's alone.
            ("APT::Sandbox::User", String::new()),
        ];
        let options = options.map(|(name, value)| (name.to_owned(), value)).into();
        Ok(Lists { folder, options })
    }

    /// Sets an option of apt.
    pub(super) fn set(&mut self, option: &str, value: &str) {
        self.options.push((option.to_owned(), value.to_owned()));
    }

    /// Takes the archives from this file of sources alone.
    pub(super) fn set_sources(&mut self, sources: &str) -> Result<()> {
        let file = self.folder.path().join("sources.list");
        write(&file, sources)?;
        self.set("Dir::Etc::sourcelist", &file.display().to_string());
        self.set("Dir::Etc::sourceparts", "/dev/null");
        Ok(())
    }

    /// Makes a call of apt-get.
    pub(super) fn apt(&self, words: &[&str]) -> Command {
        let mut apt = apt_get(&[], words);
        for (option, value) in &self.options {
            apt.args(["-o", &format!("{option}={value}")]);
        }
        apt
    }
}
