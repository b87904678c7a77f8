export {
  type AuthenticationEntry,
  ConfigError,
  type ConfiguredOperation,
  type McpConfig,
  parseConfig,
  parseSecurity,
  type SchemaParameters,
} from "./config.js";
export { authenticationOf, type Environment, resolveSecret } from "./credentials.js";
export { configForService, type LoadedConfig, loadConfig } from "./load-config.js";
export { createMcpServer, type McpServerOptions } from "./server.js";
export { type RunningServer, type StdioServerOptions, startStdioServer } from "./stdio.js";
