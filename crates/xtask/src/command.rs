//! Running a program with a deadline: whatever happens, it ends together with all that it started.
//!
//! The program leads a process group of its own. Its output goes into a file, so a stray grandchild that keeps it
//! open cannot hold up the run.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Long enough for a program that only says something about itself.
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// The group that runs now, for the signal handler; 0 where none does.
static GROUP: AtomicI32 = AtomicI32::new(0);

/// Runs a program to its end, within the deadline, and returns what it wrote, to both outputs, in order.
///
/// # Errors
/// It could not be started, did not end in time, or failed: with its command line and all that it wrote.
pub(crate) fn run(command: &mut Command, deadline: Duration) -> Result<String, String> {
    let line = command_line(command);
    let (status, output) =
        status_and_output(command, deadline).map_err(|error| format!("{line}: {error}"))?;
    succeeded(status, deadline, &line).map_err(|error| format!("{output}\n{error}"))?;
    Ok(output)
}

/// Runs a program to its end, within the deadline, and returns what it wrote to its standard output only.
///
/// # Errors
/// As [`run`]; what it wrote to its standard error is part of the text.
pub(crate) fn stdout(command: &mut Command, deadline: Duration) -> Result<String, String> {
    let line = command_line(command);
    let (status, output, errors) = (|| -> io::Result<_> {
        let (mut output, mut errors) = (tempfile::tempfile()?, tempfile::tempfile()?);
        command.stdout(output.try_clone()?).stderr(errors.try_clone()?);
        let status = finish(command, deadline)?;
        Ok((status, written(&mut output)?, written(&mut errors)?))
    })()
    .map_err(|error| format!("{line}: {error}"))?;
    succeeded(status, deadline, &line).map_err(|error| format!("{output}{errors}\n{error}"))?;
    Ok(output)
}

/// Runs a program that may fail, and returns its status and what it wrote to both outputs.
///
/// # Errors
/// It could not be started. One that did not end in time has the status of SIGKILL.
pub(crate) fn status_and_output(
    command: &mut Command,
    deadline: Duration,
) -> io::Result<(ExitStatus, String)> {
    let mut output = tempfile::tempfile()?;
    command.stdout(output.try_clone()?).stderr(output.try_clone()?);
    let status = finish(command, deadline)?;
    Ok((status, written(&mut output)?))
}

/// Ends the running program's group when this program is told to end, so that Ctrl-C leaves nothing behind.
pub(crate) fn forward_signals() {
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        let handler: extern "C" fn(libc::c_int) = die;
        // SAFETY: the handler calls only what POSIX allows in one: kill and _exit, and reads an atomic.
        unsafe { libc::signal(signal, handler as libc::sighandler_t) };
    }
}

extern "C" fn die(signal: libc::c_int) {
    kill(GROUP.load(Ordering::SeqCst));
    // SAFETY: takes a number and does not return.
    unsafe { libc::_exit(128 + signal) };
}

/// Waits for the program's end or the deadline, then kills what is left of its group, and reaps it.
fn finish(command: &mut Command, deadline: Duration) -> io::Result<ExitStatus> {
    let mut child = command.stdin(Stdio::null()).process_group(0).spawn()?;
    let group = child.id() as libc::pid_t;
    GROUP.store(group, Ordering::SeqCst);
    let (ended, end) = mpsc::channel();
    // The program is not reaped in here: its id, and so the group's, stays its own.
    let waited = thread::scope(|scope| {
        scope.spawn(move || {
            if end.recv_timeout(deadline).is_err() {
                kill(group);
            }
        });
        let waited = wait_unreaped(&child);
        let _ = ended.send(());
        waited
    });
    kill(group);
    GROUP.store(0, Ordering::SeqCst);
    let status = child.wait()?;
    waited.map(|()| status)
}

/// Waits for the program's end and leaves it a zombie.
fn wait_unreaped(child: &Child) -> io::Result<()> {
    loop {
        // SAFETY: zero is a valid value of every field of this C structure.
        let mut information: libc::siginfo_t = unsafe { std::mem::zeroed() };
        // SAFETY: the id is a child's that only `finish` reaps, later; the structure is a local.
        let result = unsafe {
            libc::waitid(
                libc::P_PID,
                child.id() as libc::id_t,
                &raw mut information,
                libc::WEXITED | libc::WNOWAIT,
            )
        };
        if result == 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Kills a group by its leader's id; 0 is none.
fn kill(group: libc::pid_t) {
    if group > 0 {
        // SAFETY: takes two numbers. The leader is not reaped, so the id is no other group's.
        unsafe { libc::kill(-group, libc::SIGKILL) };
    }
}

fn written(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn succeeded(status: ExitStatus, deadline: Duration, line: &str) -> Result<(), String> {
    if status.success() {
        Ok(())
    } else if status.signal() == Some(libc::SIGKILL) {
        Err(format!("{line}: killed, after {deadline:?} at the latest"))
    } else {
        Err(format!("{line}: {status}"))
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
        let error = run(&mut sh("echo why; exit 3"), MINUTE).unwrap_err();
        assert!(
            error.contains("why") && error.contains("sh -c") && error.contains('3'),
            "{error}"
        );
    }

    #[test]
    fn the_deadline_ends_the_whole_group() {
        let start = Instant::now();
        let script = "sleep 600 & echo $!; wait";
        let error = run(&mut sh(script), Duration::from_millis(300)).unwrap_err();
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
            let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            if state.is_empty() || state.contains(") Z ") || state.contains(") X ") {
                return true;
            }
            std::thread::yield_now();
        }
        false
    }
}
