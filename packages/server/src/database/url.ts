/**
 * What DATABASE_URL may say beyond what node-postgres understands: several hosts, of which the one that
 * takes writes is used, and no named statements (for a pooler that does not know them).
 */

export interface DatabaseUrl {
  /** One for each host, in order, as node-postgres takes it. */
  readonly urls: readonly [string, ...string[]];
  /** Whether to look for a host that takes writes, and to refuse one that does not. */
  readonly mustBeWritable: boolean;
  /** false: every statement is sent unnamed. */
  readonly preparedStatements: boolean;
}

const MAX_HOSTS = 16;
const PARTS = /^(postgres(?:ql)?:\/\/)((?:[^/?#]*@)?)([^/?#]*)([^?#]*)(?:\?([^#]*))?$/;
const SHAPE = "DATABASE_URL must be like postgresql://user:password@host:5432/name.";
/** Paymaster writes: a standby is of no use to it. */
const WRITABLE = ["read-write", "primary"];

/** The parsed URL, or what is wrong with it, without a value that might be a password. */
export function parseDatabaseUrl(text: string): DatabaseUrl | { readonly problem: string } {
  const parts = PARTS.exec(text);
  if (parts === null) return { problem: SHAPE };
  const [, scheme = "", user = "", authority = "", path = "", search = ""] = parts;
  const query = new URLSearchParams(search);
  const session = query.get("target_session_attrs");
  const prepared = query.get("prepared_statements");
  if (session !== null && !WRITABLE.includes(session)) {
    return { problem: `DATABASE_URL: target_session_attrs must be ${WRITABLE.join(" or ")}.` };
  }
  if (prepared !== null && prepared !== "on" && prepared !== "off") {
    return { problem: "DATABASE_URL: prepared_statements must be on or off." };
  }
  query.delete("target_session_attrs");
  query.delete("prepared_statements");
  const rest = `${path}${query.size === 0 ? "" : `?${query}`}`;
  const [first = "", ...others] = authority.split(",");
  if (others.length >= MAX_HOSTS) return { problem: `DATABASE_URL: at most ${MAX_HOSTS} hosts.` };
  const urlOf = (host: string) => `${scheme}${user}${host}${rest}`;
  const urls = [urlOf(first), ...others.map(urlOf)] as const;
  if (!urls.every(isReadable) || others.includes("")) return { problem: SHAPE };
  return {
    urls,
    mustBeWritable: session !== null || others.length > 0,
    preparedStatements: prepared !== "off",
  };
}

/** A socket's directory, percent-encoded, and an absent host are no hosts to a URL. */
function isReadable(url: string): boolean {
  return URL.canParse(url.replace(/@(?=[/%])/, "@x"));
}
