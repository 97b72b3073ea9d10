//! What the store promises, checked through its public interface on both engines.

mod bed;
mod door;
mod queue;
mod recovery;
mod running;
mod samples;
