//! What a program without unsafe code cannot do with a provider: examples that must not compile.
//!
//! The stable compiler takes any error for the expected one. So each stands beside an example that differs in one thing only,
//! and compiles.

/// Make one of a table of its own.
///
/// ```
/// use pcsc_sys::{Functions, Provider};
///
/// static MINE: Functions = Functions::UNSUPPORTED;
/// // SAFETY: its functions only say that they are not there.
/// let provider = unsafe { Provider::new(&MINE) };
/// # let _ = provider;
/// ```
///
/// ```compile_fail,E0133
/// use pcsc_sys::{Functions, Provider};
///
/// static MINE: Functions = Functions::UNSUPPORTED;
/// let provider = Provider::new(&MINE);
/// # let _ = provider;
/// ```
///
/// ```compile_fail
/// #![forbid(unsafe_code)]
/// use pcsc_sys::{Functions, Provider};
///
/// static MINE: Functions = Functions::UNSUPPORTED;
/// // SAFETY: its functions only say that they are not there.
/// let provider = unsafe { Provider::new(&MINE) };
/// # let _ = provider;
/// ```
struct OfATable;

/// Load one.
///
/// ```no_run
/// # #[cfg(feature = "load")]
/// fn load(path: &str) -> Result<pcsc_sys::Provider, pcsc_sys::LoadError> {
///     // SAFETY: this is never run.
///     unsafe { pcsc_sys::Provider::load(path) }
/// }
/// ```
#[cfg_attr(feature = "load", doc = "```compile_fail,E0133")]
#[cfg_attr(not(feature = "load"), doc = "```ignore")]
/// fn load(path: &str) -> Result<pcsc_sys::Provider, pcsc_sys::LoadError> {
///     pcsc_sys::Provider::load(path)
/// }
/// ```
struct OfALibrary;

/// Change the table under one; only a copy.
///
/// ```
/// use pcsc_sys::{Functions, Provider};
///
/// fn change(provider: Provider) {
///     let mut functions = *provider.functions();
///     functions.SCardDisconnect = Functions::UNSUPPORTED.SCardDisconnect;
/// }
/// ```
///
/// ```compile_fail,E0594
/// use pcsc_sys::{Functions, Provider};
///
/// fn change(provider: Provider) {
///     let functions = provider.functions();
///     functions.SCardDisconnect = Functions::UNSUPPORTED.SCardDisconnect;
/// }
/// ```
///
/// ```
/// use pcsc_sys::{Functions, Provider};
///
/// fn change(provider: Provider) {
///     let functions: &'static Functions = provider.functions();
///     # let _ = functions;
/// }
/// ```
///
/// ```compile_fail,E0308
/// use pcsc_sys::{Functions, Provider};
///
/// fn change(provider: Provider) {
///     let functions: &'static mut Functions = provider.functions();
///     # let _ = functions;
/// }
/// ```
struct WithAnotherTable;

/// Write one down; the unit test `a_provider_has_these_fields` does, inside of this crate.
///
/// ```compile_fail,E0451
/// use pcsc_sys::{Functions, Provider};
///
/// static MINE: Functions = Functions::UNSUPPORTED;
///
/// fn forge(provider: Provider) -> Provider {
///     Provider { functions: &MINE, ..provider }
/// }
/// ```
///
/// ```compile_fail,E0616
/// use pcsc_sys::{Functions, Provider};
///
/// static MINE: Functions = Functions::UNSUPPORTED;
///
/// fn forge(mut provider: Provider) {
///     provider.functions = &MINE;
/// }
/// ```
struct Literal;
