//! Recording and alerting rules: files, templates, states.
