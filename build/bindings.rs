//! How bindgen reads the headers: used by the build script (feature `bindgen`) and by
//! the test of the committed files (crates/repository/tests/bindings.rs), so that both make the same file.

use bindgen::callbacks::{IntKind, ParseCallbacks};
use bindgen::{Abi, Builder, CodegenConfig, MacroTypeVariation, RustEdition, RustTarget};
use std::path::{Path, PathBuf};

/// Whose PC/SC the headers describe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    PcscLite,
    MacOs,
    Windows,
}

/// Gives each integer macro the type that C's functions take it as.
#[derive(Debug)]
struct Types;

impl ParseCallbacks for Types {
    fn int_macro(&self, name: &str, _value: i64) -> Option<IntKind> {
        let kind = |name: &'static str| {
            Some(IntKind::Custom {
                name,
                is_signed: false,
            })
        };
        if name.starts_with("FEATURE_") || name.starts_with("PCSCv2_") {
            Some(IntKind::U8)
        } else if name.starts_with("MAX_") || name == "SCARD_ATR_LENGTH" || name == "ATR_BUFFER_SIZE" {
            kind("usize")
        } else if ["SCARD_S_", "SCARD_E_", "SCARD_F_", "SCARD_W_", "SCARD_P_"]
            .iter()
            .any(|p| name.starts_with(p))
        {
            Some(IntKind::Custom {
                name: "LONG",
                is_signed: true,
            })
        } else {
            kind("DWORD")
        }
    }
}

/// The settings that every file is made with.
pub(crate) fn builder(header: &Path, include: &[PathBuf], clang: &[&str]) -> Builder {
    bindgen::builder()
        .header(
            header
                .to_str()
                .expect("a header's path is text: it comes from Cargo"),
        )
        .clang_args(include.iter().map(|path| format!("-I{}", path.display())))
        .clang_args(clang)
        .default_macro_constant_type(MacroTypeVariation::Unsigned)
        .parse_callbacks(Box::new(Types))
        .use_core()
        .ctypes_prefix("::core::ffi")
        .rust_target(RustTarget::stable(85, 0).expect("bindgen knows Rust 1.85"))
        .rust_edition(RustEdition::Edition2024)
        .override_abi(Abi::System, "SCard.*|pcsc_.*")
        .generate_comments(false)
        .disable_header_comment()
        .layout_tests(false)
        .impl_debug(true)
}

/// Has clang evaluate the macros that bindgen cannot, such as those with casts; slow with large headers, and of use where
/// constants are made only. `scratch` is a folder for clang's own files.
pub(crate) fn with_macros(builder: Builder, scratch: &Path) -> Builder {
    builder
        .clang_macro_fallback()
        .clang_macro_fallback_build_dir(scratch)
}

/// The names of part 10 of PC/SC: they are the same everywhere and stand in a file of their own.
pub(crate) const PART10: &str = "FEATURE_.*|PCSCv2_.*|PIN_.*|PCSC_TLV_STRUCTURE|HOST_TO_CCID_.*|CM_IOCTL_.*";

/// Reads the platform's headers: its types and constants, then its functions in `mod header`,
/// against which the list in `functions.rs` is checked.
///
/// `layout` adds bindgen's compile-time assertions on sizes and offsets, which hold on the
/// target that the headers were read for.
pub(crate) fn platform(
    platform: Platform,
    header: &Path,
    include: &[PathBuf],
    clang: &[&str],
    scratch: &Path,
    layout: bool,
) -> Result<String, bindgen::BindgenError> {
    let base = || {
        let builder = builder(header, include, clang)
            .blocklist_item(PART10)
            // Functions that only other libraries export.
            .blocklist_function("SCardUIDlg.*|SCardDlg.*|SCardCancelTransaction|GetOpenCardName.*")
            .blocklist_item("g_rgSCard.*");
        match platform {
            Platform::PcscLite => builder,
            // The framework's structure has two 32-bit fields; pcsc-lite's header says `unsigned long` on macOS too.
            Platform::MacOs => builder.blocklist_type(".*SCARD_IO_REQUEST"),
            // `usize` serves 32 and 64 bits with one file.
            Platform::Windows => builder.blocklist_type("U?LONG_PTR"),
        }
    };
    let types = with_macros(base(), scratch)
        .allowlist_type("P?LP?C?(DWORD|LONG|ULONG|BYTE|VOID|STR|WSTR|SCARD.*)|SCARD.*|LP?C?SCARD.*|PSCARD.*|DWORD|LONG|ULONG|BYTE|PBYTE|HANDLE|GUID|UUID|LPC?GUID")
        .allowlist_function("SCard.*|pcsc_stringify_error")
        .allowlist_var("SCARD_.*|MAX_(ATR_SIZE|READERNAME|BUFFER_SIZE|BUFFER_SIZE_EXTENDED)|INFINITE|ATR_BUFFER_SIZE|PCSCLITE_MAX_READERS_CONTEXTS")
        .blocklist_var("SCARD_AUTOALLOCATE|SCARD_(ALL|DEFAULT|LOCAL|SYSTEM)_READERS")
        .with_codegen_config(CodegenConfig::TYPES | CodegenConfig::VARS)
        .layout_tests(layout);
    let types = match platform {
        Platform::PcscLite => types,
        Platform::MacOs => types
            .raw_line("#[repr(C, packed)]\n#[derive(Debug, Copy, Clone)]\npub struct SCARD_IO_REQUEST { pub dwProtocol: DWORD, pub cbPciLength: DWORD }")
            .raw_line("pub type PSCARD_IO_REQUEST = *mut SCARD_IO_REQUEST;\npub type LPSCARD_IO_REQUEST = *mut SCARD_IO_REQUEST;\npub type LPCSCARD_IO_REQUEST = *const SCARD_IO_REQUEST;"),
        Platform::Windows => types.raw_line("pub type ULONG_PTR = usize;"),
    };
    let functions = base()
        .allowlist_function("SCard.*|pcsc_stringify_error")
        .with_codegen_config(CodegenConfig::FUNCTIONS);
    Ok(format!(
        "{}\n#[allow(dead_code, unreachable_pub, reason = \"for the comparison with the list, which leaves some out\")]\npub(crate) mod header {{\nuse super::*;\n{}}}\n",
        types.generate()?,
        functions.generate()?
    ))
}
