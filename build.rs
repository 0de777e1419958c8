//! Links the library (feature `link`) and generates the bindings (feature `bindgen`); without
//! them there is nothing to do.

#[cfg(feature = "bindgen")]
#[path = "build/bindings.rs"]
mod bindings;
#[cfg(any(feature = "link", feature = "bindgen"))]
#[path = "build/system.rs"]
mod system;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    #[cfg(any(feature = "link", feature = "bindgen"))]
    system::find();
}
