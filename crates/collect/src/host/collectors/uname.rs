//! `/proc/sys/kernel/*`: the kernel's name and version, as uname(2) tells them.

use model::{MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::KeptFile;
use crate::host::parse::{lines, text};
use crate::host::samples::Samples;

const UNAME: MetricDesc = MetricDesc::gauge("node_uname_info", "The kernel's name and version; always 1.");

pub(in crate::host) static METRICS: &[MetricDesc] = &[UNAME];

/// Label and file.
const FIELDS: [(&str, &str); 6] = [
    ("domainname", "domainname"),
    ("machine", "arch"),
    ("nodename", "hostname"),
    ("release", "osrelease"),
    ("sysname", "ostype"),
    ("version", "version"),
];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    let directory = environment.procfs.join("sys/kernel");
    Box::new(Uname { files: FIELDS.map(|(_, file)| KeptFile::new(directory.join(file))) })
}

#[derive(Debug)]
struct Uname {
    /// One per row of [`FIELDS`].
    files: [KeptFile; 6],
}

impl Collector for Uname {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        let mut values: [String; 6] = Default::default();
        for ((file, (label, _)), value) in self.files.iter_mut().zip(FIELDS).zip(&mut values) {
            let line = match file.read() {
                Ok(bytes) => lines(bytes).next().map(|line| text(line).into_owned()),
                // Kernels before 6.1 do not tell; this program runs on what it was built for.
                Err(CollectError::Absent { .. }) if label == "machine" => {
                    Some(std::env::consts::ARCH.to_owned())
                }
                Err(error) => return Err(error),
            };
            *value = line.ok_or_else(|| CollectError::malformed(file.path(), "a line"))?;
        }
        let mut labels = FIELDS.map(|(label, _)| (label, ""));
        for (label, value) in labels.iter_mut().zip(&values) {
            label.1 = value;
        }
        out.emit(&UNAME, &labels, 1.0);
        Ok(())
    }
}
