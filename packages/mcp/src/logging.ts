/** Log messages to the assistant's side (`logging/setLevel`), by the protocol's levels. */
import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { type LoggingLevel, SetLevelRequestSchema } from "@modelcontextprotocol/sdk/types.js";

export type ClientLog = (level: LoggingLevel, message: string) => void;

/** From what to keep quiet about to what matters most (RFC 5424). */
const LEVELS: readonly LoggingLevel[] = [
  "debug",
  "info",
  "notice",
  "warning",
  "error",
  "critical",
  "alert",
  "emergency",
];

/** Until a client asks for more: a line for each call would fill an assistant's window. */
const DEFAULT_LEVEL: LoggingLevel = "notice";

/** The server must have the capability `logging`. */
export function createClientLog(server: Server): ClientLog {
  let lowest = LEVELS.indexOf(DEFAULT_LEVEL);
  server.setRequestHandler(SetLevelRequestSchema, (request) => {
    lowest = LEVELS.indexOf(request.params.level);
    return {};
  });
  return (level, message) => {
    if (LEVELS.indexOf(level) < lowest || server.transport === undefined) return;
    const params = { level, logger: "paymaster", data: message };
    // A connection that is gone is noticed elsewhere; a log line is not worth an error.
    server.sendLoggingMessage(params).catch(() => undefined);
  };
}
