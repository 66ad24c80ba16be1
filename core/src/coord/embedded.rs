//! The store of the present in one SQLite file, shared by the processes of one computer.
