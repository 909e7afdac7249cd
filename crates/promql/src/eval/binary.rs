//! Binary operators on scalars, and on a vector with a scalar.

use super::{ABSENT, Column, Data, Evaluation, Steps, is_absent, merge_same_labels};
use crate::QueryError;
use crate::operators::BinaryOp;
use crate::plan::Binary;

/// Which side of an operator the vector is on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum VectorSide {
    Left,
    Right,
}

impl Evaluation<'_> {
    pub(super) fn eval_binary(&mut self, binary: &Binary, steps: Steps) -> Result<Data, QueryError> {
        let lhs = self.eval(&binary.lhs, steps)?;
        let rhs = self.eval(&binary.rhs, steps)?;
        match (lhs, rhs) {
            (Data::Scalar(lhs), Data::Scalar(rhs)) => Ok(Data::Scalar(scalars(binary.op, &lhs, &rhs))),
            (Data::Vector(lhs), Data::Scalar(rhs)) => {
                self.with_scalar(binary, lhs, &rhs, VectorSide::Left).map(Data::Vector)
            }
            (Data::Scalar(lhs), Data::Vector(rhs)) => {
                self.with_scalar(binary, rhs, &lhs, VectorSide::Right).map(Data::Vector)
            }
            (Data::Vector(lhs), Data::Vector(rhs)) => {
                self.match_vectors(binary, lhs, rhs, steps).map(Data::Vector)
            }
            // Texts have been refused by the checks of the plan.
            (text @ Data::Text(_), _) | (_, text @ Data::Text(_)) => Ok(text),
        }
    }

    fn with_scalar(
        &mut self,
        binary: &Binary,
        mut columns: Vec<Column>,
        scalar: &[f64],
        side: VectorSide,
    ) -> Result<Vec<Column>, QueryError> {
        let filters = matches!(binary.op, BinaryOp::Comparison(_)) && !binary.bool_result;
        for column in &mut columns {
            self.effort.spend(column.values.len())?;
            if drops_name(binary) {
                column.labels = column.labels.without_metric_name();
            }
            for (value, scalar) in column.values.iter_mut().zip(scalar) {
                if is_absent(*value) {
                    continue;
                }
                let (lhs, rhs) = if side == VectorSide::Left { (*value, *scalar) } else { (*scalar, *value) };
                let result = apply(binary.op, binary.bool_result, lhs, rhs);
                // A filter gives the vector's value, whichever side it is on.
                *value = result.map_or(ABSENT, |result| if filters { *value } else { result });
            }
        }
        merge_same_labels(&mut self.effort, columns)
    }
}

fn scalars(op: BinaryOp, lhs: &[f64], rhs: &[f64]) -> Vec<f64> {
    lhs.iter().zip(rhs).map(|(lhs, rhs)| apply(op, true, *lhs, *rhs).unwrap_or(f64::NAN)).collect()
}

/// The result of an operator on two values, `None` where a comparison filters.
pub(super) fn apply(op: BinaryOp, bool_result: bool, lhs: f64, rhs: f64) -> Option<f64> {
    match op {
        BinaryOp::Arithmetic(f) => Some(f(lhs, rhs)),
        BinaryOp::Comparison(f) if bool_result => Some(f64::from(u8::from(f(lhs, rhs)))),
        BinaryOp::Comparison(f) => f(lhs, rhs).then_some(lhs),
        BinaryOp::And | BinaryOp::Or | BinaryOp::Unless => None,
    }
}

/// Whether the result is another quantity than the operands, so that the metric's name would mislead.
pub(super) fn drops_name(binary: &Binary) -> bool {
    matches!(binary.op, BinaryOp::Arithmetic(_)) || binary.bool_result
}
