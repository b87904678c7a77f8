/** The members of a billing contact: countries and states are the contract's. */

import { Select, SimpleGrid, TextInput } from "@mantine/core";
import { countries, states } from "@paymaster/contract";
import type { Contact } from "./change.js";

const NAMES = [
  "first_name",
  "last_name",
  "email",
  "phone_number",
  "address",
  "apt",
  "city",
  "state",
  "zip",
  "country",
] as const satisfies readonly (keyof Contact)[];

const LABELS: Readonly<Record<(typeof NAMES)[number], string>> = {
  first_name: "First name",
  last_name: "Last name",
  email: "Email",
  phone_number: "Phone",
  address: "Address",
  apt: "Apartment or suite",
  city: "City",
  state: "State",
  zip: "Postal code",
  country: "Country",
};

/** Countries whose states have ids. */
const WITH_STATES = new Set(["US", "CA"]);

const regionNames = new Intl.DisplayNames("en", { type: "region", fallback: "code" });
/** The list has UK, which is no region of the standard. */
const countryName = (id: string) => regionNames.of(id === "UK" ? "GB" : id) ?? id;

/** The members of an answer that a request takes; what is empty is left out. */
export function contactOf(answer: object): Contact {
  const found = Object.entries(answer).filter(
    ([name, value]) =>
      (NAMES as readonly string[]).includes(name) && typeof value === "string" && value !== "",
  );
  return Object.fromEntries(found) as Contact;
}

export function ContactFields({
  contact,
  onChange,
  problems = {},
}: {
  readonly contact: Contact;
  readonly onChange: (contact: Contact) => void;
  /** What the server found wrong, by member. */
  readonly problems?: Readonly<Record<string, string>>;
}) {
  const set = (name: (typeof NAMES)[number], value: string) =>
    onChange({ ...contact, [name]: value });
  const hasStates = WITH_STATES.has(contact.country ?? "");
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      {NAMES.map((name) => {
        const shared = { label: LABELS[name], error: problems[name] };
        if (name === "country" || (name === "state" && hasStates)) {
          const ids = name === "country" ? countries : states;
          return (
            <Select
              key={name}
              {...shared}
              searchable
              data={ids.map((id) => ({
                value: id,
                label: name === "country" ? `${countryName(id)} (${id})` : id,
              }))}
              value={contact[name] ?? null}
              onChange={(value) => set(name, value ?? "")}
            />
          );
        }
        return (
          <TextInput
            key={name}
            {...shared}
            type={name === "email" ? "email" : "text"}
            value={contact[name] ?? ""}
            onChange={(event) => set(name, event.currentTarget.value)}
          />
        );
      })}
    </SimpleGrid>
  );
}
