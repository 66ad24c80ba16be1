//! What a machine can check of the rules that this repository is written by.
//!
//! Tests only. Each rule is a function from a [`Tree`](tree::Tree) to what is wrong in it; one
//! test runs it over the real tree, another shows that it fails on a bad sample.

#[cfg(test)]
mod folders;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod packages;
#[cfg(test)]
mod reach;
#[cfg(test)]
mod rust_text;
#[cfg(test)]
mod script;
#[cfg(test)]
mod sizes;
#[cfg(test)]
mod tree;
#[cfg(test)]
mod ui;
#[cfg(test)]
mod walls;
#[cfg(test)]
mod words;
