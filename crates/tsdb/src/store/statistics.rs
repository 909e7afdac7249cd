//! Figures about the content.

use model::TimeRange;

use crate::head::Head;
use crate::stats::{Count, HeadStats};
use crate::{Store, StoreStats};

impl Store {
    /// Figures about the content; lists hold at most `top` entries, largest first.
    pub fn stats(&self, top: usize) -> StoreStats {
        let log_bytes = self.shared.log.lock().bytes();
        let live = self.shared.live.read();
        let parts = live.parts.iter().map(|part| part.info);
        let mut stats = StoreStats {
            head: head_stats(&live.head),
            parts: live.parts.len() as u64,
            part_samples: parts.clone().map(|part| part.samples).sum(),
            part_bytes: parts.map(|part| part.bytes).sum(),
            log_bytes,
            ..StoreStats::default()
        };
        for (name, values) in live.head.registry.index() {
            let count = |name: String, value| Count { name, value };
            let bytes = values.iter().map(|(value, series)| (name.len() + value.len()) as u64 * series.len());
            stats.values_by_label.push(count(name.to_owned(), values.len() as u64));
            stats.bytes_by_label.push(count(name.to_owned(), bytes.sum()));
            let pairs = values.iter().map(|(value, series)| count(format!("{name}={value}"), series.len()));
            stats.series_by_pair.extend(pairs);
            keep_top(&mut stats.series_by_pair, top);
            if name == model::METRIC_NAME {
                let metrics = values.iter().map(|(value, series)| count(value.to_string(), series.len()));
                stats.series_by_metric = metrics.collect();
            }
        }
        keep_top(&mut stats.series_by_metric, top);
        keep_top(&mut stats.values_by_label, top);
        keep_top(&mut stats.bytes_by_label, top);
        stats
    }
}

fn keep_top(counts: &mut Vec<Count>, top: usize) {
    counts.sort_by(|a, b| b.value.cmp(&a.value).then_with(|| a.name.cmp(&b.name)));
    counts.truncate(top);
}

fn head_stats(head: &Head) -> HeadStats {
    let generations = || head.frozen.iter().map(|frozen| &frozen.samples).chain([&head.active]);
    let spans = generations().filter_map(|samples| samples.span());
    let span = spans.reduce(|a, b| TimeRange::new(a.start.min(b.start), a.end.max(b.end)));
    HeadStats {
        num_series: head.registry.len() as u64,
        num_label_pairs: head.registry.pairs(),
        chunk_count: generations().map(|samples| samples.chunks()).sum(),
        samples: generations().map(|samples| samples.samples()).sum(),
        sample_bytes: head.sample_bytes(),
        min_time: span.map(|span| span.start),
        max_time: span.map(|span| span.end),
    }
}
