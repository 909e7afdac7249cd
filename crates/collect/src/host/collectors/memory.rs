//! `/proc/meminfo`: memory and swap (proc_meminfo(5)).

use model::{MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::KeptFile;
use crate::host::parse::{lines, number, split_once, words};
use crate::host::samples::Samples;

const PREFIX: &str = "node_memory_";
const BYTES: &str = "_bytes";

/// The row of a field that the kernel writes in kB.
macro_rules! bytes {
    ($key:literal, $help:literal) => {
        MetricDesc::gauge(concat!("node_memory_", $key, "_bytes"), $help)
    };
}

/// In the order of the file, which makes the look-up quick. The name behind [`PREFIX`] and before [`BYTES`] is
/// the field's, with `(x)` written as `_x`. Fields that are not here are left out.
pub(in crate::host) static METRICS: &[MetricDesc] = &[
    bytes!("MemTotal", "Memory that the kernel can use."),
    bytes!("MemFree", "Memory that nobody uses, not even as cache."),
    bytes!("MemAvailable", "Memory that new programs could get without swapping; the kernel's estimate."),
    bytes!("Buffers", "Cache of raw disk blocks."),
    bytes!("Cached", "Cache of file contents, including shared memory."),
    bytes!("SwapCached", "Memory that was brought back from swap and is still there as well."),
    bytes!("Active", "Memory used recently."),
    bytes!("Inactive", "Memory not used recently, the first to be reclaimed."),
    bytes!("Active_anon", "Memory of programs used recently."),
    bytes!("Inactive_anon", "Memory of programs not used recently."),
    bytes!("Active_file", "Cache of files used recently."),
    bytes!("Inactive_file", "Cache of files not used recently."),
    bytes!("Unevictable", "Memory that cannot be reclaimed."),
    bytes!("Mlocked", "Memory that programs locked."),
    bytes!("HighTotal", "Memory that the kernel does not map permanently."),
    bytes!("HighFree", "Free part of the memory that the kernel does not map permanently."),
    bytes!("LowTotal", "Memory that the kernel maps permanently."),
    bytes!("LowFree", "Free part of the memory that the kernel maps permanently."),
    bytes!("MmapCopy", "Memory for private mappings on machines without a memory management unit."),
    bytes!("SwapTotal", "Swap space."),
    bytes!("SwapFree", "Free swap space."),
    bytes!("Zswap", "Memory that compressed swap takes."),
    bytes!("Zswapped", "Memory that was put into compressed swap, before compression."),
    bytes!("Dirty", "File contents that wait to be written to disk."),
    bytes!("Writeback", "File contents that are being written to disk."),
    bytes!("AnonPages", "Memory of programs that is mapped."),
    bytes!("Mapped", "Files that programs mapped."),
    bytes!("Shmem", "Shared memory and tmpfs."),
    bytes!("KReclaimable", "Memory of the kernel that it can give back."),
    bytes!("Slab", "The kernel's small objects."),
    bytes!("SReclaimable", "The kernel's small objects that it can give back."),
    bytes!("SUnreclaim", "The kernel's small objects that it cannot give back."),
    bytes!("KernelStack", "Stacks of the kernel."),
    bytes!("ShadowCallStack", "Stacks of return addresses of the kernel."),
    bytes!("PageTables", "Page tables."),
    bytes!("SecPageTables", "Page tables of virtual machines and devices."),
    bytes!("Quicklists", "Page tables kept for quick reuse by old kernels."),
    bytes!(
        "NFS_Unstable",
        "File contents sent to an NFS server but not yet on its disk; 0 in newer kernels."
    ),
    bytes!("Bounce", "Buffers for devices that cannot reach all memory."),
    bytes!("WritebackTmp", "Buffers of FUSE for writing."),
    bytes!("CommitLimit", "Memory that may be promised to programs if overcommitment is strict."),
    bytes!("Committed_AS", "Memory that is promised to programs."),
    bytes!("VmallocTotal", "Address space for the kernel's large areas."),
    bytes!("VmallocUsed", "The kernel's large areas."),
    bytes!("VmallocChunk", "Largest free piece of that address space; 0 in newer kernels."),
    bytes!("Percpu", "Memory that the kernel keeps for each CPU."),
    bytes!("EarlyMemtestBad", "Memory found bad by the test at boot."),
    bytes!("HardwareCorrupted", "Memory taken out of use because it is broken."),
    bytes!("AnonHugePages", "Memory of programs in huge pages."),
    bytes!("ShmemHugePages", "Shared memory in huge pages."),
    bytes!("ShmemPmdMapped", "Shared memory mapped in huge pages."),
    bytes!("FileHugePages", "Cache of files in huge pages."),
    bytes!("FilePmdMapped", "Cache of files mapped in huge pages."),
    bytes!("CmaTotal", "Memory reserved for devices that need one piece."),
    bytes!("CmaFree", "Free part of the memory reserved for devices that need one piece."),
    bytes!("Unaccepted", "Memory that the guest has not accepted from its host yet."),
    bytes!("Balloon", "Memory given back to the virtual machine's host."),
    bytes!("GPUActive", "Memory that graphics drivers use."),
    bytes!("GPUReclaim", "Memory of graphics drivers that can be reclaimed."),
    MetricDesc::gauge("node_memory_HugePages_Total", "Huge pages in the pool."),
    MetricDesc::gauge("node_memory_HugePages_Free", "Huge pages in the pool that are free."),
    MetricDesc::gauge(
        "node_memory_HugePages_Rsvd",
        "Huge pages in the pool that are promised but not yet used.",
    ),
    MetricDesc::gauge("node_memory_HugePages_Surp", "Huge pages beyond the size of the pool."),
    bytes!("Hugepagesize", "Size of a huge page."),
    bytes!("Hugetlb", "Memory in pools of huge pages of all sizes."),
    bytes!("DirectMap4k", "Memory that the kernel maps in pages of 4 KiB."),
    bytes!("DirectMap2M", "Memory that the kernel maps in pages of 2 MiB."),
    bytes!("DirectMap4M", "Memory that the kernel maps in pages of 4 MiB."),
    bytes!("DirectMap1G", "Memory that the kernel maps in pages of 1 GiB."),
];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    Box::new(Memory { file: KeptFile::new(environment.procfs.join("meminfo")) })
}

