/** The billing contact of POST plans and PATCH billing: which members are wrong, and in which order. */
import { countries, states, type WireProfile } from "@paymaster/contract";

const COUNTRIES: ReadonlySet<string> = new Set(countries);
const STATES: ReadonlySet<string> = new Set(states);
/** The published list of states is that of these countries. */
const COUNTRIES_WITH_STATES: ReadonlySet<string> = new Set(["US", "CA"]);

/** Members as the wire names them; absent members are not given. */
export interface Contact {
  readonly first_name?: string;
  readonly last_name?: string;
  readonly email?: string;
  readonly phone_number?: string;
  readonly address?: string;
  readonly apt?: string;
  readonly city?: string;
  readonly state?: string;
  readonly zip?: string;
  readonly country?: string;
  readonly employee_count?: string;
}

/** Members that POST plans requires, in the order of the documented error list. */
export const REQUIRED_MEMBERS = [
  "first_name",
  "last_name",
  "email",
  "country",
  "address",
  "city",
  "phone_number",
  "state",
  "zip",
] as const satisfies readonly (keyof Contact)[];

export type ContactProblem =
  | { readonly kind: "member"; readonly member: keyof Contact }
  | { readonly kind: "special_characters"; readonly member: keyof Contact }
  | { readonly kind: "country"; readonly country: string }
  | { readonly kind: "state"; readonly state: string };

/** The first problem of a whole contact: a member that is missing, empty or malformed, then the regions. */
export function wholeContactProblem(contact: Contact): ContactProblem | null {
  for (const member of REQUIRED_MEMBERS) {
    if (isMalformed(member, contact[member])) return { kind: "member", member };
  }
  return regionProblem(contact);
}

/** The first problem of a change to `current`: special characters (2026), then the regions it leads to. */
export function contactChangeProblem(
  change: Contact,
  current: Contact,
  profile: WireProfile,
): ContactProblem | null {
  if (profile === "2026") {
    for (const [member, value] of Object.entries(change)) {
      if (hasSpecialCharacters(value)) {
        return { kind: "special_characters", member: member as keyof Contact };
      }
    }
  }
  if (change.country === undefined && change.state === undefined) return null;
  return regionProblem({ ...current, ...change });
}

/** `<`, `>` and control characters: what the 2026 generation refuses as special. */
export function hasSpecialCharacters(value: string): boolean {
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    if (character === "<" || character === ">" || code < 32 || code === 127) return true;
  }
  return false;
}

/** States are checked where the published list has them: the United States and Canada. */
function regionProblem({ country, state }: Contact): ContactProblem | null {
  if (country === undefined) return null;
  if (!COUNTRIES.has(country)) return { kind: "country", country };
  if (state === undefined || !COUNTRIES_WITH_STATES.has(country)) return null;
  return STATES.has(state) ? null : { kind: "state", state };
}

/** Deliberately loose: an address book is not the place to argue about addresses. */
function isMalformed(member: keyof Contact, value: string | undefined): boolean {
  if (value === undefined || value.trim() === "") return true;
  if (member === "email") return !/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(value);
  if (member === "phone_number") return !/\d/.test(value) || /[^\d\s()+./#*,;x-]/i.test(value);
  return false;
}
