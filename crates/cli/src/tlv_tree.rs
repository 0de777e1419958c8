//! Data objects as a tree.

use crate::hexadecimal;
use crate::output::ASIDE;
use pcsc_session::iso7816::tlv::ber::{DataObject, DataObjects};
use serde::Serialize;
use std::io::{self, Write};

/// How deep data objects are looked into.
const DEPTH: usize = 16;
/// The most bytes of a value that are shown in a tree.
const SHOWN: usize = 16;

/// A data object of BER-TLV.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Node {
    tag: String,
    #[serde(flatten)]
    value: Value,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Value {
    Value(String),
    Objects(Vec<Node>),
}

/// Reads data objects; nothing where the bytes are something else.
pub(crate) fn read(bytes: &[u8]) -> Option<Vec<Node>> {
    objects(DataObjects::new(bytes), DEPTH).filter(|nodes| !nodes.is_empty())
}

fn objects(objects: DataObjects<'_>, depth: usize) -> Option<Vec<Node>> {
    objects.map(|object| Some(node(&object.ok()?, depth))).collect()
}

fn node(object: &DataObject<'_>, depth: usize) -> Node {
    let inner = (object.is_constructed() && depth > 0).then(|| objects(object.children(), depth - 1));
    Node {
        tag: format!("{:02X}", object.tag()),
        value: match inner.flatten() {
            Some(nodes) => Value::Objects(nodes),
            None => Value::Value(hexadecimal::plain(object.value())),
        },
    }
}

/// Writes the tree, a line for each data object.
pub(crate) fn write(nodes: &[Node], indent: usize, to: &mut dyn Write) -> io::Result<()> {
    for Node { tag, value } in nodes {
        match value {
            Value::Objects(inner) => {
                writeln!(to, "{:indent$}{tag}", "")?;
                write(inner, indent + 2, to)?;
            }
            Value::Value(digits) => {
                // It is what was written above.
                let bytes = hexadecimal::parse(digits).unwrap_or_default();
                let shown = &bytes[..bytes.len().min(SHOWN)];
                let (hex, text) = (hexadecimal::spaced(shown), hexadecimal::printable(shown));
                write!(to, "{:indent$}{tag}", "")?;
                match bytes.len() - shown.len() {
                    _ if bytes.is_empty() => writeln!(to)?,
                    0 => writeln!(to, "  {hex}  {ASIDE}{text}{ASIDE:#}")?,
                    more => writeln!(to, "  {hex}  {ASIDE}{text} and {more} bytes more{ASIDE:#}")?,
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_shown_for_what_is_one() {
        let nodes = read(&[0x6F, 0x07, 0x84, 0x02, 0xA0, 0x00, 0x9F, 0x38, 0x00]).unwrap();
        let mut text = Vec::new();
        write(&nodes, 2, &mut text).unwrap();
        let text = anstream::adapter::strip_bytes(&text).into_vec();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "  6F\n    84  A0 00  ..\n    9F38\n"
        );
        for no_tree in [&[][..], b"Hello from a card", &[0x00, 0x00], &[0x84, 0x02, 0xA0]] {
            assert_eq!(read(no_tree), None, "{no_tree:02X?}");
        }
    }

    #[test]
    fn objects_in_objects_in_objects_end_somewhere() {
        let mut bytes = vec![];
        for _ in 0..16_000 {
            let len = (bytes.len() as u16).to_be_bytes();
            bytes.splice(0..0, [0x61, 0x82, len[0], len[1]]);
        }
        assert!(read(&bytes).is_some());
    }
}
