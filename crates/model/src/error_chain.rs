//! Errors with their causes, for people.

use std::error::Error;

/// The error and all its causes in one line, from the outermost in: `cannot open the file: permission denied`.
pub fn error_chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        source = cause.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot open the store")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("cannot read `x`")]
    struct Inner(#[source] std::fmt::Error);

    #[test]
    fn causes_follow_in_their_order() {
        let error = Outer(Inner(std::fmt::Error));
        let want = format!("cannot open the store: cannot read `x`: {}", std::fmt::Error);
        assert_eq!(error_chain(&error), want);
        assert_eq!(error_chain(&std::fmt::Error), std::fmt::Error.to_string());
    }
}
