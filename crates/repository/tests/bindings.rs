//! The committed files in `src/bindings/` are what the headers give. With PCSC_BINDINGS=write in the environment they are
//! written anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use repository::{
    headers, headers_are_those_of_the_bindings, headers_version, read, root, stdout, target_folder, write,
};

#[path = "../../../build/bindings.rs"]
mod generate;

use generate::Platform;

/// Where Debian's package puts the headers.
const MINGW: &str = "/usr/share/mingw-w64/include";

const AGAIN: &str = "`PCSC_BINDINGS=write cargo xtask test bindings` writes this file.";

#[test]
#[ignore = "cargo xtask test bindings"]
fn the_committed_bindings_are_what_the_headers_give() {
    let is_written = std::env::var("PCSC_BINDINGS").is_ok_and(|wanted| wanted == "write");
    if !is_written && !headers_are_those_of_the_bindings() {
        return;
    }
    let version = headers_version();
    let scratch = target_folder().join("bindings");
    let lite = [headers()];
    // Windows' headers are the largest: they are read beside the others.
    let windows = thread::spawn(|| {
        let clang = ["--target=x86_64-pc-windows-gnu", "-D_WIN32_WINNT=0x0A00", "-w"];
        made(
            Platform::Windows,
            &[PathBuf::from(MINGW), clang_headers()],
            &clang,
            "windows",
        )
    });
    let files = [
        (
            "pcsclite.rs",
            format!("pcsc-lite's types and constants, from the headers of pcsc-lite {version}. {AGAIN}"),
            made(Platform::PcscLite, &lite, &[], "pcsclite"),
        ),
        (
            "macos.rs",
            format!(
                "macOS' types and constants, from the `__APPLE__` branches of pcsc-lite {version}'s headers, with the framework's \
                 own\n//! SCARD_IO_REQUEST; `layout.rs` holds it by assertions. {AGAIN}"
            ),
            made(Platform::MacOs, &lite, &["-D__APPLE__"], "macos"),
        ),
        (
            "part10.rs",
            format!(
                "Part 10 of PC/SC, from `reader.h` of pcsc-lite {version}: the same on every platform.\n//! {AGAIN}"
            ),
            part10(&lite, &scratch),
        ),
        (
            "windows.rs",
            format!(
                "Windows' types and constants, from mingw-w64's headers and what `wrapper.h` adds to them;\n//! `layout.rs` holds \
                 it by assertions. {AGAIN}"
            ),
            windows.join().expect("bindgen reads Windows' headers"),
        ),
    ];
    for (name, about, text) in files {
        let path = root().join("src/bindings").join(name);
        let text = formatted(&scratch.join(name), &format!("//! {about}\n\n{text}"));
        if is_written {
            write(&path, &text);
            println!("   {name} was written");
        }
        let is_same = read(&path) == text;
        assert!(
            is_same,
            "{path:?} is not what the headers give: PCSC_BINDINGS=write writes it anew"
        );
    }
}

fn made(platform: Platform, include: &[PathBuf], clang: &[&str], name: &str) -> String {
    // Clang has files of its own there.
    let scratch = target_folder().join("bindings").join(name);
    fs::create_dir_all(&scratch).unwrap();
    generate::platform(
        platform,
        &root().join("wrapper.h"),
        include,
        clang,
        &scratch,
        false,
    )
    .unwrap()
}

/// Returns part 10 of PC/SC from pcsc-lite's `reader.h`.
fn part10(include: &[PathBuf], scratch: &Path) -> String {
    let builder = generate::builder(&root().join("wrapper.h"), include, &[]);
    let builder = generate::with_macros(builder, scratch)
        .allowlist_item(generate::PART10)
        .blocklist_item("HOST_TO_CCID_.*|CM_IOCTL_.*")
        .with_codegen_config(bindgen::CodegenConfig::TYPES | bindgen::CodegenConfig::VARS);
    builder.generate().unwrap().to_string()
}

/// Returns the folder of the headers that belong to libclang itself, which mingw-w64's include.
fn clang_headers() -> PathBuf {
    let below = |folder: PathBuf| {
        fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
    };
    let versions = below("/usr/lib".into()).flat_map(|llvm| below(llvm.join("lib/clang")));
    let mut found: Vec<_> = versions.map(|version| version.join("include")).collect();
    found.retain(|include| include.join("x86intrin.h").exists());
    found.sort();
    found.pop().expect("libclang's headers are below /usr/lib")
}

/// Formats a text as `cargo fmt` would, with the settings of the workspace, wherever the file is.
fn formatted(file: &Path, text: &str) -> String {
    write(file, text);
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--config-path"]).arg(root());
    stdout(rustfmt.arg(file));
    read(file)
}
