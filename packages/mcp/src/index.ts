export { type AuditEntry, type AuditLog, type AuditOptions, createAuditLog } from "./audit.js";
export { callHooks } from "./call-context.js";
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
export {
  createHttpEndpoint,
  type HttpCaller,
  type HttpEndpoint,
  type HttpEndpointOptions,
} from "./http/endpoint.js";
export type { SessionLimits } from "./http/sessions.js";
export { configForService, type LoadedConfig, loadConfig } from "./load-config.js";
export { createMcpServer, type McpServerOptions } from "./server.js";
export {
  parseLimit,
  type Reservation,
  SpendingLimitError,
  type SpendingLimits,
  type SpendingStore,
} from "./spending.js";
export { type RunningServer, type StdioServerOptions, startStdioServer } from "./stdio.js";
