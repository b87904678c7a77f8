/**
 * Web pages must not reach the endpoint through a browser on this machine: neither across origins, nor
 * by giving a name of their own this machine's address (DNS rebinding).
 */
import { isIP } from "node:net";

export interface RequestOrigin {
  /** Header Host. */
  readonly host: string | undefined;
  /** Header Origin; browsers send it, assistants do not. */
  readonly origin: string | undefined;
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * @param listenHost the address that the server listens on
 * @param hosts names that an operator allows
 * @returns a function that says why a request is refused, or undefined
 */
export function createOriginCheck(
  listenHost: string,
  hosts: readonly string[],
): (request: RequestOrigin) => string | undefined {
  const named = new Set(hosts.map((host) => host.toLowerCase()));
  const own = isIP(listenHost) === 6 ? `[${listenHost}]` : listenHost.toLowerCase();
  const isLocal = LOOPBACK.has(own);

  function isAllowed(host: string): boolean {
    const name = nameOf(host);
    if (named.has(name) || named.has(host.toLowerCase()) || LOOPBACK.has(name)) return true;
    // Whoever opens the server to a network reaches it by addresses; a name has to be told.
    return !isLocal && (name === own || isAddress(name));
  }

  return ({ host, origin }) => {
    if (host === undefined || !isAllowed(host)) {
      return `This server is not known as ${JSON.stringify(host ?? "")}. PAYMASTER_MCP_HOSTS names the hosts that it answers to.`;
    }
    if (origin === undefined) return undefined;
    const from = URL.canParse(origin) ? new URL(origin).host : "";
    if (from !== "" && (from === host.toLowerCase() || named.has(nameOf(from)))) return undefined;
    return "Web pages of other origins are not served.";
  };
}

/** Without the port. */
function nameOf(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, "");
}

function isAddress(name: string): boolean {
  return isIP(name.replace(/^\[|\]$/g, "")) !== 0;
}
