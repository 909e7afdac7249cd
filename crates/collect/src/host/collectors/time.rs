//! The host's wall clock, to see clocks that differ.

use std::sync::Arc;

use model::{Clock, MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::samples::Samples;

const TIME: MetricDesc =
    MetricDesc::gauge("node_time_seconds", "The host's clock, in seconds since the Unix epoch.");

pub(in crate::host) static METRICS: &[MetricDesc] = &[TIME];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    Box::new(Time { clock: Arc::clone(&environment.clock) })
}

#[derive(Debug)]
struct Time {
    clock: Arc<dyn Clock>,
}

impl Collector for Time {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        out.emit(&TIME, &[], self.clock.now().as_secs_f64());
        Ok(())
    }
}
