//! The store of the past in one SQLite file.
