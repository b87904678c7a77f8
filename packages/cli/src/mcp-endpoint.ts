/** MCP over HTTP for `paymaster serve`: the library of the one package at the path of the other. */
import type { McpOptions } from "@paymaster/server";

/** PAYMASTER_MCP_HOSTS: names under which the server is reached from elsewhere, with commas. */
export function mcpOptions(env: Readonly<Record<string, string | undefined>>): McpOptions {
  const hosts = (env.PAYMASTER_MCP_HOSTS ?? "").split(",").map((host) => host.trim());
  return {
    hosts: hosts.filter((host) => host !== ""),
    // On demand: most servers are never asked, and the library takes a third of a second to load.
    create: async (service) => (await import("@paymaster/mcp")).createHttpEndpoint(service),
  };
}
