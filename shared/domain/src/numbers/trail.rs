//! The way to a value in a request, on the stack until something turns out to be wrong there.

use crate::violation::Path;

/// A [`Path`] that costs no allocation to extend.
///
/// A walk visits every value of a request, and nearly all of them are right: a path of its own for
/// each would be most of the walk's work.
#[derive(Clone, Copy)]
pub(crate) enum Trail<'a> {
    /// Where the walk began.
    Root(&'a Path),
    /// A named step deeper.
    Key(&'a Trail<'a>, &'a str),
    /// A list position deeper.
    Index(&'a Trail<'a>, usize),
}

impl<'a> Trail<'a> {
    /// This trail, one named step deeper.
    pub(crate) fn key(&'a self, name: &'a str) -> Self {
        Self::Key(self, name)
    }

    /// This trail, one list position deeper.
    pub(crate) fn index(&'a self, position: usize) -> Self {
        Self::Index(self, position)
    }

    /// The path to report.
    pub(crate) fn path(&self) -> Path {
        match self {
            Self::Root(path) => (*path).clone(),
            Self::Key(up, name) => up.path().key(*name),
            Self::Index(up, position) => up.path().index(*position),
        }
    }
}
