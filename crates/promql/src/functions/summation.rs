//! Sums and means that lose little to rounding.

/// A sum that carries along what rounding took away (Neumaier's variant of Kahan's summation).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum {
    pub(crate) sum: f64,
    pub(crate) compensation: f64,
}

impl Sum {
    pub(crate) fn add(&mut self, value: f64) {
        let total = self.sum + value;
        if total.is_infinite() {
            self.compensation = 0.0;
        } else if self.sum.abs() >= value.abs() {
            self.compensation += (self.sum - total) + value;
        } else {
            self.compensation += (value - total) + self.sum;
        }
        self.sum = total;
    }

    pub(crate) fn total(self) -> f64 {
        if self.sum.is_infinite() { self.sum } else { self.sum + self.compensation }
    }
}

/// The sum of some values.
pub(crate) fn sum_of(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sum = Sum::default();
    values.into_iter().for_each(|value| sum.add(value));
    sum.total()
}

/// The mean of some values: the sum divided by their number or, from where the sum would overflow on, a mean
/// that is moved with each value. Not a number if there are none.
pub(crate) fn mean_of(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut count = 0.0;
    let mut sum = Sum::default();
    let mut moving = false;
    for value in values {
        count += 1.0;
        if !moving {
            let mut next = sum;
            next.add(value);
            if count == 1.0 || !next.sum.is_infinite() {
                sum = next;
                continue;
            }
            moving = true;
            sum.sum /= count - 1.0;
            sum.compensation /= count - 1.0;
        }
        let kept = (count - 1.0) / count;
        sum.sum *= kept;
        sum.compensation *= kept;
        sum.add(value / count);
    }
    if moving { sum.sum + sum.compensation } else { sum.sum / count + sum.compensation / count }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_values_survive_beside_large_ones() {
        assert_eq!(sum_of([1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(mean_of([1.0, 1e100, 1.0, -1e100]), 0.5);
    }

    #[test]
    fn a_mean_exists_where_the_sum_overflows() {
        let mean = mean_of([f64::MAX, f64::MAX, f64::MAX]);
        assert!((mean / f64::MAX - 1.0).abs() < 1e-15, "{mean}");
        assert_eq!(sum_of([f64::MAX, f64::MAX]), f64::INFINITY);
    }

    #[test]
    fn infinities_stay_and_cancel_to_nan() {
        assert_eq!(mean_of([f64::INFINITY, 1.0]), f64::INFINITY);
        assert!(mean_of([f64::INFINITY, f64::NEG_INFINITY]).is_nan());
        assert!(sum_of([f64::INFINITY, f64::NEG_INFINITY]).is_nan());
        assert!(mean_of([]).is_nan());
    }
}
