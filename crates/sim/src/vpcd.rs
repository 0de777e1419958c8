//! Plugs a card into a real pcscd, through the virtual reader of vsmartcard.
//!
//! The virtual reader (Debian's package `vsmartcard-vpcd`) listens on a TCP port. Connecting to it inserts the card,
//! closing the connection removes it. [`serve`] does both on the calling thread, [`insert`] on a thread of its own.
//!
//! Each message is a length in two bytes, big-endian, and as many bytes. What the reader sends is a command APDU, or
//! one byte for the card's power: off (0), on (1), reset (2), or a request for the answer to reset (4).
//!
//! So this path has limits that other readers do not have. A command of one of these bytes alone never reaches the card,
//! and but for 4 the program that sent it waits until the card is removed. An answer to reset or to a command has 1 to
//! 65,535 bytes.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::thread::JoinHandle;

use crate::card::Card;
use crate::quiet_thread;

const POWER_OFF: u8 = 0;
const POWER_ON: u8 = 1;
const RESET: u8 = 2;
const SEND_ATR: u8 = 4;

/// Inserts a card into the virtual reader at `addr` and serves it until the reader goes away.
///
/// Blocks. Plug in `&mut card` to have the card back afterwards.
///
/// # Errors
/// - [`ConnectionRefused`](ErrorKind::ConnectionRefused): no virtual reader listens there, or not yet.
/// - [`InvalidData`](ErrorKind::InvalidData): the card gave an answer that does not fit into a message, being empty or
///   longer than 65,535 bytes. The card is removed.
/// - Any other error of the connection, except that the reader closed it.
///
/// # Examples
/// ```
/// use pcsc_sim::{DemoCard, vpcd};
/// # use std::io::{Read, Write};
///
/// # let reader = std::net::TcpListener::bind("127.0.0.1:0")?; // in the place of the virtual reader
/// # let port = reader.local_addr()?.port();
/// let serving = std::thread::spawn(move || {
///     let mut card = DemoCard::new();
///     vpcd::serve(("127.0.0.1", port), &mut card).map(|()| card.commands())
/// });
/// # let (mut slot, _) = reader.accept()?;
/// // The reader sends one command, and goes away.
/// # slot.write_all(&[0, 4, 0x00, 0xA4, 0x00, 0x0C])?;
/// # let mut answer = [0; 4];
/// # slot.read_exact(&mut answer)?;
/// # assert_eq!(answer, [0, 2, 0x90, 0x00]);
/// # drop(slot);
/// assert_eq!(serving.join().unwrap()?, 1);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn serve(addr: impl ToSocketAddrs, card: impl Card) -> io::Result<()> {
    serve_on(&connect(addr)?, card)
}

/// Inserts a card into the virtual reader at `addr` and serves it in the background.
///
/// Returns as soon as the reader's port has taken the connection. pcscd looks for a card about once a second: wait for
/// its event with `SCardGetStatusChange`.
///
/// # Errors
/// [`ConnectionRefused`](ErrorKind::ConnectionRefused) where no virtual reader listens there, or not yet; any other error
/// of connecting or of starting a thread.
///
/// # Examples
/// ```
/// use pcsc_sim::{DemoCard, vpcd};
///
/// # let reader = std::net::TcpListener::bind("127.0.0.1:0")?; // in the place of the virtual reader
/// # let port = reader.local_addr()?.port();
/// let card = vpcd::insert(("127.0.0.1", port), DemoCard::new())?; // the port of the virtual reader
/// assert!(reader.accept().is_ok());
/// drop(card); // which removes it
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn insert<C: Card + 'static>(addr: impl ToSocketAddrs, mut card: C) -> io::Result<Inserted<C>> {
    // One socket for both sides: what is under way is cancelled by its handle.
    let socket = Arc::new(connect(addr)?);
    let stream = Arc::clone(&socket);
    let thread = quiet_thread::spawn("vpcd card", move || {
        let _removal = RemovedAtEnd(&stream);
        serve_on(&stream, &mut card).map(|()| card)
    })?;
    Ok(Inserted {
        socket,
        thread: Some(thread),
    })
}

/// A card in a virtual reader, until it is removed or this value is dropped.
///
/// Dropping waits until the card has finished the command that it is executing.
///
/// # Examples
/// ```
/// use pcsc_sim::{DemoCard, vpcd};
/// # use std::io::{Read, Write};
///
/// # let reader = std::net::TcpListener::bind("127.0.0.1:0")?; // in the place of the virtual reader
/// # let port = reader.local_addr()?.port();
/// let inserted = vpcd::insert(("127.0.0.1", port), DemoCard::new())?;
/// // The program under test opens a logical channel.
/// # let (mut slot, _) = reader.accept()?;
/// # slot.write_all(&[0, 5, 0x00, 0x70, 0x00, 0x00, 0x01])?;
/// # slot.read_exact(&mut [0; 5])?;
/// assert_eq!(inserted.remove()?.open_channels(), 2);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "dropping it removes the card"]
pub struct Inserted<C> {
    socket: Arc<TcpStream>,
    thread: Option<JoinHandle<io::Result<C>>>,
}

