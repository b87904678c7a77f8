/** An account of all that there are, found by its name. */
import { Select } from "@mantine/core";
import { useAccounts } from "../screens/accounts/data.js";

/** More are found by typing. */
const SHOWN = 50;

export function AccountPicker({
  label,
  value,
  onChange,
  required = false,
}: {
  readonly label: string;
  readonly value: string | null;
  readonly onChange: (id: string | null) => void;
  readonly required?: boolean;
}) {
  const accounts = useAccounts();
  return (
    <Select
      label={label}
      placeholder="Search by name"
      searchable
      clearable={!required}
      required={required}
      limit={SHOWN}
      value={value}
      onChange={onChange}
      data={(accounts.data ?? []).map(({ id, account_name }) => ({
        value: id,
        label: account_name,
      }))}
      nothingFoundMessage={accounts.isPending ? "Loading accounts…" : "No account fits"}
      miw={260}
    />
  );
}
