/** Filters that live in the address, so that a link brings them along. */
import { useCallback } from "react";
import { useLocation, useSearch } from "wouter";

export function useFilters<const Name extends string>(
  names: readonly Name[],
): [Readonly<Record<Name, string>>, (changes: Partial<Record<Name, string>>) => void] {
  const search = useSearch();
  const [location, navigate] = useLocation();
  const params = new URLSearchParams(search);
  const filters = Object.fromEntries(names.map((name) => [name, params.get(name) ?? ""])) as Record<
    Name,
    string
  >;
  const change = useCallback(
    (changes: Partial<Record<Name, string>>) => {
      const next = new URLSearchParams(search);
      for (const [name, value] of Object.entries(changes) as [Name, string][]) {
        if (value === "") next.delete(name);
        else next.set(name, value);
      }
      const text = next.toString();
      navigate(text === "" ? location : `${location}?${text}`, { replace: true });
    },
    [search, location, navigate],
  );
  return [filters, change];
}