impl<C> Inserted<C> {
    /// Removes the card from the reader and returns it.
    ///
    /// Waits until the card has finished the command that it is executing. pcscd notices within about a second.
    ///
    /// # Errors
    /// Why the card had stopped answering before: see [`serve`]. Its code may also have panicked.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, vpcd};
    ///
    /// # let reader = std::net::TcpListener::bind("127.0.0.1:0")?; // in the place of the virtual reader
    /// # let port = reader.local_addr()?.port();
    /// let inserted = vpcd::insert(("127.0.0.1", port), DemoCard::new())?;
    /// let card = inserted.remove()?;
    /// assert_eq!(card.commands(), 0);
    /// // The reader sees the end of the connection.
    /// assert_eq!(std::io::Read::read(&mut reader.accept()?.0, &mut [0])?, 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn remove(mut self) -> io::Result<C> {
        self.end()
            .unwrap_or_else(|| Err(io::Error::other("the card was removed before")))
    }

    fn end(&mut self) -> Option<io::Result<C>> {
        let thread = self.thread.take()?;
        // Fails where the reader has closed the connection already, and then there is nothing left to shut down.
        let _ = self.socket.shutdown(Shutdown::Both);
        // Again and again: a read that begins only now is not under way yet.
        #[cfg(windows)]
        while !thread.is_finished() {
            cancel(&self.socket);
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        Some(
            thread
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("the card's code panicked"))),
        )
    }
}

impl<C> Drop for Inserted<C> {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

/// Closes the connection when serving ends in any way: the `Inserted` holds the socket too and would keep it open, and
/// the reader would wait for an answer for ever.
struct RemovedAtEnd<'a>(&'a TcpStream);

impl Drop for RemovedAtEnd<'_> {
    fn drop(&mut self) {
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

fn connect(addr: impl ToSocketAddrs) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(addr)
        .map_err(|error| io::Error::new(error.kind(), format!("no virtual reader took the card: {error}")))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Ends a read that waits. On Windows it does not notice that its socket is shut down, and one with a time limit may lose
/// bytes when that runs out.
#[cfg(windows)]
fn cancel(stream: &TcpStream) {
    use std::os::windows::io::AsRawSocket;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn CancelIoEx(file: pcsc_sys::HANDLE, overlapped: *mut std::ffi::c_void) -> i32;
    }

    let socket = stream.as_raw_socket() as pcsc_sys::HANDLE;
    // SAFETY: `stream` keeps the socket open during the call, and null stands for all that is under way on it.
    unsafe { CancelIoEx(socket, std::ptr::null_mut()) };
}

fn serve_on(stream: &TcpStream, card: impl Card) -> io::Result<()> {
    match exchange(stream, card) {
        Err(error) if is_reader_gone(&error) => Ok(()),
        result => result,
    }
}

fn exchange(stream: &TcpStream, mut card: impl Card) -> io::Result<()> {
    let (mut command, mut response, mut message) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        receive(stream, &mut command)?;
        match *command {
            [POWER_OFF] => {}
            [POWER_ON | RESET] => card.reset(),
            [SEND_ATR] => send(stream, card.atr(), &mut message)?,
            _ => {
                response.clear();
                card.transmit(&command, &mut response);
                send(stream, &response, &mut message)?;
            }
        }
    }
}

/// A reader that is killed ends the connection in other ways than one that closes it, also within a message. For a card
/// they are all the same.
fn is_reader_gone(error: &io::Error) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
    /// Windows' codes for a socket that was shut down, and for a call on it that was cancelled: they have no kind.
    const WSAESHUTDOWN: i32 = 10058;
    const WSA_OPERATION_ABORTED: i32 = 995;
    matches!(
        error.kind(),
        BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof
    ) || cfg!(windows) && matches!(error.raw_os_error(), Some(WSAESHUTDOWN | WSA_OPERATION_ABORTED))
}

fn receive(stream: &TcpStream, message: &mut Vec<u8>) -> io::Result<()> {
    let mut length = [0; 2];
    fill(stream, &mut length)?;
    message.resize(u16::from_be_bytes(length).into(), 0);
    fill(stream, message)
}

fn fill(mut stream: &TcpStream, mut buffer: &mut [u8]) -> io::Result<()> {
    while !buffer.is_empty() {
        match stream.read(buffer) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => buffer = &mut buffer[read..],
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        acknowledge(stream)?;
    }
    Ok(())
}

/// Sends the length and the bytes in one write: in two, the second would wait for the first one's acknowledgement.
fn send(mut stream: &TcpStream, bytes: &[u8], message: &mut Vec<u8>) -> io::Result<()> {
    let length = match u16::try_from(bytes.len()) {
        Ok(0) => {
            return Err(unsendable(
                "the card gave an empty answer, which the virtual reader takes for a removal",
            ));
        }
        Ok(length) => length,
        Err(_) => {
            let text = format!(
                "the card's answer of {} bytes is longer than the virtual reader's 65535",
                bytes.len()
            );
            return Err(unsendable(&text));
        }
    };
    message.clear();
    message.extend_from_slice(&length.to_be_bytes());
    message.extend_from_slice(bytes);
    stream.write_all(message)
}

fn unsendable(text: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, text)
}

/// Acknowledges what was read at once. The reader sends length and bytes in two writes and holds the second one back
/// until the first is acknowledged, which the kernel puts off by 40 ms. It forgets the setting, hence after each read.
#[cfg(target_os = "linux")]
fn acknowledge(stream: &TcpStream) -> io::Result<()> {
    use std::os::fd::AsRawFd;

    let on: libc::c_int = 1;
    // SAFETY: `stream` keeps the descriptor open during the call; the pointer and the length are those of `on`, a local
    // that outlives the call, which only reads it.
    let result = unsafe {
        libc::setsockopt(
            stream.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_QUICKACK,
            (&raw const on).cast(),
            size_of_val(&on) as libc::socklen_t,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Only Linux has TCP_QUICKACK.
#[cfg(not(target_os = "linux"))]
fn acknowledge(_: &TcpStream) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
