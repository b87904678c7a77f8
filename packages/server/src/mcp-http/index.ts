export type { McpEndpoint, McpOptions, McpService } from "./endpoint.js";
export { type McpRouteOptions, registerMcp } from "./register.js";
