import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { PostgresError } from "./errors.js";

/** The system user that PostgreSQL runs as. */
export interface RunAs {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Given to child_process when this process is root; empty when it already is that user. */
  readonly spawn: { readonly uid?: number; readonly gid?: number };
}

/**
 * Users that a root process hands PostgreSQL to, the first that exists: one made for this purpose,
 * the one that owns databases on this machine, the one that owns nothing.
 */
const CANDIDATES = ["paymaster", "postgres", "nobody"];

/**
 * Chooses the user. PostgreSQL refuses to run as root and to open files that are not its user's, so
 * a cluster that exists already decides by its owner.
 * @param owner owner of the existing cluster, if there is one
 * @throws PostgresError no_user, no_access
 */
export function chooseUser(owner: { uid: number; gid: number } | undefined, where: string): RunAs {
  const self = currentUser();
  if (self.uid !== 0 || process.platform === "win32") {
    if (owner !== undefined && owner.uid !== self.uid && process.platform !== "win32") {
      throw new PostgresError(
        "no_access",
        `The database in ${where} belongs to user ${userName(owner.uid)}, and this process runs ` +
          `as ${self.name}: start Paymaster as that user or as root, or change the owner.`,
      );
    }
    return { ...self, spawn: {} };
  }
  if (owner !== undefined && owner.uid !== 0) {
    const user = { name: userName(owner.uid), uid: owner.uid, gid: owner.gid };
    return { ...user, spawn: { uid: user.uid, gid: user.gid } };
  }
  for (const name of CANDIDATES) {
    const user = readUsers().find((candidate) => candidate.name === name && candidate.uid !== 0);
    if (user) return { ...user, spawn: { uid: user.uid, gid: user.gid } };
  }
  throw new PostgresError(
    "no_user",
    `PostgreSQL does not run as root, and none of the users ${CANDIDATES.join(", ")} exists here: ` +
      "create one, start Paymaster as an ordinary user, or set DATABASE_URL.",
  );
}

/** Whether the user may pass through every directory down to `path` and into it, by mode bits. */
export function canEnter(path: string, user: { uid: number; gid: number }): boolean {
  for (let dir = path; ; dir = dirname(dir)) {
    if (!mayPass(dir, user)) return false;
    if (dir === dirname(dir)) return true;
  }
}

function mayPass(dir: string, user: { uid: number; gid: number }): boolean {
  if (process.platform === "win32") return true;
  const { mode, uid, gid } = statSync(dir);
  if (uid === user.uid) return (mode & 0o100) !== 0;
  return (mode & (gid === user.gid ? 0o010 : 0o001)) !== 0;
}

function currentUser(): { name: string; uid: number; gid: number } {
  const [uid, gid] = [process.geteuid?.() ?? -1, process.getegid?.() ?? -1];
  return { name: userName(uid), uid, gid };
}

function userName(uid: number): string {
  return readUsers().find((user) => user.uid === uid)?.name ?? `with id ${uid}`;
}

function readUsers(): { name: string; uid: number; gid: number }[] {
  let text: string;
  try {
    text = readFileSync("/etc/passwd", "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    const [name, , uid, gid] = line.split(":");
    if (!name || !uid || !gid) return [];
    return [{ name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }]; // macOS: nobody is -2
  });
}
