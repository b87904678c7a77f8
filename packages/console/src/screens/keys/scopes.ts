/** Scopes of the contract's operations, classic before granular, each once. */
import { type Operation, operationList } from "@paymaster/contract";

const all: readonly Operation[] = operationList;

const classic = all.flatMap(({ scopes }) => [
  ...scopes.classic,
  ...(scopes.classicForOwnAccount ?? []),
]);
const granular = all.flatMap(({ scopes }) => [
  ...scopes.granular,
  ...(scopes.granularForOwnAccount ?? []),
]);

export const everyScope: readonly string[] = [...new Set([...classic, ...granular])];

/** Each with the operations that it allows, for choosing. */
export const scopeTitles = [
  { group: "Classic", items: [...new Set(classic)].sort() },
  {
    group: "Granular",
    items: [...new Set(granular)].filter((one) => !classic.includes(one)).sort(),
  },
];
