//! `/proc/sys/kernel/random/*`: the kernel's pool of random bits (random(4)).

use model::{MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::KeptFile;
use crate::host::samples::Samples;

const AVAILABLE: MetricDesc =
    MetricDesc::gauge("node_entropy_available_bits", "Bits of entropy in the pool of the random generator.");
const POOL_SIZE: MetricDesc =
    MetricDesc::gauge("node_entropy_pool_size_bits", "Size of the pool of the random generator, in bits.");

pub(in crate::host) static METRICS: &[MetricDesc] = &[AVAILABLE, POOL_SIZE];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    let directory = environment.procfs.join("sys/kernel/random");
    Box::new(Entropy {
        available: KeptFile::new(directory.join("entropy_avail")),
        pool_size: KeptFile::new(directory.join("poolsize")),
    })
}

#[derive(Debug)]
struct Entropy {
    available: KeptFile,
    pool_size: KeptFile,
}

impl Collector for Entropy {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        out.emit(&AVAILABLE, &[], self.available.read_number()? as f64);
        out.emit(&POOL_SIZE, &[], self.pool_size.read_number()? as f64);
        Ok(())
    }
}
