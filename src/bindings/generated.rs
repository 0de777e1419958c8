//! What the build script made of this machine's headers.
include!(concat!(env!("OUT_DIR"), "/platform.rs"));
