//! The fenced blocks of the README and of other documents.

use anyhow::{Context, Result, bail};

/// Returns the blocks of Rust in a document; there must be one, and none that is marked as more than Rust.
pub(crate) fn rust_blocks<'t>(document: &str, text: &'t str) -> Result<Vec<&'t str>> {
    let mut marks = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("```"));
    if let Some(mark) = marks.find(|mark| mark.starts_with("rust") && *mark != "rust") {
        bail!("{document} has a block of {mark}, which would not be checked");
    }
    let blocks = text.split("```rust\n").skip(1);
    let blocks: Vec<_> = blocks.filter_map(|rest| rest.split("```").next()).collect();
    if blocks.is_empty() {
        bail!("{document} has no Rust block");
    }
    Ok(blocks)
}

/// Returns the arguments of the two calls of Cargo in the first block of shell.
pub(crate) fn first_commands(text: &str) -> Result<[&str; 2]> {
    let block = text
        .split_once("```sh\n")
        .and_then(|(_, rest)| rest.split_once("```"));
    let (block, _) = block.context("README.md has no block of shell")?;
    let commands = block.lines().map(|line| {
        let command = line.split('#').next().unwrap_or_default().trim();
        command
            .strip_prefix("cargo ")
            .with_context(|| format!("README.md begins with {line}, which is no call of Cargo"))
    });
    let commands: Result<Vec<_>> = commands.collect();
    let commands = <[&str; 2]>::try_from(commands?).ok();
    commands.context("README.md does not begin with two commands")
}

/// Returns the lines of a manifest for each kind of user: blocks below comments such as `<!-- user: session -->`.
pub(crate) fn manifest_blocks(text: &str) -> Result<Vec<(&str, &str)>> {
    let parts: Vec<_> = text.split("<!-- user: ").skip(1).collect();
    if parts.is_empty() {
        bail!("README.md has no lines for users");
    }
    let blocks = parts.into_iter().map(|part| {
        let (name, rest) = part.split_once(" -->\n")?;
        let (lines, _) = rest.strip_prefix("```toml\n")?.split_once("```")?;
        Some((name, lines))
    });
    let blocks: Option<Vec<_>> = blocks.collect();
    blocks.context("README.md has a comment for a user without a block of TOML below")
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_blocks_of_rust_are_taken() {
        let text = "a\n```rust\nlet a = 1;\n```\n```sh\nls\n```\n```rust\nb();\n```\n";
        assert_eq!(
            super::rust_blocks("README.md", text).unwrap(),
            ["let a = 1;\n", "b();\n"]
        );
        assert!(super::rust_blocks("README.md", "```sh\nls\n```").is_err());
    }

    #[test]
    fn no_block_of_rust_escapes() {
        for mark in ["rust,no_run", "rust ", "rustdoc"] {
            let text = format!("```rust\na();\n```\n```{mark}\nb();\n```\n");
            let error = super::rust_blocks("README.md", &text).unwrap_err().to_string();
            assert!(error.contains(mark), "{error}");
        }
    }

    #[test]
    fn the_first_commands_are_those_of_the_first_block() {
        let text =
            "```rust\na();\n```\n```sh\ncargo run    # why\ncargo xtask test\n```\n```sh\ncargo doc\n```\n";
        assert_eq!(super::first_commands(text).unwrap(), ["run", "xtask test"]);
        assert!(super::first_commands("```sh\nls\n```\n").is_err());
        assert!(super::first_commands("").is_err());
    }

    #[test]
    fn each_user_has_the_block_below_the_comment() {
        let text =
            "<!-- user: a -->\n```toml\n[b]\n```\n```toml\n[c]\n```\n<!-- user: d -->\n```toml\n[e]\n```\n";
        assert_eq!(
            super::manifest_blocks(text).unwrap(),
            [("a", "[b]\n"), ("d", "[e]\n")]
        );
        assert!(super::manifest_blocks("<!-- user: a -->\nText.\n```toml\n[b]\n```\n").is_err());
        assert!(super::manifest_blocks("```toml\n[b]\n```\n").is_err());
    }
}
