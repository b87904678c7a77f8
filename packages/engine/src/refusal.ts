/**
 * A command that cannot be carried out, as a value. `error` names an error of the operation's contract;
 * the server turns it into the wire's code, message and status.
 */
export interface Refusal<_Tool extends string = string> {
  readonly ok: false;
  readonly error: string;
  readonly params: Readonly<Record<string, string | number>>;
}

export function refusalOf<Tool extends string>(_tool: Tool) {
  return (
    error: string,
    params: Readonly<Record<string, string | number>> = {},
  ): Refusal<Tool> => ({ ok: false, error, params });
}
