//! Asking file systems for their sizes without ever hanging.
//!
//! One thread asks, one path after the other. When it does not answer in time it is left alone with that path,
//! and a new thread asks the others. The path is not asked again until the old thread has come back. A thread
//! that hangs in the kernel cannot be stopped: it ends when the call returns.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::time::Duration;

use crate::host::collector::CollectError;
use crate::host::environment::FileSystemUsage;

const THREAD_NAME: &str = "statvfs";
/// A local file system answers within microseconds, one on the network within milliseconds.
const PATIENCE: Duration = Duration::from_millis(100);
/// Beyond this, no more threads are risked, and the wait at the first failure stays below a second.
const HANGING_MAX: usize = 8;

type Ask = fn(&Path) -> io::Result<FileSystemUsage>;

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The sizes.
    Usage(FileSystemUsage),
    /// The file system refuses to tell, or is no longer there.
    Error,
    /// It does not answer in time, now or earlier.
    NoneYet,
}

#[derive(Debug)]
pub(super) struct Prober {
    ask: Ask,
    patience: Duration,
    worker: Option<Worker>,
    hanging: Vec<Hanging>,
}

/// A thread that asks. It ends when this is dropped and it has nothing to wait for.
#[derive(Debug)]
struct Worker {
    paths: SyncSender<PathBuf>,
    answers: Receiver<io::Result<FileSystemUsage>>,
}

#[derive(Debug)]
struct Hanging {
    path: PathBuf,
    worker: Worker,
}

impl Prober {
    pub(super) fn new(ask: Ask) -> Self {
        Self { ask, patience: PATIENCE, worker: None, hanging: Vec::new() }
    }

    #[cfg(test)]
    pub(super) fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Begins a round: paths whose threads have come back may be asked again.
    pub(super) fn begin(&mut self) {
        self.hanging.retain(|hanging| matches!(hanging.worker.answers.try_recv(), Err(TryRecvError::Empty)));
    }

    /// Asks about one path. Waits at most for [`PATIENCE`].
    pub(super) fn ask(&mut self, path: &Path) -> Result<Answer, CollectError> {
        if self.hanging.iter().any(|hanging| hanging.path == path) {
            return Ok(Answer::NoneYet);
        }
        if self.hanging.len() >= HANGING_MAX {
            return Err(CollectError::FileSystemsHang { count: self.hanging.len() });
        }
        let worker = match self.worker.take() {
            Some(worker) => worker,
            None => Worker::start(self.ask)?,
        };
        // A thread that has died gives "disconnected" here as well as below.
        let _ = worker.paths.send(path.to_owned());
        match worker.answers.recv_timeout(self.patience) {
            Ok(answer) => {
                self.worker = Some(worker);
                Ok(answer.map_or(Answer::Error, Answer::Usage))
            }
            Err(RecvTimeoutError::Timeout) => {
                self.hanging.push(Hanging { path: path.to_owned(), worker });
                Ok(Answer::NoneYet)
            }
            Err(RecvTimeoutError::Disconnected) => Ok(Answer::Error),
        }
    }
}

impl Worker {
    fn start(ask: Ask) -> Result<Self, CollectError> {
        let (paths, questions) = mpsc::sync_channel::<PathBuf>(1);
        let (results, answers) = mpsc::sync_channel(1);
        std::thread::Builder::new()
            .name(THREAD_NAME.to_owned())
            .spawn(move || {
                while let Ok(path) = questions.recv() {
                    if results.send(ask(&path)).is_err() {
                        return;
                    }
                }
            })
            .map_err(|source| CollectError::Thread { name: THREAD_NAME, source })?;
        Ok(Self { paths, answers })
    }
}

#[cfg(test)]
mod tests;
