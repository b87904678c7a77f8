export { ConfigError, readConfig, SERVE_HELP, type ServerConfig } from "./config.js";
export { type Credentials, credentialsPath } from "./credentials-file.js";
export { type Log, type RunningServer, startServer } from "./server.js";
