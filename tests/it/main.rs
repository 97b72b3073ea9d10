//! The whole bot through its front door.
