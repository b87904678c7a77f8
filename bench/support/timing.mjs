/** Seconds that a piece of work takes, and the median of several runs: machines are shared and noisy. */
export async function timed(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
