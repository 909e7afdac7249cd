//! Places in the text of a query.

use std::fmt;

/// A place in the text of a query, both numbers counted from one; columns are characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The character within the line.
    pub column: u32,
}

impl Position {
    /// The place of the byte at `offset` in `text`.
    pub(crate) fn of_offset(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: saturate(before.matches('\n').count() + 1),
            column: saturate(before[line_start..].chars().count() + 1),
        }
    }
}

/// Tells places of rising offsets by counting on from the last one, so that all of them together cost but one
/// walk through the text.
#[derive(Debug)]
pub(crate) struct Places<'a> {
    text: &'a str,
    offset: usize,
    position: Position,
    /// Bytes looked at so far.
    #[cfg(test)]
    walked: usize,
}

impl<'a> Places<'a> {
    pub(crate) const fn of(text: &'a str) -> Self {
        Self {
            text,
            offset: 0,
            position: Position { line: 1, column: 1 },
            #[cfg(test)]
            walked: 0,
        }
    }

    /// The place of the byte at `offset`; an offset before the last one is found from the start.
    pub(crate) fn at(&mut self, offset: usize) -> Position {
        let Some(between) = self.text.get(self.offset..offset) else {
            return Position::of_offset(self.text, offset);
        };
        #[cfg(test)]
        {
            self.walked += between.len();
        }
        for c in between.chars() {
            let Position { line, column } = &mut self.position;
            if c == '\n' {
                (*line, *column) = (line.saturating_add(1), 1);
            } else {
                *column = column.saturating_add(1);
            }
        }
        self.offset = offset;
        self.position
    }
}

fn saturate(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_found_one_by_one_are_those_found_alone() {
        let text = "up\n  + é\r\n\nдва / 3\n";
        let mut places = Places::of(text);
        for (offset, _) in text.char_indices() {
            assert_eq!(places.at(offset), Position::of_offset(text, offset), "{offset}");
        }
        assert_eq!(places.at(0), Position { line: 1, column: 1 });
    }

    #[test]
    fn all_places_together_cost_one_walk() {
        let text = "a+".repeat(30_000);
        let mut places = Places::of(&text);
        for offset in 0..text.len() {
            places.at(offset);
        }
        assert!(places.walked < text.len(), "{}", places.walked);
    }
}
