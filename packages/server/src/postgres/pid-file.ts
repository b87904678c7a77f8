import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What `postmaster.pid` says of the server on a data directory. */
export interface PidFile {
  readonly pid: number;
  readonly dataDirectory: string;
  readonly port: number;
  readonly socketDir: string;
  readonly status: "starting" | "stopping" | "ready" | "standby" | "";
}

export const PID_FILE = "postmaster.pid";

/** Reads `postmaster.pid`; undefined when there is none, or it is not (yet) complete. */
export function readPidFile(clusterDir: string): PidFile | undefined {
  let text: string;
  try {
    text = readFileSync(join(clusterDir, PID_FILE), "utf8");
  } catch {
    return undefined;
  }
  const [pid, dataDirectory, , port, socketDir, , , status] = text.split("\n");
  const number = Number(pid);
  if (!Number.isSafeInteger(number) || number <= 0) return undefined;
  return {
    pid: number,
    dataDirectory: dataDirectory ?? "",
    port: Number(port ?? 0),
    socketDir: socketDir ?? "",
    status: parseStatus(status),
  };
}

function parseStatus(line: string | undefined): PidFile["status"] {
  const word = line?.trim() ?? "";
  return word === "starting" || word === "stopping" || word === "ready" || word === "standby"
    ? word
    : "";
}
