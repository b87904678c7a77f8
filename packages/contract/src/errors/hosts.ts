/** Errors about the number of hosts. Documented for POST plans; inferred wherever else hosts are bought. */
import { badRequest, inferred, underMultipleChoices } from "./define.js";

export const buyHostsTooFew = underMultipleChoices(
  "Buy hosts must equal or larger than {minBuyHost}.",
);
export const buyHostsTooMany = underMultipleChoices(
  "Buy hosts must equal or smaller than {maxBuyHost}.",
);
export const buyHostsOverMaximum = underMultipleChoices(
  "Buy hosts must equal or smaller than 9999.",
);
export const invalidHostNumber = badRequest(2100, "Invalid host number.", {
  source: ["OAD", "D26"],
});

/** The four together, for operations that do not list them. */
export const inferredHostErrors = {
  buyHostsTooFew: inferred(buyHostsTooFew),
  buyHostsTooMany: inferred(buyHostsTooMany),
  buyHostsOverMaximum: inferred(buyHostsOverMaximum),
  invalidHostNumber: inferred(invalidHostNumber),
} as const;
