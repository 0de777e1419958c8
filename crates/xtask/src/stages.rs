//! The stages of a full test, in their order. A stage is a file, or shares one with those of its shape, and an entry here.

mod bare;
mod docs;
mod drop_in;
mod format;
mod links;
mod lint;
mod loom;
mod memcheck;
mod msrv;
mod musl;
mod outside_packages;
mod pcscd;
mod processors;
mod repository;
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
    outside_packages::STAGE,
    docs::STAGE,
    repository::BINDINGS,
    repository::ABI,
    repository::DRIFT,
    repository::BUILD_SCRIPT,
    unit::STAGE,
    loom::STAGE,
    pcscd::STAGE,
    drop_in::STAGE,
    repository::COST,
    memcheck::STAGE,
    sim_clients::STAGE,
    sim_boundary::STAGE,
    bare::STAGE,
    repository::BUILD_TIME,
    repository::PUBLISHED,
    repository::GIT_USERS,
    processors::I686,
    processors::AARCH64,
    processors::S390X,
    musl::STAGE,
    versions::STAGE,
    static_programs::STAGE,
    windows::STAGE,
    thread_sanitizer::STAGE,
    links::STAGE,
    targets::TARGETS,
    targets::NO_STD,
    msrv::STAGE,
];

#[cfg(test)]
mod tests {
    use super::STAGES;
    use machine::installed::missing;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique() {
        for (index, stage) in STAGES.iter().enumerate() {
            let mut before = STAGES[..index].iter();
            assert!(before.all(|other| other.name != stage.name), "{}", stage.name);
        }
    }

    #[test]
    fn each_need_can_be_looked_for() {
        let needs = STAGES.iter().flat_map(|stage| stage.needs);
        let needs: BTreeSet<_> = needs.flat_map(|words| words.split(' ')).collect();
        let needs: Vec<_> = needs.into_iter().collect();
        assert!(missing(&needs).is_ok());
        let error = missing(&["gcc no-such-need"]).unwrap_err().to_string();
        assert!(error.contains("no-such-need"), "{error}");
    }
}
