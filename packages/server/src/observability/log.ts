/**
 * Where log lines go: as text for people, or one JSON object a line for programs. Lines hold ids, routes
 * and numbers; never a secret, a body, a query or a name.
 */
import sonicBoom from "sonic-boom";
import type { LogFormat } from "../config.js";
import type { LogLine } from "../http/app.js";
import type { Log } from "../server.js";
import { isRequestLine, requestText } from "./request-line.js";

export interface Logger {
  readonly log: Log;
  /** Writes what is still buffered, at once. */
  flush(): void;
}

const STDOUT = 1;
/** Lines are written together: one call of the system for some twenty of them. */
const BUFFER_BYTES = 4_096;
const FLUSH_MS = 100;
/** A reader that has stopped reading loses lines rather than fill the memory. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;

export function createLogger(format: LogFormat): Logger {
  return format === "json" ? createJsonLogger() : { log: logText, flush: () => undefined };
}

function createJsonLogger(): Logger {
  const out = new sonicBoom.SonicBoom({
    fd: STDOUT,
    sync: false,
    minLength: BUFFER_BYTES,
    periodicFlush: FLUSH_MS,
    maxLength: MAX_BUFFERED_BYTES,
  });
  // Nobody reads any more (a pipe's end): no reason to stop serving.
  out.on("error", () => undefined);
  return {
    log: (line) => out.write(jsonLine(line, new Date())),
    flush() {
      try {
        out.flushSync();
      } catch {
        // The reader is gone.
      }
    },
  };
}

/** `time` is the machine's, as in the logs of everything else; a test clock shows in the answers. */
export function jsonLine({ level, message, ...details }: LogLine, at: Date): string {
  return `${JSON.stringify({ time: at.toISOString(), level, message, ...details })}\n`;
}

function logText(line: LogLine): void {
  const text = isRequestLine(line) ? requestText(line) : textOf(line);
  if (line.level === "info") console.log(text);
  else console.error(`${line.level}: ${text}`);
}

function textOf({ level: _level, message, ...details }: LogLine): string {
  return Object.keys(details).length === 0 ? message : `${message} ${JSON.stringify(details)}`;
}
