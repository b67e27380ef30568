/** Options of the chosen runs side by side, and against their metrics. */
export function CompareView() {
  return <p>Compare</p>;
}
