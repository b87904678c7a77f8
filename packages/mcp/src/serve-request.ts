/** What every request that reaches the service has around it: progress, cancellation, log and audit. */
import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import type { ServerNotification, ServerRequest } from "@modelcontextprotocol/sdk/types.js";
import type { AuditEntry, AuditLog } from "./audit.js";
import { type CallContext, createCallContext, runCall } from "./call-context.js";
import { isCancelled } from "./explain-error.js";
import type { ClientLog } from "./logging.js";
import { createProgress, type Progress } from "./progress.js";

export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** The account and credential that call over HTTP, without the secret. */
export interface Caller {
  readonly accountId: string;
  readonly actor: string;
}

export interface RequestSurroundings {
  readonly server: Server;
  readonly audit: AuditLog | undefined;
  readonly caller: Caller | undefined;
  readonly clientLog: ClientLog;
}

export interface Asked {
  readonly kind: AuditEntry["kind"];
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** How a request ended, as far as it is not plain success. */
export type Ending = Pick<AuditEntry, "outcome" | "problem" | "amount" | "currency">;

export interface Working {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** @returns false when the audit file cannot be written */
  readonly record: (ending: Ending) => boolean;
}

/**
 * @param work answers the request and says how it ended
 * @returns the answer; an error of `work` is recorded and thrown on
 */
export async function serveRequest<T>(
  asked: Asked,
  extra: Extra,
  surroundings: RequestSurroundings,
  work: (working: Working) => Promise<{ readonly answer: T; readonly ending: Ending }>,
): Promise<T> {
  const startedMs = performance.now();
  const token = extra._meta?.progressToken;
  const progress = createProgress(token, (notification) => extra.sendNotification(notification));
  const context = createCallContext(progress, extra.authInfo?.token);
  const record = (ending: Ending) =>
    recordEntry(asked, ending, extra, context, surroundings, performance.now() - startedMs);
  try {
    const working = { progress, signal: extra.signal, record };
    const { answer, ending } = await runCall(context, () => work(working));
    record(ending);
    tell(surroundings.clientLog, asked, ending, performance.now() - startedMs);
    return answer;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    record({ outcome: isCancelled(error) ? "cancelled" : "error", problem });
    throw error;
  } finally {
    progress.end();
  }
}

function recordEntry(
  asked: Asked,
  ending: Ending,
  extra: Extra,
  context: CallContext,
  { audit, caller, server }: RequestSurroundings,
  durationMs: number,
): boolean {
  if (audit === undefined) return true;
  // Every letter that a person types asks for suggestions; only what reaches the service is a call.
  if (asked.kind === "completion" && context.sentCount === 0) return true;
  const version = server.getClientVersion();
  const entry: AuditEntry = {
    ...asked,
    ...ending,
    requests: context.sent,
    request_count: context.sentCount,
    duration_ms: Math.round(durationMs),
    session: extra.sessionId,
    client: version === undefined ? undefined : `${version.name} ${version.version}`,
    account_id: caller?.accountId,
    actor: caller?.actor,
  };
  return audit.record(entry, context.token);
}

function tell(log: ClientLog, asked: Asked, { outcome }: Ending, durationMs: number): void {
  const text = `${asked.kind} ${asked.name}: ${outcome}, ${Math.round(durationMs)} ms`;
  log(outcome === "done" ? "notice" : outcome === "error" ? "warning" : "debug", text);
}
