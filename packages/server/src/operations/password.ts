/** The documented rules for an owner's password; it is checked and not kept: nobody signs in with it. */

/** Six of the same in a row, as in the documented example `aaaaaa`. */
const REPEATED = /(.)\1{5}/u;
/** Three letters or digits in ascending order, as in the documented examples `abc` and `123`. */
const CONSECUTIVE_LENGTH = 3;

export type PasswordProblem = "passwordRepeated" | "passwordConsecutive";

export function passwordProblem(password: string): PasswordProblem | null {
  if (REPEATED.test(password)) return "passwordRepeated";
  return hasConsecutive(password) ? "passwordConsecutive" : null;
}

function hasConsecutive(password: string): boolean {
  let run = 1;
  for (let index = 1; index < password.length; index += 1) {
    const pair = password.slice(index - 1, index + 1);
    const ascends = pair.charCodeAt(1) === pair.charCodeAt(0) + 1;
    run = ascends && /^([a-z]{2}|[A-Z]{2}|\d{2})$/.test(pair) ? run + 1 : 1;
    if (run >= CONSECUTIVE_LENGTH) return true;
  }
  return false;
}
