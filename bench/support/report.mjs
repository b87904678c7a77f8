/** One line for each measurement: a name and its figures. */
export function report(name, figures) {
  const text = Object.entries(figures)
    .map(([unit, value]) => `${format(value)} ${unit}`)
    .join(", ");
  console.log(`${name}: ${text}`);
}

function format(value) {
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toFixed(2);
}
