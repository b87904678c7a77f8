/** The `from` and `to` of the invoice list: at most one year, within the past three years. */
import { commonErrors } from "@paymaster/contract";
import { addDays, addMonths, type CivilDate, isCivilDate, later } from "@paymaster/engine";
import { WireFault } from "./wire-fault.js";

const DEFAULT_DAYS = 365;
const MAX_MONTHS = 12;
const MAX_AGE_MONTHS = 36;
/** Beyond it a year more leaves the calendar. */
const LAST_DATE: CivilDate = "9998-12-31";

/** Defaults to the 365 allowed days up to `to`, and `to` to today; a range that is not allowed names the field that is wrong. */
export function invoiceRange(
  query: Readonly<Record<string, unknown>>,
  today: CivilDate,
): { from: CivilDate; to: CivilDate } {
  const earliest = addMonths(today, -MAX_AGE_MONTHS);
  const to = readDate(query, "to") ?? today;
  if (to < earliest) throw rangeFault("to", "Must lie within the past three years.");
  const from = readDate(query, "from") ?? later(addDays(to, -DEFAULT_DAYS), earliest);
  if (from > to) throw rangeFault("from", "Must not be after `to`.");
  if (addMonths(from, MAX_MONTHS) < to) {
    throw rangeFault("from", "The range of `from` and `to` must be at most one year.");
  }
  if (from < earliest) throw rangeFault("from", "Must lie within the past three years.");
  return { from, to };
}

function readDate(query: Readonly<Record<string, unknown>>, name: string): CivilDate | null {
  const value = query[name];
  if (value === undefined) return null;
  if (typeof value !== "string" || !isCivilDate(value) || value > LAST_DATE) {
    throw rangeFault(name, "Must be a date like 2026-03-31.");
  }
  return value;
}

function rangeFault(field: string, message: string): WireFault {
  return new WireFault(commonErrors.validationFailed, {}, { errors: [{ field, message }] });
}
