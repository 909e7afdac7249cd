//! Documents and states that outlive a restart, in SQLite.
