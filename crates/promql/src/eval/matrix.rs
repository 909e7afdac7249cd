//! Range selectors and subqueries: at each step, a window of the samples of each series.

use model::Labels;
use model::is_stale_nan;
use model::store::SeriesColumns;

use super::{Evaluation, Steps};
use crate::QueryError;
use crate::plan::{Node, Selector, Shift, Subquery};

/// The samples of a range expression for all steps, without staleness markers.
#[derive(Debug)]
pub(crate) struct Matrix {
    pub(crate) series: Vec<SeriesColumns>,
    pub(crate) range_ms: i64,
    pub(crate) shift: Shift,
}

/// The samples of one series that one step sees: those in `(end_ms - range_ms, end_ms]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window<'a> {
    pub(crate) timestamps: &'a [i64],
    pub(crate) values: &'a [f64],
    pub(crate) range_ms: i64,
    pub(crate) end_ms: i64,
    /// The time of the step; differs from the end if there is an offset or `@`.
    pub(crate) step_ms: i64,
    /// The values of the call's scalar arguments at this step, in their order.
    pub(crate) scalars: &'a [f64],
}

impl<'a> Window<'a> {
    /// A scalar argument; one that is missing is not a number.
    pub(crate) fn scalar(&self, index: usize) -> f64 {
        self.scalars.get(index).copied().unwrap_or(f64::NAN)
    }

    /// Times and values, oldest first.
    pub(crate) fn samples(self) -> impl DoubleEndedIterator<Item = (i64, f64)> + 'a {
        self.timestamps.iter().copied().zip(self.values.iter().copied())
    }
}

impl Evaluation<'_> {
    /// The samples of a range expression; anything else has none.
    pub(crate) fn eval_matrix(&mut self, node: &Node, steps: Steps) -> Result<Matrix, QueryError> {
        self.check_cancel()?;
        match node.unwrapped() {
            Node::Range { selector, range_ms } => self.range_matrix(selector, *range_ms, steps),
            Node::Subquery(subquery) => self.subquery_matrix(subquery, steps),
            _ => Ok(Matrix { series: Vec::new(), range_ms: 0, shift: Shift::default() }),
        }
    }

    fn range_matrix(
        &mut self,
        selector: &Selector,
        range_ms: i64,
        steps: Steps,
    ) -> Result<Matrix, QueryError> {
        let mut series = self.read(selector, steps, range_ms)?;
        for series in &mut series {
            self.effort.spend(series.values.len())?;
            drop_stale_markers(series);
        }
        series.retain(|series| !series.values.is_empty());
        Ok(Matrix { series, range_ms, shift: selector.shift })
    }

    /// Evaluates the inner expression once, at all multiples of the subquery's step that any outer step sees.
    fn subquery_matrix(&mut self, subquery: &Subquery, steps: Steps) -> Result<Matrix, QueryError> {
        let step_ms = subquery.step_ms.unwrap_or(self.subquery_step_ms).max(1);
        let open_start = self.shifted(subquery.shift, steps.start_ms).saturating_sub(subquery.range_ms);
        let end = self.shifted(subquery.shift, steps.last());
        let start = open_start.div_euclid(step_ms).saturating_add(1).saturating_mul(step_ms);
        let (range_ms, shift) = (subquery.range_ms, subquery.shift);
        if start > end {
            return Ok(Matrix { series: Vec::new(), range_ms, shift });
        }
        let inner = Steps::between(start, end, step_ms, self.budget.left())?;
        let columns = self.eval_vector(&subquery.expr, inner)?;
        let series = self.series_of(columns, inner)?;
        Ok(Matrix { series, range_ms, shift })
    }

    /// The samples that an instant evaluation of a range expression gives, sorted by labels.
    pub(super) fn matrix_answer(&mut self, node: &Node) -> Result<Vec<SeriesColumns>, QueryError> {
        let steps = self.outer;
        let mut matrix = self.eval_matrix(node, steps)?;
        self.effort.sort_by(&mut matrix.series, |a, b| a.labels.cmp(&b.labels))?;
        Ok(matrix.series)
    }

    /// Calls `f` with the window of each series at each step, and gathers what it gives into values per step.
    pub(crate) fn each_window(
        &mut self,
        matrix: &Matrix,
        steps: Steps,
        scalars: &[Vec<f64>],
        mut visit: impl FnMut(&Labels, usize, &Window<'_>),
    ) -> Result<(), QueryError> {
        let mut row = vec![f64::NAN; scalars.len()];
        for series in &matrix.series {
            let (mut from, mut to) = (0, 0);
            for (index, step_ms) in steps.times().enumerate() {
                let end_ms = self.shifted(matrix.shift, step_ms);
                let open_start = end_ms.saturating_sub(matrix.range_ms);
                to += series.timestamps[to..].iter().take_while(|time| **time <= end_ms).count();
                from += series.timestamps[from..to].iter().take_while(|time| **time <= open_start).count();
                // The windows of one series may hold far more samples together than the series.
                self.effort.spend(1 + (to - from))?;
                row.iter_mut().zip(scalars).for_each(|(cell, scalar)| *cell = scalar[index]);
                let window = Window {
                    timestamps: &series.timestamps[from..to],
                    values: &series.values[from..to],
                    range_ms: matrix.range_ms,
                    end_ms,
                    step_ms,
                    scalars: &row,
                };
                visit(&series.labels, index, &window);
            }
        }
        Ok(())
    }
}

fn drop_stale_markers(series: &mut SeriesColumns) {
    if !series.values.iter().any(|value| is_stale_nan(*value)) {
        return;
    }
    let mut keep = series.values.iter().map(|value| !is_stale_nan(*value));
    series.timestamps.retain(|_| keep.next().unwrap_or(false));
    series.values.retain(|value| !is_stale_nan(*value));
}
