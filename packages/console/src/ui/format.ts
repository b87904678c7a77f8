/** Amounts, dates and counts as people read them. Dates are civil and shown without a time zone. */
const amounts = new Map<string, Intl.NumberFormat>();

export function money(amount: number, currency: string): string {
  let format = amounts.get(currency);
  if (format === undefined) {
    format = new Intl.NumberFormat("en-US", { style: "currency", currency });
    amounts.set(currency, format);
  }
  return format.format(amount);
}

const whole = new Intl.NumberFormat("en-US");
export function count(value: number): string {
  return whole.format(value);
}

const day = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
/** `2026-03-31` as `31 Mar 2026`. */
export function date(civil: string | null | undefined): string {
  if (civil === null || civil === undefined || civil === "") return "–";
  const at = Date.parse(`${civil.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(at) ? civil : day.format(at);
}

const monthName = new Intl.DateTimeFormat("en-GB", {
  month: "short",
  year: "2-digit",
  timeZone: "UTC",
});
/** `2026-03` as `Mar 26`. */
export function month(text: string): string {
  return monthName.format(Date.parse(`${text}-01T00:00:00Z`));
}

/** An instant as `31 Mar 2026, 14:05 UTC`. */
export function instant(text: string): string {
  return `${date(text)}, ${new Date(text).toISOString().slice(11, 16)} UTC`;
}

/** Share of the whole in percent, 0 where there is no whole. */
export function percent(part: number, of: number): number {
  return of === 0 ? 0 : Math.round((100 * part) / of);
}

/** `next_invoice_date` and `nextInvoiceDate` as `Next invoice date`. */
export function words(name: string): string {
  const text = name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
