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
}
