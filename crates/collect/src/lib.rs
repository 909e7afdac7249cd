//! Collectors: the local host, and Prometheus scrape targets.
