/** All scopes that the contract's operations name, classic and granular. */
import { type Operation, operationList } from "@paymaster/contract";

export const allScopes: readonly string[] = [
  ...new Set(
    (operationList as readonly Operation[]).flatMap(({ scopes }) => [
      ...scopes.classic,
      ...(scopes.classicForOwnAccount ?? []),
      ...scopes.granular,
      ...(scopes.granularForOwnAccount ?? []),
    ]),
  ),
].sort();
