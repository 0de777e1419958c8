//! Programs as users write them, on the simulator: each is kept because it compiled, and because of what it did.

mod answers;
#[path = "../example/mod.rs"]
mod example;
mod examples;
mod held;
mod piv;
mod piv_card;
mod propagation;
mod pyscard;
mod wherever;
