//! Templates.
/// A parsed template. Two are equal when their texts are.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    text: String,
}
/// Why a text is not a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TemplateError(String);
impl Template {
    /// Parses a template.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        Ok(Self { text: text.to_owned() })
    }
    /// A template that expands to this text as it is.
    pub fn literal(text: &str) -> Self {
        Self { text: text.to_owned() }
    }
    /// The template as written.
    pub fn text(&self) -> &str {
        &self.text
    }
}
