//! Running a program with a deadline: whatever happens, it ends together with all that it started.
//!
//! The program leads a process group of its own. Its output goes into a file, so a stray grandchild that keeps it
//! open cannot hold up the run.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// Long enough for a program that only says something about itself.
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// Long enough for building all there is, and running its tests in an emulator.
pub(crate) const BUILD: Duration = Duration::from_secs(20 * 60);

/// The groups that run now, for the signal handler; 0 where none does.
static GROUPS: [AtomicI32; 2] = [const { AtomicI32::new(0) }; 2];

/// Adds arguments to a call as one types them, apart by blanks.
pub(crate) trait Words {
    /// Adds them.
    fn words(&mut self, words: &str) -> &mut Self;
}

impl Words for Command {
    fn words(&mut self, words: &str) -> &mut Self {
        self.args(words.split_whitespace())
    }
}

/// Runs a program to its end, within the deadline, and returns what it wrote, to both outputs, in order.
///
/// An error has its command line and all that it wrote.
pub(crate) fn run(command: &mut Command, deadline: Duration) -> Result<String> {
    let (status, output) = status_and_output(command, deadline)?;
    succeeded(status, deadline, command, &output)?;
    Ok(output)
}

/// Runs a program as [`run`] does, and returns what it wrote to its standard output only.
pub(crate) fn stdout(command: &mut Command, deadline: Duration) -> Result<String> {
    let (mut output, mut errors) = (tempfile::tempfile()?, tempfile::tempfile()?);
    command.stdout(output.try_clone()?).stderr(errors.try_clone()?);
    let status = finish(command, deadline)?;
    let output = written(&mut output)?;
    succeeded(
        status,
        deadline,
        command,
        &format!("{output}{}", written(&mut errors)?),
    )?;
    Ok(output)
}

/// Runs a program that may fail, and returns its status and what it wrote to both outputs.
///
/// One that did not end in time has the status of SIGKILL.
pub(crate) fn status_and_output(command: &mut Command, deadline: Duration) -> Result<(ExitStatus, String)> {
    let mut output = tempfile::tempfile()?;
    command.stdout(output.try_clone()?).stderr(output.try_clone()?);
    let status = finish(command, deadline)?;
    Ok((status, written(&mut output)?))
}

/// Ends the running programs' groups when this program is told to end, so that Ctrl-C leaves nothing behind.
pub(crate) fn forward_signals() {
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        let handler: extern "C" fn(libc::c_int) = die;
        // SAFETY: the handler calls only what POSIX allows in one: kill and _exit, and reads an atomic.
        unsafe { libc::signal(signal, handler as libc::sighandler_t) };
    }
}

extern "C" fn die(signal: libc::c_int) {
    GROUPS.iter().for_each(|group| kill(group.load(Ordering::SeqCst)));
    // SAFETY: takes a number and does not return.
    unsafe { libc::_exit(128 + signal) };
}

/// Waits for the program's end or the deadline, then kills what is left of its group, and reaps it.
fn finish(command: &mut Command, deadline: Duration) -> Result<ExitStatus> {
    command.stdin(Stdio::null()).process_group(0);
    let mut child = command.spawn().with_context(|| command_line(command))?;
    let leader = Pid::from_child(&child);
    let group = leader.as_raw_pid();
    let is_free = |place: &&AtomicI32| {
        place
            .compare_exchange(0, group, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok()
    };
    let place = GROUPS.iter().find(is_free);
    let (ended, end) = mpsc::channel();
    // The program is not reaped in here: its id, and so the group's, stays its own.
    let waited = thread::scope(|scope| {
        scope.spawn(move || {
            if end.recv_timeout(deadline).is_err() {
                kill(group);
            }
        });
        let how = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let waited = retry_on_intr(|| waitid(WaitId::Pid(leader), how));
        let _ = ended.send(());
        waited
    });
    kill(group);
    if let Some(place) = place {
        place.store(0, Ordering::SeqCst);
    }
    let status = child.wait()?;
    waited?;
    Ok(status)
}

/// Kills a group by its leader's id, which is no other group's as long as the leader is not reaped; 0 is none.
fn kill(group: i32) {
    if let Some(group) = Pid::from_raw(group) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

fn written(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn succeeded(status: ExitStatus, deadline: Duration, command: &Command, output: &str) -> Result<()> {
    let line = command_line(command);
    match status.signal() {
        _ if status.success() => Ok(()),
        Some(libc::SIGKILL) => bail!("{output}\n{line}: killed, after {deadline:?} at the latest"),
        _ => bail!("{output}\n{line}: {status}"),
    }
}

/// Returns the command as one would type it, with the variables that were set for it.
fn command_line(command: &Command) -> String {
    let mut words = Vec::new();
    for (name, value) in command.get_envs() {
        if let Some(value) = value.filter(|_| name != "CARGO_TERM_COLOR") {
            words.push(format!("{}={}", name.to_string_lossy(), value.to_string_lossy()));
        }
    }
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    words.push(name.to_string_lossy().into_owned());
    words.extend(
        command
            .get_args()
            .map(|argument| argument.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{MINUTE, run, stdout};
    use std::process::Command;
    use std::time::{Duration, Instant};

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_outputs_come_back() {
        assert_eq!(run(&mut sh("echo a; echo b >&2"), MINUTE).unwrap(), "a\nb\n");
        assert_eq!(stdout(&mut sh("echo a; echo b >&2"), MINUTE).unwrap(), "a\n");
    }

    #[test]
    fn a_failure_says_what_ran_and_what_it_wrote() {
        let error = run(&mut sh("echo why; exit 3"), MINUTE).unwrap_err().to_string();
        assert!(
            error.contains("why") && error.contains("sh -c") && error.contains('3'),
            "{error}"
        );
    }

    #[test]
    fn the_deadline_ends_the_whole_group() {
        let start = Instant::now();
        let script = "sleep 600 & echo $!; wait";
        let error = run(&mut sh(script), Duration::from_millis(300))
            .unwrap_err()
            .to_string();
        assert!(start.elapsed() < MINUTE && error.contains("killed"), "{error}");
        let pid = error.lines().next().unwrap();
        assert!(is_gone(pid), "{pid}");
    }

    #[test]
    fn what_a_program_leaves_behind_is_killed() {
        let output = run(&mut sh("sleep 600 & echo $!"), MINUTE).unwrap();
        assert!(is_gone(output.trim()), "{output}");
    }

    /// Waits until a killed orphan is gone, or is a zombie that init has not reaped yet.
    fn is_gone(pid: &str) -> bool {
        let start = Instant::now();
        while start.elapsed() < MINUTE {
            let state = fs_err::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            if state.is_empty() || state.contains(") Z ") || state.contains(") X ") {
                return true;
            }
            std::thread::yield_now();
        }
        false
    }
}
