//! The fenced blocks of the README.

/// Returns the blocks of Rust in a text; there must be one, and none that is marked as more than Rust.
pub(crate) fn rust_blocks(text: &str) -> Result<Vec<&str>, String> {
    let mut marks = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("```"));
    if let Some(mark) = marks.find(|mark| mark.starts_with("rust") && *mark != "rust") {
        return Err(format!(
            "README.md has a block of {mark}, which would not be checked"
        ));
    }
    let blocks = text.split("```rust\n").skip(1);
    let blocks: Vec<_> = blocks.filter_map(|rest| rest.split("```").next()).collect();
    if blocks.is_empty() {
        return Err("README.md has no Rust block".to_owned());
    }
    Ok(blocks)
}

/// Returns the arguments of the calls of Cargo in the first block of shell.
///
/// # Errors
/// There is no such block, or it has something else.
pub(crate) fn first_commands(text: &str) -> Result<Vec<&str>, String> {
    let block = text
        .split_once("```sh\n")
        .and_then(|(_, rest)| rest.split_once("```"));
    let (block, _) = block.ok_or("README.md has no block of shell")?;
    let commands = block.lines().map(|line| {
        let command = line.split('#').next().unwrap_or_default().trim();
        command
            .strip_prefix("cargo ")
            .ok_or_else(|| format!("README.md begins with {line}, which is no call of Cargo"))
    });
    commands.collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_blocks_of_rust_are_taken() {
        let text = "a\n```rust\nlet a = 1;\n```\n```sh\nls\n```\n```rust\nb();\n```\n";
        assert_eq!(super::rust_blocks(text).unwrap(), ["let a = 1;\n", "b();\n"]);
        assert!(super::rust_blocks("```sh\nls\n```").is_err());
    }

    #[test]
    fn no_block_of_rust_escapes() {
        for mark in ["rust,no_run", "rust ", "rustdoc"] {
            let text = format!("```rust\na();\n```\n```{mark}\nb();\n```\n");
            assert!(
                super::rust_blocks(&text).is_err_and(|error| error.contains(mark)),
                "{mark}"
            );
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
}