#[derive(Debug)]
struct Memory {
    file: KeptFile,
}

impl Collector for Memory {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        let mut next = 0;
        for line in lines(self.file.read()?) {
            let Some((key, rest)) = split_once(line, b':') else { continue };
            let mut columns = words(rest);
            let (value, unit) = (columns.next().and_then(number), columns.next());
            let (Some(at), Some(value)) = (find(key, unit, next), value) else { continue };
            next = at + 1;
            let scale = if unit.is_some() { 1024.0 } else { 1.0 };
            out.emit(&METRICS[at], &[], value as f64 * scale);
        }
        if next == 0 { Err(CollectError::malformed(self.file.path(), "a known field")) } else { Ok(()) }
    }
}

/// The row of a field, searched from `start` on and then from the beginning.
fn find(key: &[u8], unit: Option<&[u8]>, start: usize) -> Option<usize> {
    let is_match = |at: &usize| is_field(METRICS[*at].name, key, unit);
    (start..METRICS.len()).find(is_match).or_else(|| (0..start.min(METRICS.len())).find(is_match))
}

/// Whether the metric `name` is that of the field `key`, with its unit.
fn is_field(name: &str, key: &[u8], unit: Option<&[u8]>) -> bool {
    let Some(field) = name.strip_prefix(PREFIX) else { return false };
    let field = match (field.strip_suffix(BYTES), unit) {
        (Some(field), Some(b"kB")) => field,
        (None, None) => field,
        _ => return false,
    };
    let normal =
        key.iter().filter(|byte| **byte != b')').map(|byte| if *byte == b'(' { b'_' } else { *byte });
    field.bytes().eq(normal)
}
