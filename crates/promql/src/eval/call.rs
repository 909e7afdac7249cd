//! Calls of functions, by the shape that the function table gives.

use super::{ABSENT, Column, Data, Evaluation, Matrix, Steps, Window, merge_same_labels, refuse_same_labels};
use crate::functions::Eval;
use crate::notes::is_counter_name;
use crate::plan::{Call, Node};
use crate::{Kind, QueryError};

impl Evaluation<'_> {
    pub(super) fn eval_call(&mut self, call: &Call, steps: Steps) -> Result<Data, QueryError> {
        match call.function.eval {
            Eval::Math(f) => self.map_vector(call, steps, |value, _| Some(f(value))),
            Eval::Value(f) => self.map_vector(call, steps, f),
            Eval::Window(f) => self.call_window(call, steps, f).map(Data::Vector),
            Eval::CounterWindow(f) => {
                let columns = self.call_counter_window(call, steps, f)?;
                Ok(Data::Vector(columns))
            }
            Eval::Whole(f) => f(self, call, steps),
        }
    }

    /// The scalar arguments of a call, each for all steps.
    pub(crate) fn scalar_args(&mut self, call: &Call, steps: Steps) -> Result<Vec<Vec<f64>>, QueryError> {
        let scalars = call.args.iter().filter(|arg| arg.kind() == Kind::Scalar);
        scalars.map(|arg| self.eval_scalar(arg, steps)).collect()
    }

    /// The first argument of the given type.
    pub(crate) fn arg_of_kind(call: &Call, kind: Kind) -> Option<&Node> {
        call.args.iter().find(|arg| arg.kind() == kind)
    }

    fn map_vector(
        &mut self,
        call: &Call,
        steps: Steps,
        f: impl Fn(f64, &[f64]) -> Option<f64>,
    ) -> Result<Data, QueryError> {
        let scalars = self.scalar_args(call, steps)?;
        let Some(vector) = Self::arg_of_kind(call, Kind::Vector) else { return Ok(Data::Vector(Vec::new())) };
        let mut columns = self.eval_vector(vector, steps)?;
        let mut row = vec![0.0; scalars.len()];
        for column in &mut columns {
            self.effort.spend(column.values.len())?;
            column.labels = column.labels.without_metric_name();
            for (index, value) in column.values.iter_mut().enumerate() {
                if !super::is_absent(*value) {
                    row.iter_mut().zip(&scalars).for_each(|(cell, scalar)| *cell = scalar[index]);
                    *value = f(*value, &row).unwrap_or(ABSENT);
                }
            }
        }
        Ok(Data::Vector(merge_same_labels(&mut self.effort, columns)?))
    }

    /// One value per window of the call's range argument.
    pub(crate) fn call_window(
        &mut self,
        call: &Call,
        steps: Steps,
        f: fn(&Window<'_>) -> Option<f64>,
    ) -> Result<Vec<Column>, QueryError> {
        let scalars = self.scalar_args(call, steps)?;
        let Some(arg) = Self::arg_of_kind(call, Kind::Matrix) else { return Ok(Vec::new()) };
        let matrix = self.eval_matrix(arg, steps)?;
        self.windows_to_columns(call, &matrix, steps, &scalars, f)
    }

    fn call_counter_window(
        &mut self,
        call: &Call,
        steps: Steps,
        f: fn(&Window<'_>) -> Option<f64>,
    ) -> Result<Vec<Column>, QueryError> {
        let Some(arg) = Self::arg_of_kind(call, Kind::Matrix) else { return Ok(Vec::new()) };
        let matrix = self.eval_matrix(arg, steps)?;
        let position = arg.position();
        for series in &matrix.series {
            let name = super::metric_name(&series.labels);
            if !name.is_empty() && !is_counter_name(name) {
                self.notes.possible_non_counter(name, position);
            }
        }
        self.windows_to_columns(call, &matrix, steps, &[], f)
    }

    pub(crate) fn windows_to_columns(
        &mut self,
        call: &Call,
        matrix: &Matrix,
        steps: Steps,
        scalars: &[Vec<f64>],
        f: fn(&Window<'_>) -> Option<f64>,
    ) -> Result<Vec<Column>, QueryError> {
        self.budget.charge(matrix.series.len().saturating_mul(steps.count))?;
        let mut columns: Vec<Column> = Vec::with_capacity(matrix.series.len());
        self.each_window(matrix, steps, scalars, |labels, index, window| {
            if index == 0 {
                let keeps = call.function.keeps_metric_name;
                let labels = if keeps { labels.clone() } else { labels.without_metric_name() };
                columns.push(Column { labels, values: Vec::with_capacity(steps.count) });
            }
            let value = if window.values.is_empty() { None } else { f(window) };
            if let Some(column) = columns.last_mut() {
                column.values.push(value.unwrap_or(ABSENT));
            }
        })?;
        columns.retain(|column| !column.is_empty());
        refuse_same_labels(&mut self.effort, &columns)?;
        Ok(columns)
    }
}
