//! Where C is called: the handles that own what C gives out, and C's numbers and texts as types.
//!
//! [`ContextHandle`] and [`CardHandle`] are the only callers of C. Each holds its provider and its handle together, for as
//! long as the handle is open, and ends it in its Drop; what their SAFETY comments argue from is that, and the promise of
//! [`Provider::new`](pcsc_sys::Provider::new): that each function of a provider is the C function of its name.

mod attribute;
#[allow(unsafe_code, reason = "it calls C")]
mod card;
mod card_status;
mod code;
#[allow(unsafe_code, reason = "it calls C")]
mod context;
#[allow(unsafe_code, reason = "what a raw handle is, its giver promises")]
mod crossings;
mod disposition;
mod output;
mod protocol;
#[cfg_attr(unix, allow(unsafe_code, reason = "it sets the mask of signals"))]
mod quiet_thread;
mod reader_name;
mod reader_state;
mod share_mode;
#[cfg(windows)]
#[allow(unsafe_code, reason = "it calls C")]
mod started_event;
mod text;
mod wrong_answer;

pub use attribute::Attribute;
pub(crate) use card::{CardHandle, Opening};
pub use card_status::{CardState, CardStatus};
pub use code::Code;
pub(crate) use context::{ContextHandle, EstablishError};
pub use disposition::Disposition;
pub(crate) use output::{CallError, OutputError, WholeError, read_whole};
pub use protocol::{Protocol, Protocols};
pub(crate) use quiet_thread::spawn as spawn_quiet_thread;
pub use reader_name::ReaderName;
pub use reader_state::{ReaderState, StateFlags};
pub use share_mode::ShareMode;
#[cfg(windows)]
pub(crate) use started_event::{StartedEvent, WakeEvent};
pub(crate) use text::Unit;
pub use wrong_answer::WrongAnswer;
