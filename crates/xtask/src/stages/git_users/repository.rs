//! A repository that has the workspace as it is now, for Cargo to take packages from.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use fs_err as fs;

use crate::command::{self, MINUTE, stdout};

/// A bare repository with one commit, and what Cargo keeps of it: both go away at the end.
pub(super) struct Repository {
    folder: PathBuf,
    /// Cargo's folders of what it fetched, each of a repository's own name and a number.
    fetched: [PathBuf; 2],
}

impl Repository {
    /// Makes one in an empty folder whose name no other has, with every file of the workspace that git does not ignore.
    ///
    /// What is not committed is in it. The workspace's own repository, its index too, is not touched, nor needed.
    pub(super) fn of(workspace: &Path, folder: &Path) -> Result<Self> {
        let repository = Self {
            folder: folder.to_owned(),
            fetched: ["git/db", "git/checkouts"].map(|kept| cargo_home().join(kept)),
        };
        let git = |arguments: &[&str]| {
            let mut git = git();
            git.arg("--git-dir").arg(folder);
            git.arg("--work-tree").arg(workspace).args(arguments);
            stdout(git.current_dir(workspace), MINUTE)
        };
        let mut init = self::git();
        command::run(init.args(["init", "--quiet", "--bare"]).arg(folder), MINUTE)?;
        git(&["add", "--all"])?;
        let tree = git(&["write-tree"])?;
        let commit = git(&["commit-tree", "-m", "The workspace as it is", tree.trim()])?;
        git(&["update-ref", "HEAD", commit.trim()])?;
        Ok(repository)
    }

    /// The URL that a manifest names it by.
    pub(super) fn url(&self) -> String {
        format!("file://{}", self.folder.display())
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        let Some(name) = self.folder.file_name() else {
            return;
        };
        let start = format!("{}-", name.to_string_lossy());
        for folder in &self.fetched {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.file_name().to_string_lossy().starts_with(&start) {
                    let _ = fs::remove_dir_all(entry.path());
                }
            }
        }
    }
}

/// Makes a call of git that nothing of this machine's settings changes.
fn git() -> Command {
    let mut git = Command::new("git");
    for name in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
    ] {
        git.env_remove(name);
    }
    git.envs([
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_AUTHOR_NAME", "xtask"),
        ("GIT_AUTHOR_EMAIL", "xtask@localhost"),
        ("GIT_COMMITTER_NAME", "xtask"),
        ("GIT_COMMITTER_EMAIL", "xtask@localhost"),
    ]);
    git
}

/// Returns the folder where Cargo keeps what it fetches.
fn cargo_home() -> PathBuf {
    match std::env::var_os("CARGO_HOME") {
        Some(folder) => folder.into(),
        None => PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cargo"),
    }
}

#[cfg(test)]
mod tests {
    use super::{MINUTE, Repository, git};
    use crate::command::stdout;
    use fs_err as fs;

    #[test]
    fn what_is_not_committed_is_in_it_and_what_is_ignored_is_not() {
        let scratch = tempfile::tempdir().unwrap();
        let workspace = scratch.path().join("workspace");
        fs::create_dir_all(workspace.join("target")).unwrap();
        fs::write(workspace.join("new.rs"), "").unwrap();
        fs::write(workspace.join("target/built"), "").unwrap();
        fs::write(workspace.join(".gitignore"), "/target\n").unwrap();
        let folder = scratch.path().join("bare");
        let repository = Repository::of(&workspace, &folder).unwrap();
        assert_eq!(repository.url(), format!("file://{}", folder.display()));
        let mut list = git();
        list.arg("--git-dir").arg(&folder);
        list.args(["ls-tree", "--name-only", "-r", "HEAD"]);
        assert_eq!(stdout(&mut list, MINUTE).unwrap(), ".gitignore\nnew.rs\n");
        assert!(!workspace.join(".git").exists());
    }

    #[test]
    fn what_cargo_fetched_goes_away_and_nothing_else() {
        let scratch = tempfile::tempdir().unwrap();
        let kept = ["db", "checkouts"].map(|name| scratch.path().join(name));
        for folder in &kept {
            fs::create_dir_all(folder.join("mine-0123")).unwrap();
            fs::create_dir_all(folder.join("mine2-4567")).unwrap();
        }
        drop(Repository {
            folder: "/nowhere/mine".into(),
            fetched: kept.clone(),
        });
        for folder in kept {
            assert!(!folder.join("mine-0123").exists() && folder.join("mine2-4567").exists());
        }
    }
}
