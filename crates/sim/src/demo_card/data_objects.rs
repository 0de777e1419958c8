//! The data objects that the card keeps.

/// The application's data objects, by tag.
#[derive(Clone)]
pub(super) struct DataObjects([(u16, Vec<u8>); 2]);

impl DataObjects {
    pub(super) fn new(objects: [(u16, Vec<u8>); 2]) -> Self {
        Self(objects)
    }

    pub(super) fn get(&self, tag: u16) -> Option<&[u8]> {
        let (_, value) = self.0.iter().find(|(its, _)| *its == tag)?;
        Some(value)
    }

    pub(super) fn get_mut(&mut self, tag: u16) -> Option<&mut Vec<u8>> {
        let (_, value) = self.0.iter_mut().find(|(its, _)| *its == tag)?;
        Some(value)
    }
}
