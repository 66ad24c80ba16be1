//! What is promised, shown on real processes: the tests are in `tests/`.
