//! Each finding, on machines whose files are made up, with a simulated service.

mod at_last;
mod cards;
mod commands;
mod library;
mod machine;
mod readme;
mod service;
mod silence;
mod usb;
