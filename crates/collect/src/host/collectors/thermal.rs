//! `/sys/class/thermal/thermal_zone*`: temperatures (the kernel's
//! `Documentation/driver-api/thermal/sysfs-api.rst`).

use std::path::PathBuf;

use model::{MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::{directory_names, read_word};
use crate::host::parse::signed_number;
use crate::host::samples::Samples;

const TEMPERATURE: MetricDesc =
    MetricDesc::gauge("node_thermal_zone_temp", "Temperature in degrees Celsius.");

pub(in crate::host) static METRICS: &[MetricDesc] = &[TEMPERATURE];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    Box::new(Thermal { directory: environment.sysfs.join("class/thermal") })
}

#[derive(Debug)]
struct Thermal {
    directory: PathBuf,
}

impl Collector for Thermal {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        for name in directory_names(&self.directory)? {
            let Some(zone) = name.strip_prefix("thermal_zone") else { continue };
            let directory = self.directory.join(&name);
            let Some(kind) = read_word(&directory.join("type")) else { continue };
            // A zone whose sensor is asleep gives an error or nothing.
            let millis = read_word(&directory.join("temp")).and_then(|word| signed_number(word.as_bytes()));
            if let Some(millis) = millis {
                out.emit(&TEMPERATURE, &[("type", &kind), ("zone", zone)], millis as f64 / 1000.0);
            }
        }
        Ok(())
    }
}
