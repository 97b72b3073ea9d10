//! What the store promises, checked through its public interface on both engines.

mod bed;
mod door;
mod samples;
