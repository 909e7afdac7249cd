//! Parts of dates. Values are seconds since the epoch, UTC; fractions are cut off.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};

use crate::eval::{Column, Data, Evaluation, Steps, merge_same_labels};
use crate::plan::Call;
use crate::{Kind, QueryError};
use model::Labels;

macro_rules! part {
    ($name:ident, $part:expr) => {
        pub(super) fn $name(
            evaluation: &mut Evaluation<'_>,
            call: &Call,
            steps: Steps,
        ) -> Result<Data, QueryError> {
            each_date(evaluation, call, steps, $part)
        }
    };
}

part!(minute, |date| date.minute());
part!(hour, |date| date.hour());
part!(day_of_week, |date| date.weekday().num_days_from_sunday());
part!(day_of_month, |date| date.day());
part!(day_of_year, |date| date.ordinal());
part!(days_in_month, days_in_month_of);
part!(month, |date| date.month());

pub(super) fn year(evaluation: &mut Evaluation<'_>, call: &Call, steps: Steps) -> Result<Data, QueryError> {
    each_value(evaluation, call, steps, |value| {
        date_of(value).map_or(f64::NAN, |date| f64::from(date.year()))
    })
}

fn each_date(
    evaluation: &mut Evaluation<'_>,
    call: &Call,
    steps: Steps,
    part: fn(DateTime<Utc>) -> u32,
) -> Result<Data, QueryError> {
    each_value(evaluation, call, steps, |value| date_of(value).map_or(f64::NAN, |date| f64::from(part(date))))
}

/// Of the argument or, without one, of the time of each step.
fn each_value(
    evaluation: &mut Evaluation<'_>,
    call: &Call,
    steps: Steps,
    f: impl Fn(f64) -> f64,
) -> Result<Data, QueryError> {
    let mut columns = match Evaluation::arg_of_kind(call, Kind::Vector) {
        Some(arg) => evaluation.eval_vector(arg, steps)?,
        None => {
            let values = steps.times().map(|time_ms| time_ms as f64 / 1000.0).collect();
            vec![Column { labels: Labels::empty(), values }]
        }
    };
    for column in &mut columns {
        evaluation.effort.spend(column.values.len())?;
        column.labels = column.labels.without_metric_name();
        column.map(&f);
    }
    Ok(Data::Vector(merge_same_labels(&mut evaluation.effort, columns)?))
}

fn date_of(value: f64) -> Option<DateTime<Utc>> {
    if value.is_nan() { None } else { DateTime::from_timestamp(value as i64, 0) }
}

fn days_in_month_of(date: DateTime<Utc>) -> u32 {
    let (year, month) =
        if date.month() == 12 { (date.year() + 1, 1) } else { (date.year(), date.month() + 1) };
    let next_month = NaiveDate::from_ymd_opt(year, month, 1);
    next_month.and_then(|first| first.pred_opt()).map_or(31, |last| last.day())
}
