mod apply;
mod fetch;
mod node_exporter;
mod server;

use std::sync::Arc;

use model::store::{Appendable, Appended, StoreError};
use model::{Batch, LabelsBuilder, ManualClock, Timestamp};

use super::*;

/// A store that forgets; what it got is seen in the live stream.
struct BlindStore;

impl Appendable for BlindStore {
    fn append(&self, batch: &Batch) -> Result<Appended, StoreError> {
        Ok(Appended { stored: batch.rows.len() as u64, ..Default::default() })
    }
}

fn new_scraper() -> (Scraper, Arc<Intake>) {
    let intake = Arc::new(Intake::new(Arc::new(BlindStore), intake::Limits::default()));
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_000_000)));
    (Scraper::new(intake.clone(), clock, Handle::current()), intake)
}

fn configs(yaml: &str) -> Vec<ScrapeConfig> {
    wire::yaml::read("s.yaml", yaml).unwrap()
}
