/** From an authentication entry of the configuration to the client's way of proving itself. */
import {
  type Authentication,
  AuthenticationError,
  apiKey,
  basicAuth,
  serverToServer,
} from "@paymaster/client";
import { type AuthenticationEntry, ConfigError } from "./config.js";

/** Variables of the environment, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The value that generated configurations carry where the key belongs (seed 001). */
const PLACEHOLDER = "API_KEY";

/**
 * The value may name a variable instead of holding the secret: `${NAME}`, or the placeholder
 * `API_KEY` of a generated file, which stands for the variable of that name.
 * @returns undefined when the named variable is not set
 */
export function resolveSecret(value: string, environment: Environment): string | undefined {
  const name = value === PLACEHOLDER ? PLACEHOLDER : /^\$\{([A-Za-z_]\w*)\}$/.exec(value)?.[1];
  if (name === undefined) return value;
  const secret = environment[name];
  return secret === undefined || secret === "" ? undefined : secret;
}

/**
 * @param entry of the configuration, or undefined when it has none
 * @returns what the client uses; without a credential, each call fails with words on how to set one
 * @throws ConfigError when the value does not fit its type
 */
export function authenticationOf(
  entry: AuthenticationEntry | undefined,
  environment: Environment,
): { readonly authentication: Authentication; readonly warning?: string } {
  if (entry === undefined) return withoutCredential("the configuration has no authentication");
  const secret = resolveSecret(entry.value, environment);
  if (secret === undefined) {
    const name = entry.value.replace(/^\$\{|\}$/g, "");
    return withoutCredential(`the environment variable ${name} is not set`);
  }
  return { authentication: createAuthentication(entry, secret) };
}

function createAuthentication(entry: AuthenticationEntry, secret: string): Authentication {
  const parameters = entry.schema_parameters;
  try {
    if (entry.type === "apiKey") {
      return apiKey({ value: secret, in: parameters.in, name: parameters.name });
    }
    if (entry.type === "http" && parameters.scheme === "basic") {
      const [user, password] = splitPair(secret, "user:password");
      return basicAuth(user, password);
    }
    if (entry.type === "oauth2" && parameters.token_url !== undefined) {
      const [clientId, clientSecret] = splitPair(secret, "client_id:client_secret");
      return serverToServer({
        tokenUrl: parameters.token_url,
        accountId: parameters.account_id ?? "",
        clientId,
        clientSecret,
      });
    }
    return apiKey({ value: secret });
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError("authentication", [error instanceof Error ? error.message : "unusable"]);
  }
}

function splitPair(secret: string, shape: string): [string, string] {
  const colon = secret.indexOf(":");
  if (colon < 1) throw new ConfigError("authentication", [`value: expected ${shape}`]);
  return [secret.slice(0, colon), secret.slice(colon + 1)];
}

/** The server still starts and lists its tools, so that the assistant can tell what is missing. */
function withoutCredential(why: string): { authentication: Authentication; warning: string } {
  const warning = `no credential: ${why}. Set it, or SECURITY to one authentication entry.`;
  return {
    warning,
    authentication: {
      apply() {
        throw new AuthenticationError(warning);
      },
    },
  };
}
