//! Relabelling: rules that rewrite, keep or drop sets of labels, as Prometheus does it.

use md5::{Digest, Md5};
use model::LabelsBuilder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod expression;

pub use expression::RelabelRegex;

/// One rule of `relabel_configs` or `metric_relabel_configs`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RelabelConfig {
    /// Labels whose values are joined to the text that the rule looks at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source_labels: Vec<String>,
    /// What stands between joined values.
    pub separator: String,
    /// The label to write; may refer to groups of the expression where the action is `replace`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub target_label: String,
    /// What the whole text (or label name) must match.
    pub regex: RelabelRegex,
    /// Number of buckets of `hashmod`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modulus: Option<u64>,
    /// The new value, with `$1` and `${name}` for groups of the expression.
    pub replacement: String,
    /// What to do.
    pub action: RelabelAction,
}

impl Default for RelabelConfig {
    fn default() -> Self {
        Self {
            source_labels: Vec::new(),
            separator: ";".to_owned(),
            target_label: String::new(),
            regex: RelabelRegex::default(),
            modulus: None,
            replacement: "$1".to_owned(),
            action: RelabelAction::default(),
        }
    }
}

/// What a rule does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RelabelAction {
    /// Sets the target label to the replacement if the text matches; an empty value removes the label.
    #[default]
    Replace,
    /// Drops the set unless the text matches.
    Keep,
    /// Drops the set if the text matches.
    Drop,
    /// Drops the set unless the text equals the target label's value.
    KeepEqual,
    /// Drops the set if the text equals the target label's value.
    DropEqual,
    /// Sets the target label to a hash of the text modulo `modulus`.
    HashMod,
    /// Copies every label whose name matches to the name that the replacement gives.
    LabelMap,
    /// Removes labels whose name matches.
    LabelDrop,
    /// Removes labels whose name does not match.
    LabelKeep,
    /// Sets the target label to the text in lower case.
    Lowercase,
    /// Sets the target label to the text in upper case.
    Uppercase,
}

impl RelabelAction {
    /// The word for it in YAML.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Keep => "keep",
            Self::Drop => "drop",
            Self::KeepEqual => "keepequal",
            Self::DropEqual => "dropequal",
            Self::HashMod => "hashmod",
            Self::LabelMap => "labelmap",
            Self::LabelDrop => "labeldrop",
            Self::LabelKeep => "labelkeep",
            Self::Lowercase => "lowercase",
            Self::Uppercase => "uppercase",
        }
    }
}

/// Applies rules in order; `false` means that the set is dropped.
pub(super) fn apply(rules: &[RelabelConfig], labels: &mut LabelsBuilder) -> bool {
    rules.iter().all(|rule| rule.apply(labels))
}

impl RelabelConfig {
    fn apply(&self, labels: &mut LabelsBuilder) -> bool {
        use RelabelAction as Action;
        let text = self.text(labels);
        let target = &self.target_label;
        match self.action {
            Action::Replace => self.replace(&text, labels),
            Action::Keep => return self.regex.is_match(&text),
            Action::Drop => return !self.regex.is_match(&text),
            Action::KeepEqual => return labels.get(target).unwrap_or_default() == text,
            Action::DropEqual => return labels.get(target).unwrap_or_default() != text,
            Action::HashMod => {
                let bucket = hash(&text).checked_rem(self.modulus.unwrap_or(0)).unwrap_or(0);
                labels.set(target, &bucket.to_string());
            }
            Action::LabelMap => self.map(labels),
            Action::LabelDrop => self.remove(labels, |matched| matched),
            Action::LabelKeep => self.remove(labels, |matched| !matched),
            Action::Lowercase => {
                labels.set(target, &text.to_lowercase());
            }
            Action::Uppercase => {
                labels.set(target, &text.to_uppercase());
            }
        }
        true
    }

    fn text(&self, labels: &LabelsBuilder) -> String {
        let values: Vec<&str> =
            self.source_labels.iter().map(|name| labels.get(name).unwrap_or_default()).collect();
        values.join(&self.separator)
    }

    fn replace(&self, text: &str, labels: &mut LabelsBuilder) {
        let Some(captures) = self.regex.captures(text) else { return };
        let (mut target, mut value) = (String::new(), String::new());
        captures.expand(&self.target_label, &mut target);
        captures.expand(&self.replacement, &mut value);
        if !target.is_empty() {
            labels.set(&target, &value);
        }
    }

    fn map(&self, labels: &mut LabelsBuilder) {
        let mut copies = Vec::new();
        for (name, value) in labels.iter() {
            if let Some(captures) = self.regex.captures(name) {
                let mut copy = String::new();
                captures.expand(&self.replacement, &mut copy);
                copies.push((copy, value.to_owned()));
            }
        }
        // In the order of names, so that the outcome does not depend on how the set came to be.
        copies.sort_unstable();
        for (name, value) in copies.iter().filter(|(name, _)| !name.is_empty()) {
            labels.set(name, value);
        }
    }

    fn remove(&self, labels: &mut LabelsBuilder, doomed: impl Fn(bool) -> bool) {
        let names: Vec<String> = labels
            .iter()
            .filter(|(name, _)| doomed(self.regex.is_match(name)))
            .map(|(name, _)| name.to_owned())
            .collect();
        for name in names {
            labels.remove(&name);
        }
    }
}

/// The last eight bytes of the MD5 sum as a big-endian number, as Prometheus distributes targets.
fn hash(text: &str) -> u64 {
    let sum = Md5::digest(text.as_bytes());
    sum.iter().skip(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests;
