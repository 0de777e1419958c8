//! The stages of a full test, in their order. A stage is a file of its own, and an entry here.

mod aarch64;
mod abi;
mod bare;
mod bindings;
mod build_script;
mod build_time;
mod cost;
mod docs;
mod drift;
mod drop_in;
mod format;
mod git_users;
mod i686;
mod links;
mod lint;
mod loom;
mod memcheck;
mod msrv;
mod musl;
mod no_std;
mod package;
mod packages;
mod pcscd;
mod s390x;
mod setup;
mod sim_boundary;
mod sim_clients;
mod static_programs;
mod targets;
mod thread_sanitizer;
mod unit;
mod versions;
mod windows;

use crate::stage::Stage;

/// All stages, each after those that prepare it.
pub(crate) const STAGES: &[Stage] = &[
    setup::STAGE,
    format::STAGE,
    lint::STAGE,
    packages::STAGE,
    docs::STAGE,
    bindings::STAGE,
    abi::STAGE,
    drift::STAGE,
    build_script::STAGE,
    unit::STAGE,
    loom::STAGE,
    pcscd::STAGE,
    drop_in::STAGE,
    cost::STAGE,
    memcheck::STAGE,
    sim_clients::STAGE,
    sim_boundary::STAGE,
    bare::STAGE,
    build_time::STAGE,
    package::STAGE,
    git_users::STAGE,
    i686::STAGE,
    aarch64::STAGE,
    s390x::STAGE,
    musl::STAGE,
    versions::STAGE,
    static_programs::STAGE,
    windows::STAGE,
    thread_sanitizer::STAGE,
    links::STAGE,
    targets::STAGE,
    no_std::STAGE,
    msrv::STAGE,
];

#[cfg(test)]
mod tests {
    use super::STAGES;
    use crate::requirements::{BINDGEN, LINK, is_known};

    #[test]
    fn names_are_unique() {
        for (index, stage) in STAGES.iter().enumerate() {
            assert!(
                STAGES[..index].iter().all(|other| other.name != stage.name),
                "{}",
                stage.name
            );
        }
    }

    #[test]
    fn each_package_that_a_stage_needs_can_be_looked_for() {
        let needs = STAGES.iter().flat_map(|stage| stage.needs.concat());
        for name in needs.chain(LINK.iter().copied()).chain(BINDGEN.iter().copied()) {
            assert!(is_known(name), "{name}");
        }
    }
}
