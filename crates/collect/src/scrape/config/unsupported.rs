//! Keys of Prometheus that Sextant knows but does not do.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

/// The value of a key that is refused wherever it is given, so that nobody believes it works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
pub struct Unsupported;

impl<'de> Deserialize<'de> for Unsupported {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(de::Error::custom("not supported by Sextant; remove the key"))
    }
}
