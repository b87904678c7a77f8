/**
 * An operator's special rules instead of the contract's (`--special-limits FILE`), by the tool name of the
 * operation; an empty list lifts all of an operation. They can be changed because the sources contradict
 * each other and leave open what the 30 minutes are counted for (see the README), and because a partner
 * may have agreed others:
 * `{"account_billing_invoices": [{"count": 1, "window": "interval", "interval_seconds": 300,
 * "scope": "account"}, {"count": 6, "window": "day", "scope": "account"}]}`.
 */
import { type Operation, operationList } from "@paymaster/contract";
import { readJsonFile, refusedFile } from "../operator-file.js";
import type { SpecialLimitOverride, SpecialLimitOverrides } from "./rules.js";

const MAX_KILOBYTES = 64;
const MAX_COUNT = 1_000_000;
const MAX_INTERVAL_SECONDS = 86_400;
const SCOPES = ["account", "invoice", "caller"] as const;

export async function loadSpecialLimits(path: string | null): Promise<SpecialLimitOverrides> {
  if (path === null) return {};
  const parsed = parseSpecialLimits(await readJsonFile(path, MAX_KILOBYTES));
  if ("problems" in parsed) throw refusedFile(path, parsed.problems);
  return parsed.limits;
}

/** Returns the rules, or everything that is wrong with the file. */
export function parseSpecialLimits(
  json: unknown,
): { limits: SpecialLimitOverrides } | { problems: string[] } {
  if (!isObject(json))
    return { problems: ["The file must be one object, with a list by tool name."] };
  const problems: string[] = [];
  const limits: Record<string, SpecialLimitOverride[]> = {};
  for (const [tool, entries] of Object.entries(json)) {
    const operation = (operationList as readonly Operation[]).find((one) => one.tool === tool);
    if (operation === undefined) {
      const known = operationList.map((one) => one.tool).join(", ");
      problems.push(`${tool}: there is no such operation. Known are ${known}.`);
    } else if (!Array.isArray(entries)) {
      problems.push(`${tool}: must be a list of rules.`);
    } else {
      limits[tool] = entries.flatMap((entry, index) => {
        const problem = problemOf(entry, operation);
        if (problem !== null) problems.push(`${tool}[${index}]: ${problem}`);
        return problem === null ? [entry as SpecialLimitOverride] : [];
      });
      const counted = limits[tool].map(
        (one) => `${one.window} ${one.interval_seconds} ${one.scope}`,
      );
      if (new Set(counted).size < counted.length) {
        problems.push(`${tool}: two rules count the same thing.`);
      }
    }
  }
  return problems.length > 0 ? { problems } : { limits };
}

function problemOf(entry: unknown, operation: Operation): string | null {
  if (!isObject(entry)) return "must be an object.";
  const { count, window, interval_seconds: seconds, scope, ...others } = entry;
  const [other] = Object.keys(others);
  if (other !== undefined) return `there is no such member: ${other}.`;
  if (!isCount(count, MAX_COUNT)) return `count must be an integer from 1 to ${MAX_COUNT}.`;
  if (window !== "interval" && window !== "day") return 'window must be "interval" or "day".';
  if (window === "day" && seconds !== undefined) return "interval_seconds belongs to an interval.";
  if (window === "interval" && !isCount(seconds, MAX_INTERVAL_SECONDS)) {
    return `interval_seconds must be an integer from 1 to ${MAX_INTERVAL_SECONDS}.`;
  }
  if (!SCOPES.some((one) => one === scope)) return `scope must be one of ${SCOPES.join(", ")}.`;
  if (scope === "invoice" && !operation.path.includes("{invoiceId}")) {
    return 'scope "invoice" needs an operation whose path names an invoice.';
  }
  return null;
}

function isCount(value: unknown, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
