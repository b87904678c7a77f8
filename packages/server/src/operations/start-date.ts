/**
 * A start in the future (`paid_period_start_date`, `service_effective_date`, 2026) is documented, and not
 * built: plans start today here. Said plainly, since to ignore it would sell something else than asked.
 */
import { validationFault } from "../http/validation.js";

const MEMBERS = ["paid_period_start_date", "service_effective_date"] as const;

/** Throws when the body, or its `subscription_options`, asks for a later start. */
export function refuseLaterStart(body: Readonly<Record<string, unknown>>): void {
  const options = (body.subscription_options ?? {}) as Readonly<Record<string, unknown>>;
  const problems = MEMBERS.flatMap((name) => {
    const prefix = options[name] === undefined ? "" : "subscription_options.";
    if (body[name] === undefined && options[name] === undefined) return [];
    return [
      { field: `${prefix}${name}`, message: "A later start is not supported: plans start today." },
    ];
  });
  if (problems.length > 0) throw validationFault(problems);
}
