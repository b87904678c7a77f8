export { doorOf, rewriteConsoleUrl } from "./door.js";
export { type ConsoleFiles, registerConsoleFiles } from "./files.js";
export { admitThroughDoor, type ConsoleCaller } from "./guard.js";
export { type ConsoleApiOptions, registerConsoleApi } from "./session-routes.js";
