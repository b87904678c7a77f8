/**
 * Plans from the answers of GET plans and GET usage: the contract's table of families says where each of
 * them stands in either.
 */
import { families, findPlan } from "@paymaster/contract";
import type { Wire } from "../../api/wire.js";
import type { PlanRow } from "./plan-row.js";

interface Entry {
  readonly type: string;
  readonly hosts?: number;
  readonly usage?: number;
  readonly status?: string;
  readonly service_effective_date?: string;
  readonly next_invoice_date?: string;
}

export async function readWirePlans(
  wire: Wire,
  accountId: string,
  signal: AbortSignal,
): Promise<readonly PlanRow[]> {
  const plans = await wire.accountPlans({ accountId }, { signal });
  const usage = await wire.getPlanUsage({ accountId }, { signal });
  return plansOfWire(plans, usage);
}

export function plansOfWire(plans: unknown, usage: unknown): readonly PlanRow[] {
  return families.flatMap((family) => {
    const used = family.usage === null ? [] : entriesAt(usage, family.usage.path);
    return entriesAt(plans, family.plans.path).map((entry): PlanRow => {
      const counted = used.find(({ type }) => type === entry.type);
      return {
        key: `${family.name} ${entry.type}`,
        family: family.name,
        role: family.name === "plan_base" ? "base" : "addon",
        planType: entry.type,
        status: statusOf(entry.status),
        isTrial: findPlan(entry.type)?.interval === "trial",
        hosts: family.hasHosts ? (entry.hosts ?? null) : null,
        hostsUsed: counted?.usage ?? null,
        unitPrice: null,
        periodAmount: null,
        startDate: entry.service_effective_date ?? null,
        periodEnd: entry.next_invoice_date ?? null,
        pending: null,
        cancellation: null,
      };
    });
  });
}

/** A single entry, a list, or (recording plans) a bare code with its status beside it. */
function entriesAt(body: unknown, path: readonly string[]): readonly Entry[] {
  let at: unknown = body;
  let parent: unknown = null;
  for (const name of path) {
    parent = at;
    at = memberOf(at, name);
  }
  if (typeof at === "string") {
    const name = path.at(-1) ?? "";
    const beside = (what: string) => {
      const value = memberOf(parent, `${name}_${what}`);
      return typeof value === "string" ? { [what]: value } : {};
    };
    return [
      {
        type: at,
        ...beside("status"),
        ...beside("service_effective_date"),
        ...beside("next_invoice_date"),
      },
    ];
  }
  const list = Array.isArray(at) ? at : [at];
  return list.filter(isEntry);
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function isEntry(value: unknown): value is Entry {
  return typeof memberOf(value, "type") === "string";
}

/** `cancel` and `Cancelled` are the same state in different generations and families. */
function statusOf(status: string | undefined): PlanRow["status"] {
  const text = status?.toLowerCase() ?? "";
  if (text === "active") return "active";
  if (text.startsWith("cancel")) return "ending";
  return text === "expired" ? "expired" : "unknown";
}
