//! `cargo xtask test`: runs the stages and says how they went.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use machine::installed::are_here;
use machine::left_out;
use machine::programs::tally;

use crate::stage::Stage;
use crate::stages::STAGES;

/// Runs the named stages, or all of them, in their order; with `--all` also what of them takes long. `--list` only lists
/// them.
///
/// The first stage that fails ends the run; those after it are named. The last line of output is the number of test
/// functions that passed and failed; one that ran in several feature sets counts each time, and a stage that failed
/// without a failed test function counts as one.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<()> {
    if arguments == ["--list"] {
        for stage in STAGES {
            println!("{:<18}{}", stage.name, stage.about);
        }
        return Ok(());
    }
    let is_all = arguments.contains(&"--all");
    let mut names = arguments.to_vec();
    names.retain(|name| *name != "--all");
    let stages = select(&names)?;
    let start = Instant::now();
    let mut reports: Vec<(&str, Duration, String)> = Vec::new();
    let mut failure = None;
    for stage in &stages {
        let start = Instant::now();
        println!("== {}: {}", stage.name, stage.about);
        let _ = std::io::stdout().flush();
        let result = run_one(stage, root, is_all);
        let time = start.elapsed();
        let report = match result {
            Ok(left_out) if left_out.is_empty() => "ok".to_owned(),
            Ok(left_out) => format!("LEFT OUT: {}", left_out.join("; ")),
            Err(error) => {
                println!("{error:#}");
                failure = Some(stage.name);
                "FAILED".to_owned()
            }
        };
        println!("   {} {:.1} s: {report}", stage.name, time.as_secs_f64());
        reports.push((stage.name, time, report));
        if failure.is_some() {
            break;
        }
    }
    print_summary(&reports, &stages, start.elapsed());
    let (passed, mut failed) = tally::total();
    if failure.is_some() {
        failed = failed.max(1);
    }
    println!("{passed} passed, {failed} failed");
    match failure {
        None => Ok(()),
        Some(name) => bail!("the stage {name} failed; `cargo xtask test {name}` runs it alone"),
    }
}

/// Returns the stages of these names in the stages' own order; all of them for no name.
fn select(names: &[&str]) -> Result<Vec<&'static Stage>> {
    for name in names {
        let is_known = STAGES.iter().any(|stage| stage.name == *name);
        ensure!(
            is_known,
            "there is no stage {name}; `cargo xtask test --list` lists them"
        );
    }
    let is_named = |stage: &&Stage| names.is_empty() || names.contains(&stage.name);
    Ok(STAGES.iter().filter(is_named).collect())
}

/// Runs a stage, and returns what it has left out.
fn run_one(stage: &Stage, root: &Path, is_all: bool) -> Result<Vec<String>> {
    if are_here(stage.needs, "everything")? {
        (stage.first)(root)?;
        stage.rest.filter(|_| is_all).map_or(Ok(()), |rest| rest(root))?;
    }
    Ok(left_out::take())
}

fn print_summary(reports: &[(&str, Duration, String)], stages: &[&Stage], total: Duration) {
    println!("== summary");
    for (name, time, report) in reports {
        println!("   {name:<17}{:>7.1} s  {report}", time.as_secs_f64());
    }
    for stage in &stages[reports.len()..] {
        println!("   {:<17}{:>7}    NOT RUN, after the failure", stage.name, "");
    }
    println!("   {:<17}{:>7.1} s", "all", total.as_secs_f64());
}

#[cfg(test)]
mod tests {
    use super::select;
    use crate::stages::STAGES;

    #[test]
    fn no_name_selects_all_and_names_select_in_order() {
        assert_eq!(select(&[]).map(|stages| stages.len()).unwrap(), STAGES.len());
        let stages = select(&["unit", "format"]).unwrap();
        let names: Vec<_> = stages.iter().map(|stage| stage.name).collect();
        assert_eq!(names, ["format", "unit"]);
        assert!(select(&["uint"]).is_err());
    }
}
