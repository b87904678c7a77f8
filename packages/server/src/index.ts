export { ConfigError, readConfig, SERVE_HELP, type ServerConfig } from "./config.js";
export { type Credentials, credentialsPath } from "./credentials-file.js";
export type { McpEndpoint, McpOptions, McpService } from "./mcp-http/index.js";
export { createLogger, type Logger } from "./observability/log.js";
export { type Log, type RunningServer, type ServerParts, startServer } from "./server.js";
