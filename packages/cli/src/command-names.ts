/** The words of a command, derived from the operation's method and path. */
import type { Operation } from "@paymaster/contract";

type Addressed = Pick<Operation, "method" | "path" | "effect" | "group">;

const VERBS = {
  GET: null,
  POST: "create",
  PUT: "update",
  PATCH: "update",
  DELETE: "delete",
} as const;

/**
 * The path's own words, then a verb for everything but reading:
 * - `/accounts/{accountId}` in front of the billing operations is understood;
 * - `/plans/base/status` with `cancel` is `plans base cancel`;
 * - `/api/download/billing/invoices/{id}` is `billing invoices download`.
 * @returns e.g. `["plans", "addons", "create"]`
 */
export function commandWords(operation: Addressed): readonly string[] {
  const segments = operation.path.split("/").filter((segment) => segment !== "");
  const words = segments.filter((segment) => !segment.startsWith("{"));
  if (operation.group === "billing" && words[0] === "accounts") words.shift();
  if (words[0] === "api" && words[1] === "download") {
    return [...words.slice(2), "download"];
  }
  if (operation.effect === "cancel" && words.at(-1) === "status") {
    return [...words.slice(0, -1), "cancel"];
  }
  const verb = VERBS[operation.method];
  return verb === null ? words : [...words, verb];
}

/** Positional arguments: the path's parameters in their order. */
export function commandArguments(operation: Pick<Operation, "path">): readonly string[] {
  return Array.from(operation.path.matchAll(/\{([^}]+)\}/g), (match) => match[1] ?? "");
}
