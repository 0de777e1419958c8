//! Running a program with a deadline: whatever happens, it ends together with all that it started.
//!
//! The program leads a process group of its own. Its output goes into a file, so a stray grandchild that keeps it
//! open cannot hold up the run.

use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use signal_hook::consts::{SIGHUP, SIGINT, SIGKILL, SIGTERM};
use signal_hook::iterator::Signals;

/// Long enough for building all there is, for its tests in an emulator, and for a slow mirror.
pub const DEADLINE: Duration = Duration::from_secs(20 * 60);

/// The leaders of the groups that run now. None of them is reaped, so their ids are no others'.
static LEADERS: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// Adds arguments to a call as one types them, apart by blanks.
pub trait Words {
    /// Adds them.
    fn words(&mut self, words: &str) -> &mut Self;
}

impl Words for Command {
    fn words(&mut self, words: &str) -> &mut Self {
        self.args(words.split_whitespace())
    }
}

/// Makes a call of a program, with arguments as one types them.
pub fn call(program: &str, words: &str) -> Command {
    let mut command = Command::new(program);
    command.words(words);
    command
}

/// Makes a call as one types it: the program, and its arguments.
pub(crate) fn call_line(line: &str) -> Command {
    let (program, arguments) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
    call(program, arguments)
}

/// Runs a program to its end, within the deadline, and returns what it wrote, to both outputs, in order.
///
/// An error has its command line and all that it wrote.
pub fn run(command: &mut Command) -> Result<String> {
    run_within(command, DEADLINE)
}

/// Runs a program as [`run`] does, within another deadline.
pub fn run_within(command: &mut Command, deadline: Duration) -> Result<String> {
    let (status, output) = outcome_within(command, deadline)?;
    succeeded(status, deadline, command, &output)?;
    Ok(output)
}

/// Runs a program as [`run`] does, and returns what it wrote to its standard output only.
pub fn stdout(command: &mut Command) -> Result<String> {
    let (mut output, mut errors) = (tempfile::tempfile()?, tempfile::tempfile()?);
    command.stdout(output.try_clone()?).stderr(errors.try_clone()?);
    let status = finish(command, DEADLINE)?;
    let output = written(&mut output)?;
    succeeded(
        status,
        DEADLINE,
        command,
        &format!("{output}{}", written(&mut errors)?),
    )?;
    Ok(output)
}

/// Runs a program that may fail, and returns its status and what it wrote to both outputs.
///
/// One that did not end in time has the status of SIGKILL.
pub fn outcome(command: &mut Command) -> Result<(ExitStatus, String)> {
    outcome_within(command, DEADLINE)
}

fn outcome_within(command: &mut Command, deadline: Duration) -> Result<(ExitStatus, String)> {
    let mut output = tempfile::tempfile()?;
    command.stdout(output.try_clone()?).stderr(output.try_clone()?);
    let status = finish(command, deadline)?;
    Ok((status, written(&mut output)?))
}

/// Ends the running programs' groups when this program is told to end, so that Ctrl-C leaves nothing behind.
pub fn forward_signals() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            // Held to the end: nothing more is started.
            let leaders = leaders();
            leaders.iter().copied().for_each(kill);
            std::process::exit(128 + signal);
        }
    });
    Ok(())
}

/// Waits for the program's end or the deadline, then kills what is left of its group, and reaps it.
fn finish(command: &mut Command, deadline: Duration) -> Result<ExitStatus> {
    command.stdin(Stdio::null()).process_group(0);
    let mut leaders_now = leaders();
    let mut child = command.spawn().with_context(|| command_line(command))?;
    let leader = Pid::from_child(&child);
    leaders_now.push(leader);
    drop(leaders_now);
    let (ended, end) = mpsc::channel();
    // The program is not reaped in here: its id, and so the group's, stays its own.
    let waited = thread::scope(|scope| {
        scope.spawn(move || {
            if end.recv_timeout(deadline).is_err() {
                kill(leader);
            }
        });
        let how = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let waited = retry_on_intr(|| waitid(WaitId::Pid(leader), how));
        let _ = ended.send(());
        waited
    });
    kill(leader);
    leaders().retain(|other| *other != leader);
    let status = child.wait()?;
    waited?;
    Ok(status)
}

fn leaders() -> MutexGuard<'static, Vec<Pid>> {
    LEADERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Kills a group by its leader.
fn kill(leader: Pid) {
    let _ = kill_process_group(leader, Signal::KILL);
}

fn written(file: &mut File) -> Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn succeeded(status: ExitStatus, deadline: Duration, command: &Command, output: &str) -> Result<()> {
    let line = command_line(command);
    match status.signal() {
        _ if status.success() => Ok(()),
        Some(SIGKILL) => bail!("{output}\n{line}: killed, after {deadline:?} at the latest"),
        _ => bail!("{output}\n{line}: {status}"),
    }
}

/// Returns the command as one would type it, with the variables that were set for it.
fn command_line(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name();
    let name = name.unwrap_or(command.get_program()).to_string_lossy();
    let variables = command
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_string_lossy(), value?.to_string_lossy())));
    let variables = variables.filter(|(name, _)| name != "CARGO_TERM_COLOR");
    let variables = variables.map(|(name, value)| format!("{name}={value}"));
    let arguments = command
        .get_args()
        .map(|argument| argument.to_string_lossy().into_owned());
    let words: Vec<_> = variables.chain([name.into_owned()]).chain(arguments).collect();
    words.join(" ")
}

// Elsewhere there is no /proc, which tells whether a process is gone.
#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{call, run, run_within, stdout};
    use std::process::Command;
    use std::time::{Duration, Instant};

    const MINUTE: Duration = Duration::from_secs(60);

    fn sh(script: &str) -> Command {
        let mut command = call("sh", "-c");
        command.arg(script);
        command
    }

    #[test]
    fn both_outputs_come_back() {
        assert_eq!(run(&mut sh("echo a; echo b >&2")).unwrap(), "a\nb\n");
        assert_eq!(stdout(&mut sh("echo a; echo b >&2")).unwrap(), "a\n");
    }

    #[test]
    fn a_failure_says_what_ran_and_what_it_wrote() {
        let error = run(&mut sh("echo why; exit 3")).unwrap_err().to_string();
        assert!(
            error.contains("why") && error.contains("sh -c") && error.contains('3'),
            "{error}"
        );
    }

    #[test]
    fn the_deadline_ends_the_whole_group() {
        let mut deadline = Duration::from_millis(300);
        let pid = loop {
            let error = run_within(&mut sh("sleep 600 & echo $!; wait"), deadline);
            let error = error.unwrap_err().to_string();
            assert!(error.contains("killed"), "{error}");
            let first = error.lines().next().unwrap();
            if !first.is_empty() {
                break first.to_owned();
            }
            // It was killed before it had started what is to be killed with it.
            deadline *= 2;
            assert!(deadline < MINUTE, "{error}");
        };
        assert!(is_gone(&pid), "{pid}");
    }

    #[test]
    fn what_a_program_leaves_behind_is_killed() {
        let output = run(&mut sh("sleep 600 & echo $!")).unwrap();
        assert!(is_gone(output.trim()), "{output}");
    }

    /// Waits until a killed orphan is gone, or is a zombie that init has not reaped yet.
    fn is_gone(pid: &str) -> bool {
        assert!(pid.parse::<u32>().is_ok(), "{pid:?} is no process");
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
