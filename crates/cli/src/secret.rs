//! Secrets, typed at a terminal without echo.

use crate::failure::Failure;
use std::io::{self, Write};
use std::sync::Once;
use zeroize::Zeroizing;

/// Asks for a secret at the terminal, whatever standard input is.
pub(crate) fn ask(name: &str) -> Result<Zeroizing<String>, Failure> {
    static RESTORED: Once = Once::new();
    RESTORED.call_once(restore_terminal_at_end);
    // What was printed stands before the question.
    io::stdout().flush()?;
    match rpassword::prompt_password(format!("{name}: ")) {
        Ok(secret) => Ok(Zeroizing::new(secret)),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(Failure::Interrupted),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(Failure::usage(format!("{name}: nothing was typed")))
        }
        Err(error) => Err(Failure::usage(format!(
            "{name} is asked for at a terminal, and there is none: {error}"
        ))),
    }
}

/// Has the terminal echo again where a signal ends the program at a question or a prompt.
pub(crate) fn restore_terminal_at_end() {
    #[cfg(unix)]
    {
        use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
        let Ok(terminal) = std::fs::File::open("/dev/tty") else {
            return;
        };
        if let Ok(attributes) = tcgetattr(&terminal) {
            crate::interrupt::at_end(move || {
                // It may have gone.
                let _ = tcsetattr(&terminal, OptionalActions::Now, &attributes);
            });
        }
    }
}
