import type { Cell, ColumnType } from "../report/report.js";

/** A cell as text: amounts with two decimals, and nothing for null. */
export function asText(cell: Cell, type: ColumnType): string {
  if (cell === null) return "";
  if (typeof cell === "number" && type === "amount") return cell.toFixed(2);
  return String(cell);
}
