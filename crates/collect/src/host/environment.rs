//! What collectors see of the world.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::Clock;

use super::collector::CollectError;
use super::config::{Exclude, HostConfig};

/// Where collectors look, and the constants of the system they run on. Tests point it at fixture trees.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Where procfs is mounted.
    pub procfs: PathBuf,
    /// Where sysfs is mounted.
    pub sysfs: PathBuf,
    /// Where the host's root directory is.
    pub rootfs: PathBuf,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// How many groups of processes to store, by CPU and by memory each.
    pub process_top: usize,
    /// What is left out.
    pub exclude: Exclude,
    /// The unit of CPU times in procfs: steps per second.
    pub ticks_per_second: u64,
    /// The unit of memory in procfs, in bytes.
    pub page_size_bytes: u64,
    /// Asks a file system for its sizes; may hang for ever.
    pub filesystem_usage: fn(&Path) -> io::Result<FileSystemUsage>,
}

/// What a file system says of its size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileSystemUsage {
    /// All space, in bytes.
    pub size_bytes: u64,
    /// Free space, in bytes, including what is reserved for root.
    pub free_bytes: u64,
    /// Free space for anybody, in bytes.
    pub avail_bytes: u64,
    /// All inodes.
    pub files: u64,
    /// Free inodes.
    pub files_free: u64,
    /// Whether it is mounted read-only.
    pub is_read_only: bool,
}

impl Environment {
    /// The host as `config` describes it.
    pub fn new(config: &HostConfig, clock: Arc<dyn Clock>) -> Result<Self, CollectError> {
        Ok(Self {
            procfs: config.procfs.clone(),
            sysfs: config.sysfs.clone(),
            rootfs: config.rootfs.clone(),
            clock,
            process_top: usize::try_from(config.process_top).unwrap_or(usize::MAX),
            exclude: Exclude::compile(&config.exclude)?,
            ticks_per_second: rustix::param::clock_ticks_per_second().max(1),
            page_size_bytes: rustix::param::page_size() as u64,
            filesystem_usage: statvfs,
        })
    }
}

fn statvfs(path: &Path) -> io::Result<FileSystemUsage> {
    let stat = rustix::fs::statvfs(path)?;
    let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
    Ok(FileSystemUsage {
        size_bytes: bytes(stat.f_blocks),
        free_bytes: bytes(stat.f_bfree),
        avail_bytes: bytes(stat.f_bavail),
        files: stat.f_files,
        files_free: stat.f_ffree,
        is_read_only: stat.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY),
    })
}
