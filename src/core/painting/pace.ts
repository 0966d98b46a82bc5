/** How fast a painting goes, from the seconds that its steps take. */

/** Median of the last values given: one slow step (the first, or a busy machine) does not sway it. */
export function runningMedian(window = 15): (value: number) => number {
  const recent: number[] = [];
  return (value) => {
    recent.push(value);
    if (recent.length > window) recent.shift();
    const sorted = recent.toSorted((a, b) => a - b);
    const middle = sorted.length >> 1;
    const upper = sorted[middle] as number;
    return sorted.length % 2 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
  };
}
