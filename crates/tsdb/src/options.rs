//! What an operator decides about the store.

use model::Duration;

/// When acknowledged samples are forced from the operating system's cache onto the disk. A process that is
/// killed loses nothing under any policy; the policy bounds what a power failure may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncPolicy {
    /// Before each append returns.
    Always,
    /// At most this long after an append returned.
    Interval(Duration),
    /// When the operating system wishes, and at a clean stop.
    Never,
}

/// The settings of a [`Store`](crate::Store).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Samples older than this are neither taken nor served, and their parts are removed.
    pub retention: Duration,
    /// When the log is forced onto the disk.
    pub sync: SyncPolicy,
    /// How long the head gathers samples before they are written as a part. Bounds the memory of the head and
    /// the log that a start must replay; parts of one day are merged later, so a short span costs little.
    pub head_span: Duration,
    /// The head is written as parts earlier when its samples and the series that are new in it take more memory
    /// than this, in bytes. At four times as much, with what is being written, appends wait for a flush or are
    /// refused.
    pub head_bytes_max: u64,
    /// The head holds at most this many series; samples of further ones are refused, known ones go on.
    pub series_max: usize,
    /// A log segment is closed when it holds this many bytes.
    pub segment_bytes_max: u64,
    /// Samples further ahead of the clock than this are refused as too new. An hour covers skewed clocks and
    /// a mistaken daylight-saving hour; more is a broken sender, better told than stored where no query looks.
    pub future_limit: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            retention: Duration::from_secs(365 * 86_400),
            sync: SyncPolicy::Interval(Duration::from_millis(200)),
            head_span: Duration::from_secs(15 * 60),
            head_bytes_max: 64 << 20,
            series_max: 2_000_000,
            segment_bytes_max: 32 << 20,
            future_limit: Duration::from_secs(3_600),
        }
    }
}
