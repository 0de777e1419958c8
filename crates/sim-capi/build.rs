//! What the loader is to know of the library.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let system = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if !matches!(system.as_str(), "linux" | "freebsd") {
        return;
    }
    // With the name of the library that it stands for, a preloaded one is found by programs that open that one by name.
    println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libpcsclite.so.1");
    // A program that closes the library must not take the code away from under the thread that serves events.
    println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
}
