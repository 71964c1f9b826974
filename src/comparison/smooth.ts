/**
 * An exponential moving average with the bias towards its start at 0 divided out, as TensorBoard smooths scalars (and Adam its moments):
 * m ← w·m + (1 − w)·value, shown as m / (1 − wⁿ) after n values. A value that is not finite is passed on as it is and changes nothing.
 * @param weight 0 ≤ weight < 1; 0 returns the values
 */
export function smoothed(values: readonly number[], weight: number): readonly number[] {
  if (weight === 0) return values;
  let [average, remaining] = [0, 1];
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    average = weight * average + (1 - weight) * value;
    remaining *= weight;
    return average / (1 - remaining);
  });
}
