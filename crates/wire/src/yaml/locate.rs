//! Finding the place of a key in a document, for faults that only show when documents are put together.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Line and column, from 1, of the key or list item at `path`, such as `rule_files.0` or `server.listen`.
pub fn locate(text: &str, path: &str) -> Option<(u64, u64)> {
    let steps: Vec<&str> = path.split('.').collect();
    let found = serde_saphyr::with_deserializer_from_str(text, |document| Walk(&steps).deserialize(document));
    let place = found.err()?.location()?;
    Some((place.line(), place.column()))
}

/// Walks down the path and stops with an error at its end, because errors carry their place.
struct Walk<'a>(&'a [&'a str]);

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.0.is_empty() {
            deserializer.deserialize_any(Stop)
        } else {
            deserializer.deserialize_any(self)
        }
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping or a list on the way to the key")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if self.0.first() == Some(&key.as_str()) {
                map.next_value_seed(Walk(&self.0[1..]))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let wanted: Option<usize> = self.0.first().and_then(|step| step.parse().ok());
        for index in 0.. {
            let more = if Some(index) == wanted {
                seq.next_element_seed(Walk(&self.0[1..]))?.is_some()
            } else {
                seq.next_element::<IgnoredAny>()?.is_some()
            };
            if !more {
                break;
            }
        }
        Ok(())
    }
}

/// Refuses whatever it is shown.
struct Stop;

impl<'de> Visitor<'de> for Stop {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing")
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom("found"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom("found"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_keys_and_list_items() {
        let text = "server:\n  listen: here\nfiles:\n- a\n- b: 1\n  c: 2\n";
        #[track_caller]
        fn f(text: &str, path: &str, want: Option<(u64, u64)>) {
            assert_eq!(locate(text, path), want, "{path}");
        }
        f(text, "server.listen", Some((2, 3)));
        f(text, "files.0", Some((4, 3)));
        f(text, "files.1.c", Some((6, 3)));
        f(text, "files.2", None);
        f(text, "nowhere", None);
    }
}
