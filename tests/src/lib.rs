//! Holds only the test binary `it`.
