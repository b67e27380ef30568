/**
 * An exponential moving average without the bias of its start: the mean of all values so far, each weighing `weight`
 * times what the next one does. As TensorBoard smooths, and pandas' `ewm(alpha=1 - weight, ignore_na=True)`.
 *
 * @param values null where there is no finite number: null there, and the mean goes on behind it
 * @param weight 0 (the values themselves) up to, but not including, 1
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return [...values];
  let sum = 0;
  let weights = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = sum * weight + value;
    weights = weights * weight + 1;
    return sum / weights;
  });
}
