pub(crate) fn quantile_of() {}
