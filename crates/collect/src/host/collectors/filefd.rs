//! `/proc/sys/fs/file-nr`: open file handles of all processes (proc_sys_fs(5)).

use model::{MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::KeptFile;
use crate::host::parse::{lines, number, words};
use crate::host::samples::Samples;

const ALLOCATED: MetricDesc = MetricDesc::gauge("node_filefd_allocated", "File handles in use.");
const MAXIMUM: MetricDesc = MetricDesc::gauge("node_filefd_maximum", "File handles that may be in use.");

pub(in crate::host) static METRICS: &[MetricDesc] = &[ALLOCATED, MAXIMUM];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    Box::new(FileHandles { file: KeptFile::new(environment.procfs.join("sys/fs/file-nr")) })
}

#[derive(Debug)]
struct FileHandles {
    file: KeptFile,
}

impl Collector for FileHandles {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        let line = lines(self.file.read()?).next().unwrap_or_default();
        let columns: Vec<Option<u64>> = words(line).map(number).collect();
        // The middle column counts handles that are allocated but unused: always 0 since Linux 2.6.
        match columns.as_slice() {
            [Some(allocated), _, Some(maximum)] => {
                out.emit(&ALLOCATED, &[], *allocated as f64);
                out.emit(&MAXIMUM, &[], *maximum as f64);
                Ok(())
            }
            _ => Err(CollectError::malformed(self.file.path(), "three numbers")),
        }
    }
}
