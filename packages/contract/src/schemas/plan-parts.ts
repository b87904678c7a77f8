/** Parts that the bodies of several plan operations are made of. */
import Type, { type TObject, type TObjectOptions, type TSchema } from "typebox";
import { cancellationReasons } from "../reference-data/cancellation-reasons.js";

/** Entries of a list in a body: far more than any account buys at once. */
const MAX_LIST_ENTRIES = 50;

export const planType = Type.String({
  maxLength: 64,
  description: "Code of the plan, e.g. `business_monthly`.",
});
/** Limits of the number are business errors with wordings of their own, so the schema has none. */
export const hosts = Type.Integer({ description: "Number of licences." });
export const countryList = Type.String({
  maxLength: 1000,
  description: "Two-letter country codes, with commas between them.",
});
export const ddiNumbers = Type.Integer({ description: "Number of dedicated dial-in numbers." });
export const paidPeriodStartDate = Type.String({
  format: "date",
  description: "First day that is paid for; the same as `service_effective_date`, and ahead.",
});
export const serviceEffectiveDate = Type.String({
  format: "date",
  description: "First day of service; the same as `paid_period_start_date`, and ahead.",
});

export const cancellationReason = Type.Integer({
  minimum: 1,
  maximum: 6,
  description: cancellationReasons.map(({ id, meaning }) => `${id}: ${meaning}`).join("; "),
});
export const cancellationComment = Type.String({ maxLength: 1000 });
export const cancelAction = Type.Enum(["cancel"], { description: "Only `cancel` is defined." });

/** An object of a request: a member that is not named is an error. */
export function closed<T extends Record<string, TSchema>>(
  members: T,
  more: TObjectOptions = {},
): TObject<T> {
  return Type.Object(members, { ...more, additionalProperties: false });
}

export function listOf(entry: TSchema): TSchema {
  return Type.Array(entry, { maxItems: MAX_LIST_ENTRIES });
}

/** Where a member stands in a body: a path of one or two names. */
export interface Placed {
  readonly path: readonly string[];
  readonly schema: TSchema;
  readonly required?: boolean;
}

/** The object of members of that depth, all optional unless marked; `make` closes it or leaves it open. */
export function placeMembers(
  placed: readonly Placed[],
  make: (members: Record<string, TSchema>) => TSchema,
): TSchema {
  const groups = new Map<string, Placed[]>();
  for (const one of placed) {
    const [first] = one.path;
    if (first === undefined) throw new Error("a member needs a name");
    groups.set(first, [...(groups.get(first) ?? []), one]);
  }
  const members: Record<string, TSchema> = {};
  for (const [name, group] of groups) members[name] = memberOf(name, group, make);
  return make(members);
}

function memberOf(
  name: string,
  group: readonly Placed[],
  make: (members: Record<string, TSchema>) => TSchema,
): TSchema {
  const own = group.filter((one) => one.path.length === 1);
  if (own.length > 1 || (own.length === 1 && group.length > 1)) {
    throw new Error(`${name} stands for two members`);
  }
  const [single] = own;
  if (single !== undefined) {
    return single.required === true ? single.schema : Type.Optional(single.schema);
  }
  const inner = group.map((one) => ({ ...one, path: one.path.slice(1) }));
  return Type.Optional(placeMembers(inner, make));
}

/** An object of an answer: what the vendor adds later is no error. */
export function open(members: Record<string, TSchema>): TSchema {
  return Type.Object(members);
}
