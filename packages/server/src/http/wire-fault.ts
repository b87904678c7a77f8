/** An error of the contract, thrown: whatever answers the request turns it into the wire's envelope. */
import { commonErrors, type WireError, type WireProfile } from "@paymaster/contract";

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export class WireFault extends Error {
  readonly error: WireError;
  readonly params: Readonly<Record<string, string | number>>;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    error: WireError,
    params: Readonly<Record<string, string | number>> = {},
    more: { errors?: readonly FieldError[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(error.message);
    this.name = "WireFault";
    this.error = error;
    this.params = params;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
  }

  status(profile: WireProfile): number {
    return this.error.status[profile];
  }

  body(profile: WireProfile): { code: number; message: string; errors?: readonly FieldError[] } {
    const template =
      profile === "2026" ? (this.error.message2026 ?? this.error.message) : this.error.message;
    const message = template.replace(/\{(\w+)\}/g, (placeholder, name: string) =>
      name in this.params ? String(this.params[name]) : placeholder,
    );
    return this.errors.length === 0
      ? { code: this.error.code, message }
      : { code: this.error.code, message, errors: this.errors };
  }
}

/** An error beyond the wire (operator's API, console), the same in both generations. */
export function ownFault(
  status: number,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): WireFault {
  const error: WireError = {
    ...commonErrors.noRoute,
    code,
    message: message.replaceAll("{", "(").replaceAll("}", ")"),
    status: { "2021": status, "2026": status },
  };
  return new WireFault(error, {}, { headers });
}
