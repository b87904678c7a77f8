/** The sessions of the HTTP endpoint: whose they are, how many, and when they end. */
import { randomUUID } from "node:crypto";
import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";

export interface SessionLimits {
  readonly maxSessions: number;
  /** Of one account: others must not be kept out by it. */
  readonly maxSessionsOfAccount: number;
  /** After the last request; a stream that the client keeps open counts as one. */
  readonly idleMs: number;
  /** Requests of one session that are being answered at once. */
  readonly maxRequests: number;
}

export const SESSION_LIMITS: SessionLimits = {
  maxSessions: 256,
  maxSessionsOfAccount: 16,
  idleMs: 30 * 60_000,
  maxRequests: 16,
};

export interface Session {
  readonly id: string;
  /** Account and credential; a session answers to no other. */
  readonly owner: string;
  readonly accountId: string;
  readonly server: Server;
  readonly transport: StreamableHTTPServerTransport;
  /** Requests and streams that are open now. */
  open: number;
  /** POST requests among them. */
  requests: number;
  lastUsedMs: number;
}

export type NewSession = Pick<Session, "owner" | "accountId" | "server" | "transport">;

export interface Sessions {
  readonly size: number;
  /** @returns undefined for an id that is not there or is somebody else's */
  find(id: string, owner: string): Session | undefined;
  /** Makes room for one more. @returns false when there is none */
  admit(accountId: string): boolean;
  add(session: NewSession, id: string): Session;
  end(session: Session): Promise<void>;
  /** Ends what has not been used for long. */
  sweep(): void;
  close(): Promise<void>;
}

/** @param now milliseconds that only grow */
export function createSessions(limits: SessionLimits, now: () => number): Sessions {
  const sessions = new Map<string, Session>();

  function end(session: Session): Promise<void> {
    sessions.delete(session.id);
    return session.server.close().catch(() => undefined);
  }

  /** @returns whether one was ended */
  function endLeastUsed(among: readonly Session[]): boolean {
    const idle = among.filter(({ requests }) => requests === 0);
    const [oldest] = idle.sort((a, b) => a.lastUsedMs - b.lastUsedMs);
    if (oldest === undefined) return false;
    void end(oldest);
    return true;
  }

  return {
    get size() {
      return sessions.size;
    },
    find(id, owner) {
      const session = sessions.get(id);
      return session?.owner === owner ? session : undefined;
    },
    admit(accountId) {
      const own = Array.from(sessions.values()).filter((one) => one.accountId === accountId);
      if (own.length >= limits.maxSessionsOfAccount) return endLeastUsed(own);
      return sessions.size < limits.maxSessions || endLeastUsed(own);
    },
    add(given, id) {
      const session = { ...given, id, open: 0, requests: 0, lastUsedMs: now() };
      sessions.set(id, session);
      given.server.onclose = () => void sessions.delete(id);
      return session;
    },
    end,
    sweep() {
      const before = now() - limits.idleMs;
      for (const session of sessions.values()) {
        if (session.open === 0 && session.lastUsedMs < before) void end(session);
      }
    },
    async close() {
      await Promise.all(Array.from(sessions.values(), end));
    },
  };
}

export function newSessionId(): string {
  return randomUUID();
}
