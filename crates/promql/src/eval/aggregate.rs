use super::*;
use crate::plan::Aggregate;
impl Evaluation<'_> {
    pub(super) fn eval_aggregate(
        &mut self,
        binary: &Aggregate,
        steps: Steps,
    ) -> Result<Vec<Column>, QueryError> {
        let _ = (binary, steps);
        Ok(Vec::new())
    }
}
